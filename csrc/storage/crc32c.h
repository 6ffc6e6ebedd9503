/* CRC-32C (Castagnoli), the checksum on every stored record and `.bellc` section.
 *
 * Polynomial 0x1EDC6F41, reflected, initial value and final xor 0xFFFFFFFF (RFC 3720, appendix B.4).
 */
#ifndef BELLJAR_STORAGE_CRC32C_H
#define BELLJAR_STORAGE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of `size_bytes` bytes at `data`, continued from `crc`, the result for what came before (0 for nothing).
 * bj_crc32c(bj_crc32c(0, a), b) == bj_crc32c(0, a followed by b). */
uint32_t bj_crc32c(uint32_t crc, const void *data, size_t size_bytes);

/* The same in portable C, whatever the processor offers: what the fast paths are tested against. */
uint32_t bj_crc32c_portable(uint32_t crc, const void *data, size_t size_bytes);

#endif
