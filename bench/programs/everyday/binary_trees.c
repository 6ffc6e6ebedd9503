#include "../kernels/checks.h"

/* By malloc and free, node by node, as a C program without a pool does it. */
typedef struct node { struct node *left, *right; } node;

static node *tree(int64_t height DEPTH_PARAMETER) {
    FUEL();
    DEPTH_CHECK();
    node *made = malloc(sizeof(node));
    *made = (node){NULL, NULL};
    if (height > 0) {
        made->left = tree(SUB(height, 1) DEPTH_NEXT);
        made->right = tree(SUB(height, 1) DEPTH_NEXT);
    }
    return made;
}

static int64_t count(const node *at DEPTH_PARAMETER) {
    FUEL();
    DEPTH_CHECK();
    if (!at->left || !at->right) return 1;
    return ADD(1, ADD(count(at->left DEPTH_NEXT), count(at->right DEPTH_NEXT)));
}

static void drop(node *at) {
    if (at->left) drop(at->left);
    if (at->right) drop(at->right);
    free(at);
}

static int64_t counted(int64_t height) {
    node *made = tree(height DEPTH_FIRST);
    int64_t nodes = count(made DEPTH_FIRST);
    drop(made);
    return nodes;
}

int64_t bench_main(int64_t n) {
    FILL_FUEL();
    int64_t total = counted(ADD(n, 1));
    node *kept = tree(n DEPTH_FIRST);
    for (int64_t height = 4; height <= n; height = ADD(height, 4)) {
        int64_t trees = INT64_C(1) << (n - height + 4);
        for (int64_t i = 0; i < trees; i++) {
            FUEL();
            total = ADD(total, counted(height));
        }
    }
    total = ADD(total, count(kept DEPTH_FIRST));
    drop(kept);
    return total;
}
