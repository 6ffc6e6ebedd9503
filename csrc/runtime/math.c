/* The functions of Python's math module: the C library's, with CPython's special cases and errors around them. */
#include <errno.h>
#include <math.h>

#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/str.h"

/* A NaN that was not given is a domain error; an infinity from a finite argument is a range error or, at a pole, a domain error. */
static inline double checked(bell_ctx *ctx, double x, double result, uint32_t on_infinity) {
  if (isnan(result) && !isnan(x)) return (double)bell_fault(ctx, 503);
  if (isinf(result) && isfinite(x)) return (double)bell_fault(ctx, on_infinity);
  return result;
}

#define POLE 503
#define RANGE 506
#define FUNCTION(name, on_infinity) \
  double bell_math_##name(bell_ctx *ctx, double x) { return checked(ctx, x, name(x), on_infinity); }
FUNCTION(exp, RANGE)
FUNCTION(exp2, RANGE)
FUNCTION(expm1, RANGE)
FUNCTION(sin, POLE)
FUNCTION(cos, POLE)
FUNCTION(tan, POLE)
FUNCTION(asin, POLE)
FUNCTION(acos, POLE)
FUNCTION(atan, POLE)
FUNCTION(sinh, RANGE)
FUNCTION(cosh, RANGE)
FUNCTION(tanh, POLE)
FUNCTION(asinh, POLE)
FUNCTION(acosh, POLE)
FUNCTION(atanh, POLE)
FUNCTION(erf, POLE)
FUNCTION(erfc, POLE)
FUNCTION(cbrt, POLE)
#undef FUNCTION

/* Zero and below are outside the domain; NaN and infinity stay. */
#define LOGARITHM(name)                                                                                     \
  double bell_math_##name(bell_ctx *ctx, double x) {                                                        \
    return x > 0 ? (isinf(x) ? x : name(x)) : isnan(x) ? x : (double)bell_fault(ctx, 503);                  \
  }
LOGARITHM(log)
LOGARITHM(log2)
LOGARITHM(log10)
#undef LOGARITHM

double bell_math_log1p(bell_ctx *ctx, double x) { return checked(ctx, x, x == 0 ? x : log1p(x), POLE); }

double bell_math_logb(bell_ctx *ctx, double x, double base) {
  double numerator = bell_math_log(ctx, x), denominator = ctx->fault ? 0 : bell_math_log(ctx, base);
  if (ctx->fault) return 0;
  return denominator == 0 ? (double)bell_fault(ctx, 501) : numerator / denominator;
}

static const double PI = 0x1.921fb54442d18p+1;

double bell_math_degrees(bell_ctx *ctx, double x) { return (void)ctx, x * (180.0 / PI); }
double bell_math_radians(bell_ctx *ctx, double x) { return (void)ctx, x * (PI / 180.0); }
double bell_math_atan2(bell_ctx *ctx, double y, double x) { return (void)ctx, atan2(y, x); }
double bell_math_copysign(bell_ctx *ctx, double x, double y) { return (void)ctx, copysign(x, y); }
double bell_math_nextafter(bell_ctx *ctx, double x, double y) { return (void)ctx, nextafter(x, y); }

double bell_math_pow(bell_ctx *ctx, double x, double y) {
  if (!isfinite(x) || !isfinite(y)) {
    if (isnan(x)) return y == 0 ? 1.0 : x;
    if (isnan(y)) return x == 1.0 ? 1.0 : y;
    if (isinf(x)) {
      bool odd = isfinite(y) && fmod(fabs(y), 2.0) == 1.0;
      return y > 0 ? (odd ? x : fabs(x)) : y == 0 ? 1.0 : odd ? copysign(0.0, x) : 0.0;
    }
    double size = fabs(x);
    return size == 1.0 ? 1.0 : (y > 0) == (size > 1.0) ? INFINITY : 0.0;
  }
  errno = 0;
  double result = pow(x, y);
  if (isnan(result) || (isinf(result) && x == 0)) return (double)bell_fault(ctx, 503);
  if (isinf(result)) return (double)bell_fault(ctx, 506);
  return result;
}

double bell_math_fmod(bell_ctx *ctx, double x, double y) {
  if (isinf(y) && isfinite(x)) return x;
  double result = fmod(x, y);
  return isnan(result) && !isnan(x) && !isnan(y) ? (double)bell_fault(ctx, 503) : result;
}

double bell_math_remainder(bell_ctx *ctx, double x, double y) {
  if (isnan(x)) return x;
  if (isnan(y)) return y;
  if (isinf(x) || y == 0) return (double)bell_fault(ctx, 503);
  return isinf(y) ? x : remainder(x, y);
}

/* a * a as an unevaluated sum hi + lo, exact (Veltkamp and Dekker), added to the compensated sum. */
typedef struct { double sum, rest_1, rest_2, rest_3; } squares;

static void add(squares *s, double x, double *rest) { /* |x| is at most s->sum */
  double old = s->sum;
  s->sum += x;
  *rest += (old - s->sum) + x;
}

static void add_square(squares *s, double x, double sign) {
  double t = x * 134217729.0, hi = t - (t - x), lo = x - hi; /* 2**27 + 1 */
  add(s, sign * hi * hi, &s->rest_1);
  add(s, sign * 2.0 * hi * lo, &s->rest_2);
  s->rest_3 += sign * lo * lo;
}

/* Component i of a vector, or of the difference of two. */
static inline double component(const bell_word *p, const bell_word *q, int64_t i) {
  return fabs(q ? bell_float(p[i]) - bell_float(q[i]) : bell_float(p[i]));
}

/* The length of a vector. CPython does not use the C library's hypot: it scales by a power of two, adds the squares exactly enough and corrects
 * the root once. */
static inline double norm(const bell_word *p, const bell_word *q, int64_t count) {
  double max = 0;
  bool unknown = false;
  for (int64_t i = 0; i < count; i++) {
    double x = component(p, q, i);
    unknown |= isnan(x);
    if (x > max) max = x;
  }
  if (isinf(max)) return max;
  if (unknown) return NAN;
  if (max == 0 || count <= 1) return max;
  int exponent;
  frexp(max, &exponent);
  squares s = {1.0, 0, 0, 0};
  if (exponent < -1023) { /* the scale would overflow */
    for (int64_t i = 0; i < count; i++) {
      double x = component(p, q, i) / max;
      add(&s, x * x, &s.rest_1);
    }
    return max * sqrt(s.sum - 1.0 + s.rest_1);
  }
  double scale = ldexp(1.0, -exponent);
  for (int64_t i = 0; i < count; i++) add_square(&s, component(p, q, i) * scale, 1.0);
  double root = sqrt(s.sum - 1.0 + (s.rest_1 + s.rest_2 + s.rest_3));
  add_square(&s, root, -1.0);
  double error = s.sum - 1.0 + (s.rest_1 + s.rest_2 + s.rest_3);
  return (root + error / (2.0 * root)) / scale;
}

double bell_math_norm(bell_ctx *ctx, const bell_word *words, int64_t count) { return (void)ctx, norm(words, NULL, count); }

double bell_math_hypot(bell_ctx *ctx, double x, double y) {
  const bell_word words[2] = {bell_bits(x), bell_bits(y)};
  return (void)ctx, norm(words, NULL, 2);
}

double bell_list_dist(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_list *p = BELL_LIST_AT(ctx, a0), *q = BELL_LIST_AT(ctx, a1);
  if (!bell_charge(ctx, p->length)) return 0;
  if (p->length != q->length) return (double)bell_fault(ctx, 719);
  return norm(bell_at(ctx, p->data), bell_at(ctx, q->data), p->length);
}

int64_t bell_math_exponent(bell_ctx *ctx, double x) {
  (void)ctx;
  int exponent = 0;
  if (isfinite(x)) frexp(x, &exponent);
  return exponent;
}

double bell_math_ulp(bell_ctx *ctx, double x) {
  (void)ctx;
  if (isnan(x)) return x;
  x = fabs(x);
  if (isinf(x)) return x;
  double above = nextafter(x, INFINITY);
  return isinf(above) ? x - nextafter(x, -INFINITY) : above - x;
}

int64_t bell_math_isnan(bell_ctx *ctx, double x) { return (void)ctx, isnan(x) != 0; }
int64_t bell_math_isinf(bell_ctx *ctx, double x) { return (void)ctx, isinf(x) != 0; }
int64_t bell_math_isfinite(bell_ctx *ctx, double x) { return (void)ctx, isfinite(x) != 0; }

int64_t bell_math_isclose(bell_ctx *ctx, double a, double b, double relative, double absolute) {
  if (relative < 0 || absolute < 0) return (int64_t)bell_fault_with(ctx, 719, "tolerances must be non-negative");
  if (a == b) return 1;
  if (isinf(a) || isinf(b)) return 0;
  double difference = fabs(b - a);
  return difference <= fabs(relative * b) || difference <= fabs(relative * a) || difference <= absolute;
}

double bell_math_ldexp(bell_ctx *ctx, double x, int64_t exponent) {
  if (x == 0 || !isfinite(x)) return x;
  if (exponent > 100000) return (double)bell_fault(ctx, 506);
  if (exponent < -100000) return copysign(0.0, x);
  double result = ldexp(x, (int)exponent);
  return isinf(result) ? (double)bell_fault(ctx, 506) : result;
}
