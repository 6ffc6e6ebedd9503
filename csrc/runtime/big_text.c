/* Big ints as text and from text. Decimal digits are bounded (BELL_INT_DIGITS_MAX), so the plain quadratic way is good; bases that are powers of two take linear
 * time and have no bound but memory's. */
#include "runtime/big.h"
#include "runtime/raise.h"
#include "runtime/number.h"
#include "runtime/str.h"

#define PER_LIMB 19                                     /* decimal digits that always fit */
#define LIMB_UNIT ((bell_limb)10000000000000000000u)    /* 10**19 */
#define DIGITS_LIMBS_MAX 224                            /* limbs of 10**4300 */

bell_word bell_fault_digits(bell_ctx *ctx, uint64_t count) {
  static const char *const raise_limit = "use sys.set_int_max_str_digits() to increase the limit";
  if (count == 0)
    return bell_raise(ctx, 719, "Exceeds the limit (%d digits) for integer string conversion; %s", BELL_INT_DIGITS_MAX, raise_limit);
  return bell_raise(ctx, 719, "Exceeds the limit (%d digits) for integer string conversion: value has %llu digits; %s",
                           BELL_INT_DIGITS_MAX, (unsigned long long)count, raise_limit);
}

uint64_t bell_integer_digits(bell_ctx *ctx, const bell_integer *a, char *out) {
  if (a->size <= 1) return bell_digits_write(out, a->size == 0 ? 0 : a->limbs[0]);
  if (a->size > DIGITS_LIMBS_MAX) return bell_fault_digits(ctx, 0);
  if (!bell_charge(ctx, (int64_t)(4 * a->size * a->size))) return 0;
  bell_limb rest[DIGITS_LIMBS_MAX], parts[DIGITS_LIMBS_MAX + 4];
  uint64_t size = a->size, count = 0;
  memcpy(rest, a->limbs, size * sizeof *rest);
  while (size > 0) {
    parts[count++] = bell_limbs_divide_1(rest, rest, size, LIMB_UNIT);
    size = bell_limbs_normal(rest, size);
  }
  char *to = out + bell_digits_write(out, parts[count - 1]);
  if ((uint64_t)(to - out) + (count - 1) * PER_LIMB > BELL_INT_DIGITS_MAX) return bell_fault_digits(ctx, 0);
  for (uint64_t i = count - 1; i-- > 0; to += PER_LIMB) {
    bell_limb part = parts[i];
    for (int j = PER_LIMB; j-- > 0; part /= 10) to[j] = (char)('0' + part % 10);
  }
  return (uint64_t)(to - out);
}

uint64_t bell_integer_write_bits(bell_ctx *ctx, const bell_integer *a, int bits, const char *set, char *end) {
  uint64_t total = bell_integer_bits(a), count = total == 0 ? 1 : (total + (uint64_t)bits - 1) / (uint64_t)bits;
  for (uint64_t i = 0; i < count; i++) {
    if ((i & (BELL_BLOCK - 1)) == BELL_BLOCK - 1 && !bell_work(ctx, (int64_t)BELL_BLOCK * 2)) break;
    uint64_t at = i * (uint64_t)bits, limb = at / 64, shift = at % 64;
    bell_limb digit = limb < a->size ? a->limbs[limb] >> shift : 0;
    if (shift + (uint64_t)bits > 64 && limb + 1 < a->size) digit |= a->limbs[limb + 1] << (64 - shift);
    *--end = set[digit & (((bell_limb)1 << bits) - 1)];
  }
  return count;
}

bell_word bell_integer_to_str(bell_ctx *ctx, const bell_integer *a) {
  char digits[BELL_INT_DIGITS_MAX + 21];
  digits[0] = '-';
  uint64_t count = bell_integer_digits(ctx, a, digits + 1);
  return count == 0 ? 0 : bell_str_from_ascii(ctx, digits + !a->negative, count + a->negative);
}

bell_word bell_integer_to_base(bell_ctx *ctx, const bell_integer *a, int bits, char prefix) {
  uint64_t total = bell_integer_bits(a), count = total == 0 ? 1 : (total + (uint64_t)bits - 1) / (uint64_t)bits;
  uint64_t length = count + (prefix ? 2 : 0) + a->negative;
  if (!bell_charge(ctx, (int64_t)(length / 16))) return 0;
  if (length > BELL_STR_LENGTH_MAX) return bell_fault(ctx, 803);
  if (length == 1) return bell_str_character(ctx, (uint32_t)"0123456789abcdef"[a->size == 0 ? 0 : a->limbs[0]]);
  if (!bell_reserve(ctx, bell_str_bytes(length, 1))) return 0;
  bell_ref made = bell_str_alloc(ctx, length, 0);
  char *to = (char *)bell_at(ctx, made + sizeof(bell_str));
  if (a->negative) *to++ = '-';
  if (prefix) {
    *to++ = '0';
    *to++ = prefix;
  }
  bell_integer_write_bits(ctx, a, bits, "0123456789abcdef", to + count);
  return ctx->fault == 0 ? made : 0;
}

bell_word bell_integer_from_digits(bell_ctx *ctx, uint64_t count, uint32_t base, bool negative, uint32_t (*digit)(void *state), void *state) {
  /* As many digits as fit in a limb are one step. */
  uint32_t step = 0;
  for (bell_limb power = 1; power <= UINT64_MAX / base; power *= base) step++;
  int bits = (base & (base - 1)) == 0 ? __builtin_ctz(base) : 0;
  uint64_t limbs = bits ? count * (uint64_t)bits / 64 + 2 : count / step + 2;
  if (!bell_charge(ctx, bits ? (int64_t)(count / 16) : (int64_t)((count / step) * (count / step) / 2))) return 0;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, limbs, 0)) return 0;
  uint64_t size = 0;
  if (bits) { /* the first digit is the highest */
    memset(room.limbs, 0, limbs * sizeof(bell_limb));
    for (uint64_t i = count; i-- > 0;) {
      if ((i & (BELL_BLOCK - 1)) == 0 && !bell_work(ctx, (int64_t)BELL_BLOCK * 8)) break;
      uint64_t at = i * (uint64_t)bits, shift = at % 64;
      bell_limb value = digit(state);
      room.limbs[at / 64] |= value << shift;
      if (shift + (uint64_t)bits > 64) room.limbs[at / 64 + 1] |= value >> (64 - shift);
    }
    size = limbs;
  } else {
    for (uint64_t done = 0; done < count;) {
      bell_limb factor = 1, part = 0;
      for (uint32_t i = 0; i < step && done < count; i++, done++) {
        factor *= base;
        part = part * base + digit(state);
      }
      bell_limb carry = bell_limbs_scale(room.limbs, room.limbs, size, factor, part);
      if (carry) room.limbs[size++] = carry;
      if (!bell_work(ctx, (int64_t)(8 * step + size))) break;
    }
  }
  return bell_big_close(ctx, &room, size, negative);
}
