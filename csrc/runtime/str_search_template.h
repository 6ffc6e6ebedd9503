/* The search for one pair of character types and one direction; str_search.c includes this once for each.
 *
 * HAY, NEEDLE: the character types. BACK: 0 or 1. NAME(x): the identifier x for this instance.
 * Backwards is forwards through reversed strings: AT(p, n, i) is character i of the n characters at p, seen in the direction of the search.
 */
#if BACK
#define AT(p, n, i) ((p)[(n)-1 - (i)])
#else
#define AT(p, n, i) ((p)[i])
#endif

/* The maximal suffix of the needle by the order, or by its reverse: where it begins and its period. */
static uint64_t NAME(maximal_suffix)(bell_ctx *ctx, const NEEDLE *needle, uint64_t m, bool reversed, uint64_t *period) {
  uint64_t best = 0, candidate = 1, offset = 0, p = 1; /* `best` and `candidate` are starts of suffixes */
  for (uint64_t step = 0; candidate + offset < m; step++) {
    if (WORKED(step, 4)) break;
    NEEDLE x = AT(needle, m, candidate + offset), y = AT(needle, m, best + offset);
    if (x == y) {
      if (++offset == p) {
        candidate += p;
        offset = 0;
      }
    } else if ((x < y) != reversed) { /* the candidate is smaller: the period grows to all that was seen */
      candidate += offset + 1;
      offset = 0;
      p = candidate - best;
    } else {
      best = candidate++;
      offset = 0;
      p = 1;
    }
  }
  *period = p;
  return best;
}

/* Two-way string matching (Crochemore and Perrin 1991): at most 2n comparisons after a preprocessing of 2m, no memory. */
static uint64_t NAME(two_way)(bell_ctx *ctx, const HAY *hay, uint64_t n, const NEEDLE *needle, uint64_t m, uint64_t start) {
  uint64_t period_1, period_2;
  uint64_t cut_1 = NAME(maximal_suffix)(ctx, needle, m, false, &period_1), cut_2 = NAME(maximal_suffix)(ctx, needle, m, true, &period_2);
  uint64_t cut = cut_1 > cut_2 ? cut_1 : cut_2, period = cut_1 > cut_2 ? period_1 : period_2;
  bool periodic = cut + period <= m;
  if (ctx->fault != 0) return BELL_NOT_FOUND;
  for (uint64_t i = 0; periodic && i < cut; i++) periodic = AT(needle, m, i) == AT(needle, m, i + period);
  if (!periodic) period = (cut > m - cut ? cut : m - cut) + 1;
  uint64_t compared = 0;
  uint64_t known = 0; /* periodic: so many characters of the needle are known to match at the present position */
  for (uint64_t at = start; at + m <= n;) {
    uint64_t from = known > cut ? known : cut, i = from;
    while (i < m && AT(needle, m, i) == AT(hay, n, at + i)) i++;
    if ((compared += i - from + 1) >= BELL_BLOCK) {
      if (!bell_work(ctx, (int64_t)compared)) return BELL_NOT_FOUND;
      compared = 0;
    }
    if (i < m) {
      at += i - cut + 1;
      known = 0;
      continue;
    }
    i = cut;
    while (i > known && AT(needle, m, i - 1) == AT(hay, n, at + i - 1)) i--;
    if (i <= known) return at;
    at += period;
    known = periodic ? m - period : 0;
  }
  return BELL_NOT_FOUND;
}

/* The needle has two characters or more. Positions where its first and last character stand are compared in full, for as long as that takes no
 * more than a few comparisons per position passed; then two-way matching takes over. */
static uint64_t NAME(search)(bell_ctx *ctx, const HAY *hay, uint64_t n, const NEEDLE *needle, uint64_t m) {
  const NEEDLE first = AT(needle, m, 0), final = AT(needle, m, m - 1);
  uint64_t spent = 0, counted = BELL_BLOCK; /* up to there the work is counted */
  for (uint64_t at = 0; at + m <= n; at++) {
#if !BACK
    /* Skip sixteen positions at a time while none has both characters. */
    if (sizeof(HAY) == 1) {
      const uint8_t *bytes = (const uint8_t *)hay;
      uint64_t both = 0;
      while (at + m <= n && at < counted) {
        both = bell_scan_16(bytes + at, BELL_SCAN_CODE, (uint8_t)first) & bell_scan_16(bytes + at + m - 1, BELL_SCAN_CODE, (uint8_t)final);
        if (both != 0) break;
        at += 16;
      }
      if (both != 0) at += (uint64_t)__builtin_ctzll(both);
      if (at + m > n) break;
    }
#endif
    if (at >= counted) {
      counted = at + BELL_BLOCK;
      if (!bell_work(ctx, (int64_t)BELL_BLOCK)) return BELL_NOT_FOUND;
    }
    if (AT(hay, n, at) != first || AT(hay, n, at + m - 1) != final) continue;
    uint64_t i = 1;
    while (i < m - 1 && AT(needle, m, i) == AT(hay, n, at + i)) i++;
    if (i >= m - 1) return at;
    spent += i;
    if (spent > 4 * at + 64) return NAME(two_way)(ctx, hay, n, needle, m, at + 1);
  }
  return BELL_NOT_FOUND;
}

#undef AT
