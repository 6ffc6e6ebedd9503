/* Special methods: what operators, built-in functions and containers look for in the class of a record, as CPython does.
 *
 * Which class has which is a table made when the instance is (bell_specials_make): a row for each type that has one, of 1 + the index of the member. A
 * module without such classes has no table, and nothing here costs it more than a test of ctx->specials.
 *
 * A special method is a function of the program. While it runs anything can happen: containers change, garbage is collected, fuel runs out. So who calls
 * one keeps what it holds rooted and looks again afterwards at what it knew. */
#ifndef BELL_SPECIAL_H
#define BELL_SPECIAL_H

#include "runtime/any.h"

/* Binary operators in the order of BINARY_OPERATORS of ir/ops.py, plain, reflected and in place; unary ones in that of UNARY_OPERATORS, comparisons in that
 * of COMPARISONS. */
#define BELL_SPECIALS(SPECIAL) \
  SPECIAL(ADD, "__add__") SPECIAL(SUB, "__sub__") SPECIAL(MUL, "__mul__") SPECIAL(TRUEDIV, "__truediv__") SPECIAL(FLOORDIV, "__floordiv__") \
  SPECIAL(MOD, "__mod__") SPECIAL(POW, "__pow__") SPECIAL(LSHIFT, "__lshift__") SPECIAL(RSHIFT, "__rshift__") SPECIAL(AND, "__and__") \
  SPECIAL(OR, "__or__") SPECIAL(XOR, "__xor__") SPECIAL(MATMUL, "__matmul__") \
  SPECIAL(RADD, "__radd__") SPECIAL(RSUB, "__rsub__") SPECIAL(RMUL, "__rmul__") SPECIAL(RTRUEDIV, "__rtruediv__") SPECIAL(RFLOORDIV, "__rfloordiv__") \
  SPECIAL(RMOD, "__rmod__") SPECIAL(RPOW, "__rpow__") SPECIAL(RLSHIFT, "__rlshift__") SPECIAL(RRSHIFT, "__rrshift__") SPECIAL(RAND, "__rand__") \
  SPECIAL(ROR, "__ror__") SPECIAL(RXOR, "__rxor__") SPECIAL(RMATMUL, "__rmatmul__") \
  SPECIAL(IADD, "__iadd__") SPECIAL(ISUB, "__isub__") SPECIAL(IMUL, "__imul__") SPECIAL(ITRUEDIV, "__itruediv__") SPECIAL(IFLOORDIV, "__ifloordiv__") \
  SPECIAL(IMOD, "__imod__") SPECIAL(IPOW, "__ipow__") SPECIAL(ILSHIFT, "__ilshift__") SPECIAL(IRSHIFT, "__irshift__") SPECIAL(IAND, "__iand__") \
  SPECIAL(IOR, "__ior__") SPECIAL(IXOR, "__ixor__") SPECIAL(IMATMUL, "__imatmul__") \
  SPECIAL(NEG, "__neg__") SPECIAL(POS, "__pos__") SPECIAL(INVERT, "__invert__") SPECIAL(ABS, "__abs__") \
  SPECIAL(LT, "__lt__") SPECIAL(LE, "__le__") SPECIAL(GT, "__gt__") SPECIAL(GE, "__ge__") SPECIAL(EQ, "__eq__") SPECIAL(NE, "__ne__") \
  SPECIAL(BOOL, "__bool__") SPECIAL(LEN, "__len__") SPECIAL(CONTAINS, "__contains__") SPECIAL(GETITEM, "__getitem__") SPECIAL(SETITEM, "__setitem__") \
  SPECIAL(DELITEM, "__delitem__") SPECIAL(STR, "__str__") SPECIAL(REPR, "__repr__") SPECIAL(FORMAT, "__format__") SPECIAL(HASH, "__hash__") \
  SPECIAL(CALL, "__call__") SPECIAL(ITER, "__iter__") SPECIAL(NEXT, "__next__") SPECIAL(REVERSED, "__reversed__") SPECIAL(ROUND, "__round__") \
  SPECIAL(DIVMOD, "__divmod__") SPECIAL(RDIVMOD, "__rdivmod__") SPECIAL(INT, "__int__") SPECIAL(FLOAT, "__float__") SPECIAL(INDEX, "__index__") \
  SPECIAL(TRUNC, "__trunc__") SPECIAL(FLOOR, "__floor__") SPECIAL(CEIL, "__ceil__")

enum bell_special {
#define SPECIAL(name, text) BELL_SPECIAL_##name,
  BELL_SPECIALS(SPECIAL)
#undef SPECIAL
  BELL_SPECIAL_COUNT
};

/* Make the table, or none; after the string pool. Returns false when the system has no memory. */
bool bell_specials_make(bell_ctx *ctx);

/* The member of that name in the class of the value, NULL where there is none: the value may be no record. */
static inline const bell_member *bell_special(const bell_ctx *ctx, bell_value value, int special) {
  if (ctx->specials == NULL || value.kind != BELL_RECORD) return NULL;
  uint32_t type = BELL_HEAD_AT(ctx, value.ref)->type, row = ctx->special_rows[type];
  if (row == 0) return NULL;
  uint16_t place = ctx->specials[(row - 1) * BELL_SPECIAL_COUNT + (uint32_t)special];
  return place == 0 ? NULL : &ctx->types[type].members[place - 1];
}

/* Whether objects of the class are compared without looking into them: by identity, which costs nothing, or as the program has written, which costs what its methods cost. */
static inline bool bell_is_opaque(const bell_ctx *ctx, bell_ref record) {
  static const uint8_t asked[] = {BELL_SPECIAL_EQ, BELL_SPECIAL_HASH, BELL_SPECIAL_LT, BELL_SPECIAL_LE, BELL_SPECIAL_GT, BELL_SPECIAL_GE};
  for (size_t i = 0; i < sizeof asked && ctx->specials != NULL; i++) {
    const bell_member *member = bell_special(ctx, (bell_value){.kind = BELL_RECORD, .ref = record}, asked[i]);
    if (member != NULL && (member->kind < BELL_MEMBER_OBJECT || (asked[i] == BELL_SPECIAL_EQ && member->kind == BELL_MEMBER_OBJECT))) return true;
  }
  return false;
}

/* Whether comparing or hashing may run code of the program at all. */
static inline bool bell_may_call(const bell_ctx *ctx) { return ctx->specials != NULL; }

/* Call a special method. `self` and the arguments are words of class any, rooted here while it runs; `depth` is how many containers deep the caller's walk is,
 * which counts with the calls under way: E0804 beyond BELL_INVOKED_MAX. Returns false on a fault. */
bool bell_call_special(bell_ctx *ctx, const bell_member *member, bell_word self, const bell_word *args, int64_t count, int depth, bell_word *result);

/* The member's result or, where the class has no such member, BELL_NOT_IMPLEMENTED. Returns false on a fault. */
bool bell_try_special(bell_ctx *ctx, int special, bell_word self, bell_word other, int depth, bell_word *result);

/* A binary operator of which one operand is a record: what its method gives, or BELL_NOT_IMPLEMENTED. The method of the right operand comes first where its
 * class derives from that of the left one and has another. Returns false on a fault. */
bool bell_special_binary(bell_ctx *ctx, int plain, int reflected, bell_word a, bell_word b, bell_word *result);

/* A comparison, one of COMPARISONS, as a word of class any: BELL_NOT_IMPLEMENTED where neither operand has it; of == and != identity then decides. One operand
 * is a record. Returns false on a fault. */
bool bell_special_compare(bell_ctx *ctx, int comparison, bell_word a, bell_word b, int depth, bell_word *result);

/* Whether two values of which one is a record are equal. False on a fault. */
bool bell_special_equal(bell_ctx *ctx, bell_value a, bell_value b, int depth);

/* The hash of a record; -1 on a fault. */
int64_t bell_special_hash(bell_ctx *ctx, bell_ref record, int depth);

/* The truth of a word that a method gave. -1 on a fault. */
int bell_special_truth(bell_ctx *ctx, bell_word word);

/* What __len__ gave, as a length; -1 on a fault. */
int64_t bell_special_length(bell_ctx *ctx, bell_word record, const bell_member *member);

/* An int for a record with __index__, and the value itself for all else. 0 on a fault. What is made is not rooted. */
bell_word bell_special_index(bell_ctx *ctx, bell_word word);

/* The str that __str__, __repr__ or __format__ gives (`spec` for the last, else 0); `asked` is the name of the first two in the message that it is none. 0 on a
 * fault. */
bell_word bell_special_text(bell_ctx *ctx, const bell_member *member, bell_word record, bell_word spec, const char *asked, int depth);

/* The type of the records of that name, 0 where the module has none. */
uint32_t bell_record_named(const bell_ctx *ctx, const char *name);

/* Whether the recorded fault is StopIteration; or IndexError. */
bool bell_is_stop(const bell_ctx *ctx);
bool bell_is_attribute_error(const bell_ctx *ctx);
bool bell_is_index_error(const bell_ctx *ctx);

/* Two values of which one is a record as words of class any, rooted, with what they were: four roots are pushed in any case. Returns false on a fault. */
bool bell_root_values(bell_ctx *ctx, bell_value a, bell_value b, bell_word words[2]);

/* A value as a word of class any: an int or a float may be boxed, which reserves. 0 on a fault. */
bell_word bell_value_word(bell_ctx *ctx, bell_value value);

#endif
