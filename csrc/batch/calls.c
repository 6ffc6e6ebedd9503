#include "batch/calls.h"

#include "runtime/ops.h"

#define CALL(name) {#name, (uint64_t)(uintptr_t)(name)},
const bell_symbol bell_lane_calls[] = {
  CALL(bell_int_pow) CALL(bell_int_round) CALL(bell_int_range_len) CALL(bell_int_range_stop) CALL(bell_int_gcd) CALL(bell_int_lcm)
  CALL(bell_int_isqrt) CALL(bell_int_factorial) CALL(bell_int_comb) CALL(bell_int_perm) CALL(bell_int_bit_length)
  CALL(bell_int_bit_count) CALL(bell_float_floordiv) CALL(bell_float_mod) CALL(bell_float_pow) CALL(bell_float_round_to)
  CALL(bell_math_exp) CALL(bell_math_exp2) CALL(bell_math_expm1) CALL(bell_math_log) CALL(bell_math_log2) CALL(bell_math_log10)
  CALL(bell_math_log1p) CALL(bell_math_sin) CALL(bell_math_cos) CALL(bell_math_tan) CALL(bell_math_asin) CALL(bell_math_acos)
  CALL(bell_math_atan) CALL(bell_math_sinh) CALL(bell_math_cosh) CALL(bell_math_tanh) CALL(bell_math_asinh) CALL(bell_math_acosh)
  CALL(bell_math_atanh) CALL(bell_math_erf) CALL(bell_math_erfc) CALL(bell_math_cbrt) CALL(bell_math_degrees) CALL(bell_math_radians)
  CALL(bell_math_atan2) CALL(bell_math_pow) CALL(bell_math_fmod) CALL(bell_math_hypot) CALL(bell_math_remainder)
  CALL(bell_math_nextafter) CALL(bell_math_ulp) CALL(bell_math_isclose) CALL(bell_math_ldexp) CALL(bell_math_logb)
};
const size_t bell_lane_call_count = sizeof bell_lane_calls / sizeof bell_lane_calls[0];
