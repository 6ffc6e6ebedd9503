/* Loads one ELF64 relocatable object, as LLVM emits it for a module, into executable memory: a linker for exactly what such objects hold.
 *
 * Doing it here instead of in LLVM means that cached code runs without loading LLVM at all. Memory is written first and then made
 * executable, never both. Every offset and size of the object is checked against its end before it is used; an object with anything
 * unknown in it (a relocation type, a symbol nobody gives) is refused whole. It is not a verifier of the machine code itself: only
 * objects that this user's own process wrote are loaded (engines/jit/cache.py). */
#ifndef BELL_OBJECT_H
#define BELL_OBJECT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;
  uint64_t address;
} bell_symbol;

typedef struct bell_object bell_object;

enum { BELL_OBJECT_REASON_MAX = 160 };

/* Load `size` bytes at `data`; undefined symbols are looked up by name in `symbols`. Returns NULL and writes why to
 * `reason` (BELL_OBJECT_REASON_MAX bytes) when it cannot. */
bell_object *bell_object_load(const uint8_t *data, size_t size, const bell_symbol *symbols, size_t symbol_count, char *reason);

/* The address of a global symbol the object defines, or NULL. `data` is the image the object was loaded from. */
void *bell_object_address(const bell_object *object, const uint8_t *data, size_t size, const char *name);

/* Bytes of memory the loaded code takes. */
size_t bell_object_bytes(const bell_object *object);

/* Unmap the code. Nothing of it may run any more. NULL is allowed. */
void bell_object_free(bell_object *object);

#endif
