/* See fault_text.h. */
#include "runtime/fault_text.h"

#include "runtime/call.h"
#include "runtime/ops.h"
#include "runtime/str.h"
#include "runtime/text.h"

bell_word bell_fault_quoting(bell_ctx *ctx, uint32_t code, const char *before, bell_ref str, uint64_t characters_max) {
  if (ctx->fault != 0) return 0;
  bell_text text;
  bell_text_begin(&text, ctx);
  uint64_t length = BELL_STR_AT(ctx, str)->length;
  bell_text_ascii(&text, before, strlen(before));
  /* The quotes are chosen by the whole string, so it is shown whole and then cut; what is beyond the cut plays no part but for that. */
  bool unpaid = bell_unpaid(ctx);
  bell_ref quoted = bell_any_repr(ctx, str);
  if (!unpaid) bell_paid_again(ctx);
  if (quoted != 0) {
    bell_root_push(ctx, quoted);
    length = BELL_STR_AT(ctx, quoted)->length;
    bell_text_slice(&text, quoted, 0, length < characters_max ? length : characters_max);
    bell_root_pop(ctx, 1);
  }
  bell_ref made = bell_text_finish(&text);
  if (ctx->fault != 0) return 0; /* no room even for that */
  ctx->fault_text = made;
  return bell_fault(ctx, code);
}
