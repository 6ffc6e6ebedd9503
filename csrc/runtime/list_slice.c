/* Parts of lists: slices that are assigned and removed, elements found, gathered and turned round. Charges as ir/charges.py says. */
#include "runtime/list.h"
#include "runtime/ops.h"
#include "runtime/raise.h"

#define FEW 16      /* elements that are moved without a call */
#define CUT_WORK 16 /* nanoseconds to move what is between two places of a slice, but for what is long and counted on its own */
#define ITEM_WORK 2 /* nanoseconds to move an element */

/* Where a slice of step 1 lies: an empty one at its start, whatever its stop. */
static int64_t simple(const bell_list *list, int64_t *start, int64_t *stop) {
  int64_t count = bell_slice_clamp(list->length, start, stop, 1);
  *stop = *start + count;
  return count;
}

int64_t bell_splice_units(const bell_list *list, int64_t count, int64_t start, int64_t stop, int64_t step) {
  if (step != 1 && step != BELL_ABSENT) return count / 4;
  int64_t old = simple(list, &start, &stop);
  return count / 4 + (old != count ? (list->length - stop) / 16 : 0);
}

bool bell_list_splice(bell_ctx *ctx, bell_ref ref, bell_ref values, int64_t start, int64_t stop, int64_t step) {
  bell_list *list = BELL_LIST_AT(ctx, ref);
  if (ref == 0) return bell_fault(ctx, 1201);
  if (step == 0) return bell_fault(ctx, 714);
  int64_t given = BELL_LIST_AT(ctx, values)->length;
  bool same = ref == values;
  if (same && given > 0) { /* a list put into itself: from a copy */
    values = bell_list_slice(ctx, ref, BELL_ABSENT, BELL_ABSENT, BELL_ABSENT);
    if (values == 0) return false;
    bell_root_push(ctx, values);
  }
  if (step == 1 || step == BELL_ABSENT) {
    int64_t old = simple(list, &start, &stop), behind = list->length - stop;
    if (given <= old || bell_list_ensure(ctx, ref, list->length - old + given)) {
      bell_list_move(ctx, list, start + given, list, stop, behind);
      bell_list_move(ctx, list, start, BELL_LIST_AT(ctx, values), 0, given);
      list->length = start + given + behind;
    }
  } else {
    int64_t count = bell_slice_clamp(list->length, &start, &stop, step);
    if (count != given) {
      bell_raise(ctx, 719, "attempt to assign sequence of size %lld to extended slice of size %lld", (long long)given, (long long)count);
    }
    for (int64_t i = 0; i < count && ctx->fault == 0; i++) {
      bell_list_store(ctx, list, start + i * step, bell_list_load(ctx, BELL_LIST_AT(ctx, values), i));
      if (!bell_goes_on(ctx, (uint64_t)i, ITEM_WORK)) break;
    }
  }
  if (same && given > 0) bell_root_pop(ctx, 1);
  return ctx->fault == 0;
}

void bell_list_set_slice(bell_ctx *ctx, bell_word a0, bell_word a1, int64_t a2, int64_t a3, int64_t a4) {
  if (a4 == 0) {
    bell_fault(ctx, 714);
  } else if (bell_charge(ctx, bell_splice_units(BELL_LIST_AT(ctx, a0), BELL_LIST_AT(ctx, a1)->length, a2, a3, a4))) {
    bell_list_splice(ctx, a0, a1, a2, a3, a4);
  }
}

/* A slice as one that walks upwards: its lowest place, its step and the number of places. */
static int64_t upwards(const bell_list *list, int64_t *start, int64_t *step, int64_t stop) {
  if (*step == BELL_ABSENT) *step = 1;
  int64_t count = bell_slice_clamp(list->length, start, &stop, *step);
  if (*step < 0 && count > 0) {
    *start += (count - 1) * *step;
    *step = -*step;
  }
  return count;
}

int64_t bell_cut_units(const bell_list *list, int64_t start, int64_t stop, int64_t step) {
  return upwards(list, &start, &step, stop) > 0 ? (list->length - start) / 16 : 0;
}

void bell_list_cut(bell_ctx *ctx, bell_ref ref, int64_t start, int64_t stop, int64_t step) {
  bell_list *list = BELL_LIST_AT(ctx, ref);
  int64_t count = upwards(list, &start, &step, stop);
  if (count == 0) return;
  int64_t to = start;
  for (int64_t i = 0; i < count; i++) { /* what stands between one place of the slice and the next moves down */
    int64_t from = start + i * step + 1, end = i + 1 < count ? start + (i + 1) * step : list->length;
    if (end - from <= FEW) {
      for (; from < end; from++) bell_list_store(ctx, list, to++, bell_list_load(ctx, list, from));
    } else {
      bell_list_move(ctx, list, to, list, from, end - from);
      to += end - from;
    }
    if (!bell_goes_on(ctx, (uint64_t)i, CUT_WORK)) return;
  }
  list->length = to;
}

void bell_list_del_slice(bell_ctx *ctx, bell_word a0, int64_t a1, int64_t a2, int64_t a3) {
  if (a3 == 0) {
    bell_fault(ctx, 714);
  } else if (bell_charge(ctx, bell_cut_units(BELL_LIST_AT(ctx, a0), a1, a2, a3))) {
    bell_list_cut(ctx, a0, a1, a2, a3);
  }
}

void bell_list_remove(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_list *list = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, list->length / 4)) return;
  int64_t place = bell_list_search(ctx, list, a1, 0, list->head.aux >= BELL_CLASS_REF ? INT64_MAX : list->length);
  if (ctx->fault != 0) return;
  if (place < 0) {
    bell_raise(ctx, 707, "list.remove(x): x not in list");
  } else if (place < list->length && bell_charge(ctx, (list->length - 1 - place) / 16)) {
    bell_list_cut(ctx, a0, place, place + 1, 1);
  }
}

bell_word bell_list_reverse_copy(bell_ctx *ctx, bell_word a0) {
  const bell_list *whole = BELL_LIST_AT(ctx, a0);
  if (!bell_charge(ctx, whole->length / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, whole->head.type, (uint8_t)whole->head.aux, whole->length);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  for (int64_t i = 0; i < whole->length; i++) {
    bell_list_store(ctx, list, i, bell_list_load(ctx, whole, whole->length - 1 - i));
    if (!bell_goes_on(ctx, (uint64_t)i, ITEM_WORK)) return 0;
  }
  list->length = whole->length;
  return ref;
}

bell_word bell_list_gather(bell_ctx *ctx, bell_word a0, bell_word a1) {
  const bell_list *whole = BELL_LIST_AT(ctx, a0), *places = BELL_LIST_AT(ctx, a1);
  if (!bell_charge(ctx, places->length / 4)) return 0;
  bell_ref ref = bell_list_make(ctx, whole->head.type, (uint8_t)whole->head.aux, places->length);
  if (ref == 0) return 0;
  bell_list *list = BELL_LIST_AT(ctx, ref);
  const int64_t *indices = bell_at(ctx, places->data);
  for (int64_t i = 0; i < places->length; i++) {
    int64_t place = indices[i] < 0 ? indices[i] + whole->length : indices[i];
    if (place < 0 || place >= whole->length) return bell_fault(ctx, 701);
    bell_list_store(ctx, list, i, bell_list_load(ctx, whole, place));
    if (!bell_goes_on(ctx, (uint64_t)i, CUT_WORK)) return 0;
  }
  list->length = places->length;
  return ref;
}
