/* Groups: rows of every number are run once, inputs are not read beyond their end, and only failed rows are marked. */
#include "batch/groups.h"

#include "check.h"

static int64_t groups_run;

/* value + 1 of int64 rows; a row fails where the value is 0, also one that is not there. */
static int64_t kernel(bell_ctx *ctx, void *const *args, int64_t rows) {
  const int64_t *values = args[0];
  const uint8_t *truths = args[1];
  int64_t *out = args[2], any = 0;
  uint8_t *failed = args[3];
  CHECK(ctx->fault == 0 && *(const int64_t *)args[4] == 77 && rows % 16 == 0);
  groups_run += rows / 16;
  for (int64_t byte = 0; byte < rows / 8; byte++) {
    failed[byte] = 0;
    for (int k = 0; k < 8; k++) {
      out[byte * 8 + k] = values[byte * 8 + k] + (truths[byte] >> k & 1);
      failed[byte] |= (uint8_t)((values[byte * 8 + k] == 0) << k);
    }
    any |= failed[byte];
  }
  return any;
}

static void test_every_number_of_rows(void) {
  for (int64_t rows = 0; rows <= 70; rows++) {
    for (int64_t zero = -1; zero < rows; zero += 1 + rows / 7) {
      int64_t room = (rows + 15) / 16 * 16, constant = 77;
      int64_t *values = malloc((size_t)rows * 8 + 1), *out = malloc((size_t)room * 8 + 1);
      uint8_t *truths = malloc((size_t)(rows + 7) / 8 + 1), *failed = malloc((size_t)room / 8 + 1);
      for (int64_t i = 0; i < rows; i++) values[i] = i == zero ? 0 : i + 5;
      for (int64_t i = 0; i < (rows + 7) / 8; i++) truths[i] = 0xA5;
      void *args[] = {values, truths, out, failed, &constant};
      const uint8_t row_bits[] = {64, 1, 64, 1};
      bell_block block = {kernel, args, row_bits, 2, 2, 5, 16};
      groups_run = 0;
      CHECK(bell_block_run(&block, rows) == (zero >= 0));
      CHECK(groups_run == room / 16);
      for (int64_t i = 0; i < rows; i++) {
        CHECK(out[i] == values[i] + (0xA5 >> i % 8 & 1));
        CHECK((failed[i / 8] >> i % 8 & 1) == (i == zero));
      }
      for (int64_t i = rows; i < room; i++) CHECK((failed[i / 8] >> i % 8 & 1) == 0);
      free(failed);
      free(truths);
      free(out);
      free(values);
    }
  }
}

static void test_bits_at_every_place(void) {
  for (int64_t first = 0; first < 20; first++) {
    for (int64_t bits = 0; bits < 200; bits++) {
      size_t size = (size_t)(first + bits + 7) / 8;
      uint8_t *source = malloc(size + 1), *target = malloc((size_t)(bits + 7) / 8 + 1);
      uint8_t *exact = malloc(size == 0 ? 1 : size);
      for (size_t i = 0; i < size; i++) source[i] = exact[i] = (uint8_t)(i * 37 + 11);
      bell_bits_align(target, exact, first, bits);
      for (int64_t i = 0; i < bits; i++) CHECK((target[i / 8] >> i % 8 & 1) == (source[(first + i) / 8] >> (first + i) % 8 & 1));
      free(exact);
      free(target);
      free(source);
    }
  }
}

int main(void) {
  test_every_number_of_rows();
  test_bits_at_every_place();
  return 0;
}
