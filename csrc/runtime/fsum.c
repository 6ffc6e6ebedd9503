/* list.fsum, the exact sum of floats rounded once: J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric
 * predicates" (1997). The sum so far is kept as an expansion: floats of growing size whose bits do not overlap, and whose sum it is. */
#include <math.h>

#include "runtime/list.h"
#include "runtime/ops.h"

#define PARTIALS_MAX 2100 /* a float's bits have 2098 places, and no two parts share one */

double bell_list_fsum(bell_ctx *ctx, bell_word a0) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, list->length * 8)) return 0;
  const double *floats = bell_at(ctx, list->data);
  double parts[PARTIALS_MAX], specials = 0.0, infinities = 0.0; /* specials: infinities and NaNs */
  int count = 0;
  for (int64_t i = 0; i < list->length; i++) {
    double x = floats[i];
    int kept = 0;
    for (int j = 0; j < count; j++) {
      double large = x, small = parts[j];
      if (fabs(large) < fabs(small)) {
        large = parts[j];
        small = x;
      }
      x = large + small;
      double lost = small - (x - large); /* exact */
      if (lost != 0.0) parts[kept++] = lost;
    }
    count = kept;
    if (isfinite(x)) {
      if (x != 0.0) parts[count++] = x;
      continue;
    }
    if (isfinite(floats[i])) return (double)bell_fault(ctx, 506);
    if (isinf(floats[i])) infinities += floats[i];
    specials += floats[i];
    count = 0;
  }
  if (specials != 0.0) return isnan(infinities) ? (double)bell_fault(ctx, 503) : specials;
  if (count == 0) return 0.0;
  double total = parts[--count], lost = 0.0;
  while (count > 0 && lost == 0.0) {
    double large = total, small = parts[--count];
    total = large + small;
    lost = small - (total - large);
  }
  /* Half way between two floats as far as seen: what is left decides. */
  if (count > 0 && ((lost < 0.0 && parts[count - 1] < 0.0) || (lost > 0.0 && parts[count - 1] > 0.0))) {
    double twice = lost * 2.0, moved = total + twice;
    if (twice == moved - total) total = moved;
  }
  return total;
}
