/* CRC-32C against the vectors of RFC 3720 (appendix B.4), and the fast path against the portable one. */
#include "storage/crc32c.h"

#include <string.h>

#include "check.h"

static void test_published_vectors(void) {
    unsigned char bytes[32];
    CHECK(bj_crc32c(0, "", 0) == 0);
    CHECK(bj_crc32c(0, "123456789", 9) == 0xe3069283u);
    memset(bytes, 0, sizeof bytes);
    CHECK(bj_crc32c(0, bytes, sizeof bytes) == 0x8a9136aau);
    memset(bytes, 0xff, sizeof bytes);
    CHECK(bj_crc32c(0, bytes, sizeof bytes) == 0x62a8ab43u);
    for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)i;
    CHECK(bj_crc32c(0, bytes, sizeof bytes) == 0x46dd794eu);
}

static void test_every_length_offset_and_split(void) {
    unsigned char bytes[97];
    uint32_t seed = 1;
    for (unsigned i = 0; i < sizeof bytes; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(seed >> 24);
    }
    for (size_t offset = 0; offset < 9; offset++) {
        for (size_t size = 0; size + offset <= sizeof bytes; size++) {
            uint32_t whole = bj_crc32c_portable(0, bytes + offset, size);
            CHECK(bj_crc32c(0, bytes + offset, size) == whole);
            uint32_t head = bj_crc32c(0, bytes + offset, size / 3);
            CHECK(bj_crc32c(head, bytes + offset + size / 3, size - size / 3) == whole);
        }
    }
}

int main(void) {
    test_published_vectors();
    test_every_length_offset_and_split();
    return 0;
}
