/* See big.h. */
#include "runtime/big.h"

#include "runtime/str.h"
#include "runtime/str_copy.h"

#define LIMB_WORK 4                    /* nanoseconds for a limb of a result that is new memory */
#define LIMBS_MAX ((uint64_t)1 << 48) /* more are asked for only to fail */

bool bell_integer_read(const bell_ctx *ctx, bell_value value, bell_integer *out) {
  if (value.kind == BELL_BIG) {
    const bell_big *big = BELL_BIG_AT(ctx, value.ref);
    *out = (bell_integer){.limbs = big->limbs, .size = big->size, .negative = big->head.aux != 0};
    return true;
  }
  if (!bell_value_is_int(value)) return false;
  bell_integer_of(out, value.i);
  return true;
}

bool bell_big_open(bell_ctx *ctx, bell_big_room *room, uint64_t limbs, uint64_t scratch) {
  if (limbs > LIMBS_MAX || scratch > LIMBS_MAX) {
    bell_reserve(ctx, UINT64_MAX >> 1);
    return false;
  }
  room->bytes = sizeof(bell_big) + (limbs + scratch) * sizeof(bell_limb);
  if (!bell_heap_reserve(ctx, BELL_ROUND(room->bytes))) return false;
  room->ref = bell_heap_take(ctx, room->bytes, BELL_BIG, 0, 0);
  room->limbs = BELL_BIG_AT(ctx, room->ref)->limbs;
  room->scratch = room->limbs + limbs;
  return true;
}

bell_word bell_big_close(bell_ctx *ctx, bell_big_room *room, uint64_t size, bool negative) {
  bell_big *big = BELL_BIG_AT(ctx, room->ref);
  size = bell_limbs_normal(room->limbs, size);
  bell_integer made = {.limbs = room->limbs, .size = size, .negative = negative};
  int64_t value;
  bell_work(ctx, (int64_t)size * LIMB_WORK);
  if (ctx->fault != 0) {
    bell_heap_shrink_last(ctx, room->ref, room->bytes, 0);
    return 0;
  }
  if (bell_integer_small(&made, &value)) {
    bell_word shifted = (bell_word)value << 1;
    bool tagged = (int64_t)shifted >> 1 == value;
    bell_heap_shrink_last(ctx, room->ref, room->bytes, tagged ? 0 : sizeof(bell_box));
    if (tagged) return shifted | 1;
    big->head = (bell_head){.kind = BELL_INT};
    BELL_BOX_AT(ctx, room->ref)->i = value;
    return room->ref;
  }
  bell_heap_shrink_last(ctx, room->ref, room->bytes, sizeof(bell_big) + size * sizeof(bell_limb));
  big->head.aux = negative;
  big->size = size;
  return room->ref;
}

bell_word bell_integer_copy(bell_ctx *ctx, const bell_integer *a) {
  bell_big_room room;
  if (!bell_big_open(ctx, &room, a->size, 0)) return 0;
  bell_move_long(ctx, (uint8_t *)room.limbs, (const uint8_t *)a->limbs, a->size * sizeof(bell_limb));
  return bell_big_close(ctx, &room, a->size, a->negative);
}

/* --- sums, products, quotients -------------------------------------------------------------------------------------------------- */

static inline uint64_t longer(const bell_integer *a, const bell_integer *b) { return a->size > b->size ? a->size : b->size; }

bell_word bell_integer_add(bell_ctx *ctx, const bell_integer *a, const bell_integer *b, bool subtract) {
  bool other_sign = b->negative != subtract; /* of b as it is added */
  uint64_t size = longer(a, b);
  bell_big_room room;
  if (!bell_charge(ctx, (int64_t)(size / 4)) || !bell_big_open(ctx, &room, size + 1, 0)) return 0;
  if (bell_limbs_compare(a->limbs, a->size, b->limbs, b->size) < 0) {
    const bell_integer *swapped = a;
    bool sign = other_sign;
    other_sign = a->negative;
    a = b;
    b = swapped;
    if (sign == other_sign) {
      room.limbs[size] = bell_limbs_add(room.limbs, a->limbs, a->size, b->limbs, b->size);
      return bell_big_close(ctx, &room, size + 1, sign);
    }
    bell_limbs_sub(room.limbs, a->limbs, a->size, b->limbs, b->size);
    return bell_big_close(ctx, &room, size, sign);
  }
  if (a->negative == other_sign) {
    room.limbs[size] = bell_limbs_add(room.limbs, a->limbs, a->size, b->limbs, b->size);
    return bell_big_close(ctx, &room, size + 1, a->negative);
  }
  bell_limbs_sub(room.limbs, a->limbs, a->size, b->limbs, b->size);
  return bell_big_close(ctx, &room, size, a->negative);
}

bell_word bell_integer_multiply(bell_ctx *ctx, const bell_integer *a, const bell_integer *b) {
  bell_big_room room;
  if (!bell_charge(ctx, bell_limbs_multiply_cost(a->size, b->size))) return 0;
  if (!bell_big_open(ctx, &room, a->size + b->size, bell_limbs_multiply_scratch(a->size, b->size))) return 0;
  bell_limbs_multiply(ctx, room.limbs, a->limbs, a->size, b->limbs, b->size, room.scratch);
  return bell_big_close(ctx, &room, a->size + b->size, a->negative != b->negative);
}

bell_word bell_integer_floordiv(bell_ctx *ctx, const bell_integer *a, const bell_integer *b) {
  uint64_t n = a->size, m = b->size, size = n < m ? 1 : n - m + 2;
  bool negative = a->negative != b->negative, inexact = true;
  bell_big_room room;
  if (!bell_charge(ctx, bell_limbs_divide_cost(n, m)) || !bell_big_open(ctx, &room, size, n + n + m + 1)) return 0;
  bell_str_fill_blocks(ctx, room.limbs, 1, size * sizeof(bell_limb), 0);
  if (n >= m) {
    bell_move_long(ctx, (uint8_t *)room.scratch, (const uint8_t *)a->limbs, n * sizeof(bell_limb));
    bell_limbs_divide(ctx, room.limbs, room.scratch, n, b->limbs, m, room.scratch + n);
    inexact = bell_limbs_normal(room.scratch, m) != 0;
  } else {
    inexact = n != 0;
  }
  if (negative && inexact) {
    for (uint64_t i = 0; i < size && ++room.limbs[i] == 0;) i++;
  }
  return bell_big_close(ctx, &room, size, negative);
}

bell_word bell_integer_mod(bell_ctx *ctx, const bell_integer *a, const bell_integer *b) {
  uint64_t n = a->size, m = b->size, size = n < m ? m : n;
  bell_big_room room;
  if (!bell_charge(ctx, bell_limbs_divide_cost(n, m))) return 0;
  if (!bell_big_open(ctx, &room, size, n < m ? 0 : (n - m + 1) + (n + m + 1))) return 0;
  bell_str_fill_blocks(ctx, room.limbs, 1, size * sizeof(bell_limb), 0);
  bell_move_long(ctx, (uint8_t *)room.limbs, (const uint8_t *)a->limbs, n * sizeof(bell_limb));
  if (n >= m) bell_limbs_divide(ctx, room.scratch, room.limbs, n, b->limbs, m, room.scratch + (n - m + 1));
  uint64_t rest = bell_limbs_normal(room.limbs, m);
  if (rest != 0 && a->negative != b->negative) bell_limbs_sub(room.limbs, b->limbs, m, room.limbs, rest);
  return bell_big_close(ctx, &room, m, b->negative);
}

/* --- powers and shifts ---------------------------------------------------------------------------------------------------------- */

/* 2**bits with a sign. */
static bell_word power_of_two(bell_ctx *ctx, uint64_t bits, bool negative) {
  bell_big_room room;
  uint64_t size = bits / 64 + 1;
  if (!bell_big_open(ctx, &room, size, 0)) return 0;
  bell_str_fill_blocks(ctx, room.limbs, 1, size * sizeof(bell_limb), 0);
  room.limbs[size - 1] = (bell_limb)1 << bits % 64;
  return bell_big_close(ctx, &room, size, negative);
}

bell_word bell_integer_power(bell_ctx *ctx, const bell_integer *a, const bell_integer *b) {
  bool odd = b->size > 0 && (b->limbs[0] & 1);
  if (b->size == 0) return bell_any_from_int(ctx, 1);
  if (a->size == 0) return bell_any_from_int(ctx, 0);
  bool negative = a->negative && odd;
  uint64_t base_bits = bell_integer_bits(a), low = 0;
  if (base_bits == 1) return bell_any_from_int(ctx, negative ? -1 : 1);
  while (a->limbs[low] == 0) low++;
  uint64_t zeros = low * 64 + (uint64_t)__builtin_ctzll(a->limbs[low]);
  bool is_shift = zeros + 1 == base_bits;
  /* Bits of the result at most; beyond 2**56 limbs the cost says all. */
  unsigned __int128 bits = b->size > 1 ? (unsigned __int128)1 << 120 : (unsigned __int128)base_bits * b->limbs[0];
  unsigned __int128 limbs_wide = (bits + 63) / 64;
  uint64_t limbs = limbs_wide > UINT64_MAX >> 1 ? UINT64_MAX >> 1 : (uint64_t)limbs_wide;
  if (!bell_charge(ctx, is_shift ? (int64_t)(limbs / 4) : bell_limbs_multiply_cost(limbs, limbs))) return 0;
  if (b->size > 1 || limbs > LIMBS_MAX) {
    bell_reserve(ctx, UINT64_MAX >> 1);
    return 0;
  }
  uint64_t exponent = b->limbs[0];
  if (is_shift) return power_of_two(ctx, zeros * exponent, negative);
  uint64_t room_limbs = limbs + a->size + 2;
  bell_big_room room;
  if (!bell_big_open(ctx, &room, room_limbs, room_limbs + bell_limbs_multiply_scratch(room_limbs, room_limbs))) return 0;
  bell_limb *from = room.limbs, *to = room.scratch, *scratch = room.scratch + room_limbs;
  uint64_t size = a->size;
  memcpy(from, a->limbs, size * sizeof(bell_limb));
  for (int bit = 62 - __builtin_clzll(exponent); bit >= 0 && ctx->fault == 0; bit--) {
    for (int step = 0; step < 1 + (int)(exponent >> bit & 1); step++) { /* squared, and times the base */
      const bell_limb *factor = step == 0 ? from : a->limbs;
      uint64_t factor_size = step == 0 ? size : a->size;
      bell_limbs_multiply(ctx, to, from, size, factor, factor_size, scratch);
      size = bell_limbs_normal(to, size + factor_size);
      bell_limb *swapped = from;
      from = to;
      to = swapped;
    }
  }
  if (from != room.limbs) memcpy(room.limbs, from, size * sizeof(bell_limb));
  return bell_big_close(ctx, &room, size, negative);
}

bell_word bell_integer_shift(bell_ctx *ctx, const bell_integer *a, const bell_integer *count, bool left) {
  bell_big_room room;
  uint64_t n = a->size, bits = count->size == 0 ? 0 : count->limbs[0];
  if (n == 0) return bell_any_from_int(ctx, 0);
  if (left) {
    if (count->size > 1 || bits > INT64_MAX) return bell_fault_with(ctx, 770, "too many digits in integer");
    uint64_t limbs = n + bits / 64;
    if (!bell_charge(ctx, (int64_t)(limbs / 4)) || !bell_big_open(ctx, &room, limbs + 1, 0)) return 0;
    bell_limbs_shift_left(room.limbs, a->limbs, n, bits);
    return bell_big_close(ctx, &room, limbs + 1, a->negative);
  }
  if (!bell_charge(ctx, (int64_t)(n / 4))) return 0;
  if (count->size > 1 || bits >= n * 64) return bell_any_from_int(ctx, a->negative ? -1 : 0);
  uint64_t size = n - bits / 64;
  if (!bell_big_open(ctx, &room, size + 1, 0)) return 0;
  bool lost = bell_limbs_shift_right(room.limbs, a->limbs, n, bits);
  room.limbs[size] = 0;
  if (lost && a->negative) {
    for (uint64_t i = 0; ++room.limbs[i] == 0;) i++;
  }
  return bell_big_close(ctx, &room, size + 1, a->negative);
}

/* --- bits ----------------------------------------------------------------------------------------------------------------------- */

/* The two's complement in `size` limbs, more than the magnitude has. */
static void complement(bell_limb *out, const bell_integer *a, uint64_t size) {
  memset(out, 0, size * sizeof(bell_limb));
  memcpy(out, a->limbs, a->size * sizeof(bell_limb));
  if (!a->negative) return;
  bell_limb carry = 1;
  for (uint64_t i = 0; i < size; i++) {
    out[i] = ~out[i] + carry;
    carry = carry && out[i] == 0;
  }
}

bell_word bell_integer_bitwise(bell_ctx *ctx, char sign, const bell_integer *a, const bell_integer *b) {
  uint64_t size = longer(a, b) + 1;
  bell_big_room room;
  if (!bell_charge(ctx, (int64_t)((size - 1) / 4)) || !bell_big_open(ctx, &room, size, size)) return 0;
  bell_limb *x = room.limbs, *y = room.scratch;
  complement(x, a, size);
  complement(y, b, size);
  for (uint64_t i = 0; i < size; i++) x[i] = sign == '&' ? x[i] & y[i] : sign == '|' ? x[i] | y[i] : x[i] ^ y[i];
  bool negative = x[size - 1] >> 63;
  if (negative) {
    bell_limb carry = 1;
    for (uint64_t i = 0; i < size; i++) {
      x[i] = ~x[i] + carry;
      carry = carry && x[i] == 0;
    }
  }
  return bell_big_close(ctx, &room, size, negative);
}

bell_word bell_integer_negate(bell_ctx *ctx, const bell_integer *a) {
  bell_integer result = *a;
  if (a->limbs == &a->one) result.limbs = &result.one;
  result.negative = !a->negative;
  return bell_charge(ctx, (int64_t)(a->size / 4)) ? bell_integer_copy(ctx, &result) : 0;
}

bell_word bell_integer_invert(bell_ctx *ctx, const bell_integer *a) { /* ~a = -a - 1 */
  bell_integer one;
  bell_integer_of(&one, 1);
  bell_integer result = *a;
  if (a->limbs == &a->one) result.limbs = &result.one;
  result.negative = !a->negative && a->size > 0;
  return bell_integer_add(ctx, &result, &one, true);
}

/* --- comparing and hashing ------------------------------------------------------------------------------------------------------ */

int bell_integer_compare(const bell_integer *a, const bell_integer *b) {
  if (a->negative != b->negative) return a->negative ? -1 : 1;
  int order = bell_limbs_compare(a->limbs, a->size, b->limbs, b->size);
  return a->negative ? -order : order;
}

int64_t bell_integer_hash(const bell_integer *a) {
  const uint64_t prime = ((uint64_t)1 << 61) - 1; /* so 2**64 is 8, and 8 * rest turns its bits round */
  uint64_t rest = 0;
  for (uint64_t i = a->size; i-- > 0;) {
    uint64_t turned = (rest << 3 & prime) | rest >> 58, sum = turned + (a->limbs[i] & prime) + (a->limbs[i] >> 61);
    rest = (sum & prime) + (sum >> 61);
    if (rest >= prime) rest -= prime;
  }
  int64_t hash = a->negative ? -(int64_t)rest : (int64_t)rest;
  return hash == -1 ? -2 : hash;
}
