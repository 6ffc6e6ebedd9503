/* math.gamma and math.lgamma: Lanczos' approximation, to the bits of CPython, which does not use the C library's.
 *
 *   gamma(x) = sum(x) * (x + g - 1/2) ** (x - 1/2) / exp(x + g - 1/2)
 *
 * C. Lanczos, "A precision approximation of the gamma function" (1964), with the constants G. R. Pugh's thesis (2004) derives and Boost publishes
 * as lanczos13m53: g and a rational function of 13 terms good for 53 bits. Below zero by reflection, gamma(x) * gamma(-x) = -pi / (x * sin(pi * x)).
 * The order of every operation matters: it decides the last bit. */
#include <math.h>

#include "runtime/ops.h"
#include "runtime/str.h"

#define TERMS 13
static const double G = 6.024680040776729583740234375;
static const double G_MINUS_HALF = 5.524680040776729583740234375;
static const double PI = 3.141592653589793238462643383279502884197;
static const double LOG_PI = 1.144729885849400174143427351353058711647;

/* Coefficients from x**0 on; the denominator is x * (x + 1) * ... * (x + 11). */
static const double NUMERATOR[TERMS] = {
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
};
static const double DENOMINATOR[TERMS] = {
    0.0, 39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0, 2637558.0, 357423.0, 32670.0, 1925.0, 66.0, 1.0,
};

#define WHOLE_MAX 23 /* the last n whose (n - 1)! is a float */
static const double FACTORIALS[WHOLE_MAX] = {
    1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362880.0, 3628800.0, 39916800.0, 479001600.0, 6227020800.0, 87178291200.0,
    1307674368000.0, 20922789888000.0, 355687428096000.0, 6402373705728000.0, 121645100408832000.0, 2432902008176640000.0,
    51090942171709440000.0, 1124000727777607680000.0,
};

/* The rational function, x > 0: in powers of x while they are small, else of 1/x, so that nothing overflows. */
static double lanczos_sum(double x) {
  double above = 0.0, below = 0.0;
  if (x < 5.0) {
    for (int i = TERMS - 1; i >= 0; i--) {
      above = above * x + NUMERATOR[i];
      below = below * x + DENOMINATOR[i];
    }
  } else {
    for (int i = 0; i < TERMS; i++) {
      above = above / x + NUMERATOR[i];
      below = below / x + DENOMINATOR[i];
    }
  }
  return above / below;
}

/* sin(pi * x) of a finite x, reduced to an eighth of the circle first. */
static double sin_pi(double x) {
  double turn = fmod(fabs(x), 2.0), value;
  switch ((int)round(2.0 * turn)) {
    case 0: value = sin(PI * turn); break;
    case 1: value = cos(PI * (turn - 0.5)); break;
    case 2: value = sin(PI * (1.0 - turn)); break; /* not turn - 1.0, for the sign of zero */
    case 3: value = -cos(PI * (turn - 1.5)); break;
    default: value = sin(PI * (turn - 2.0)); break;
  }
  return copysign(1.0, x) * value;
}

double bell_math_gamma(bell_ctx *ctx, double x) {
  if (isnan(x)) return x;
  if (isinf(x)) return x > 0 ? x : (double)bell_fault(ctx, 503);
  if (x == 0) return (double)bell_fault(ctx, 503);
  if (x == floor(x)) {
    if (x < 0) return (double)bell_fault(ctx, 503);
    if (x <= WHOLE_MAX) return FACTORIALS[(int)x - 1];
  }
  double size = fabs(x);
  if (size < 1e-20) {
    double inverse = 1.0 / x;
    return isinf(inverse) ? (double)bell_fault(ctx, 506) : inverse;
  }
  if (size > 200.0) return x < 0 ? 0.0 / sin_pi(x) : (double)bell_fault(ctx, 506);
  double base = size + G_MINUS_HALF, lost; /* what rounding took from the base, to first order made good below */
  if (size > G_MINUS_HALF) {
    double kept = base - size;
    lost = kept - G_MINUS_HALF;
  } else {
    double kept = base - G_MINUS_HALF;
    lost = kept - size;
  }
  lost = lost * G / base;
  /* From 140 on the power alone can overflow: its root, twice. */
  bool halved = !(size < 140.0);
  double power = pow(base, halved ? size / 2.0 - 0.25 : size - 0.5), result;
  if (x < 0) {
    result = -PI / sin_pi(size) / size * exp(base) / lanczos_sum(size);
    result -= lost * result;
    result /= power;
    if (halved) result /= power;
  } else {
    result = lanczos_sum(size) / exp(base);
    result += lost * result;
    result *= power;
    if (halved) result *= power;
  }
  return isinf(result) ? (double)bell_fault(ctx, 506) : result;
}

double bell_math_lgamma(bell_ctx *ctx, double x) {
  if (isnan(x)) return x;
  if (isinf(x)) return INFINITY;
  if (x == floor(x) && x <= 2.0) return x <= 0.0 ? (double)bell_fault(ctx, 503) : 0.0;
  double size = fabs(x);
  if (size < 1e-20) return -log(size);
  double result = log(lanczos_sum(size)) - G;
  result += (size - 0.5) * (log(size + G - 0.5) - 1);
  if (x < 0.0) result = LOG_PI - log(fabs(sin_pi(size))) - log(size) - result;
  return isinf(result) ? (double)bell_fault(ctx, 506) : result;
}
