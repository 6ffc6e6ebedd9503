/* Sets and frozensets: the hash table of CPython 3.11 (Objects/setobject.c), so that a walk gives the elements in CPython's order under
 * PYTHONHASHSEED=0 whatever was done before.
 *
 * They share the head of dicts (bell_dict):
 *
 *   live      elements                    used      places that were ever taken: elements and removed ones
 *   capacity  places, a power of two; 0 while there is no table, which counts as one of BELL_SET_PLACES
 *   entries   the table: the payload of a BELL_BUFFER, or 0
 *   index     where set.pop looks first
 *
 * A place is two words, the element and its hash (hash64.h). No hash is -1: that marks a free place, whose first word is 0, and one whose
 * element was removed, 1. Probing looks at ten places in a row, then jumps as the upper bits of the hash say. */
#ifndef BELL_SET_H
#define BELL_SET_H

#include "runtime/dict.h"

#define BELL_SET_PLACES 8

/* An empty set (BELL_SET) or frozenset (BELL_FROZENSET) of elements of a class. Reserves. 0 on a fault. */
bell_ref bell_set_make(bell_ctx *ctx, uint8_t kind, uint32_t type, uint8_t class_);

/* The place of the element, a word of any class with this hash, or -1: not there, or fault E0720 where a nan meets another. */
int64_t bell_set_find(bell_ctx *ctx, const bell_dict *set, uint8_t class_, bell_word key, int64_t hash);

/* Add an element of the set's own class. It and the set are rooted. Returns false on a fault. */
bool bell_set_insert(bell_ctx *ctx, bell_ref ref, bell_word key, int64_t hash);

/* Remove an element; was it there? */
bool bell_set_discard(bell_ctx *ctx, bell_dict *set, uint8_t class_, bell_word key, int64_t hash);

/* Add the elements of another set of the same class. Both are rooted. Returns false on a fault. */
bool bell_set_merge(bell_ctx *ctx, bell_ref ref, bell_ref other);

/* Make room as CPython does before `count` keys of a dict are added. */
bool bell_set_presize(bell_ctx *ctx, bell_ref ref, int64_t count);

/* Rebuild the table for more than `least` elements. */
bool bell_set_resize(bell_ctx *ctx, bell_ref ref, int64_t least);

void bell_set_empty(bell_ctx *ctx, bell_dict *set);

/* The operators |, &, -, ^ of two sets of one class: a new set of a kind and type, in the order CPython gives. Operands are rooted. 0 on a fault. */
typedef enum { BELL_SET_UNION, BELL_SET_INTERSECTION, BELL_SET_DIFFERENCE, BELL_SET_SYMMETRIC } bell_set_operator;
bell_ref bell_set_combine(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b);
/* The same in place of the first. Returns false on a fault. */
bool bell_set_change(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b);

/* The first gets the table of the second, which is empty then. */
void bell_set_take_table(bell_ctx *ctx, bell_ref a, bell_ref b);

/* Charge what the two ops above cost. */
bool bell_set_charge_combine(bell_ctx *ctx, bell_ref a, bell_ref b);
bool bell_set_charge_change(bell_ctx *ctx, bell_set_operator operator_, bell_ref a, bell_ref b);

/* Whether all elements of the first, of any class, are in the second. False on a fault. */
bool bell_set_within(bell_ctx *ctx, const bell_dict *a, const bell_dict *b);

#endif
