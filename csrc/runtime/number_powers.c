/* Powers of ten. number_powers.inc is written by `python -m belljar.ir.power_tables`. */
#include "runtime/number.h"
#include "runtime/number_powers.inc"

const uint64_t bell_powers_of_ten[20] = {
  1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u, 100000000000u, 1000000000000u,
  10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u, 100000000000000000u, 1000000000000000000u,
  10000000000000000000u,
};
