#include "jit/object.h"

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "native code exists for x86-64 and aarch64"
#endif

/* A stub reaches a symbol anywhere in memory: an indirect jump, then the address at STUB_ADDRESS, which serves as a GOT slot too. */
enum { STUB_BYTES = 16, STUB_ADDRESS = 8, SECTION_ALIGNMENT_MAX = 4096, SECTIONS_MAX = 4096 };
#define OBJECT_BYTES_MAX ((uint64_t)1 << 30)
#define NOT_PLACED UINT64_MAX

struct bell_object {
  uint8_t *memory; /* executable sections and stubs; from a page boundary on read-only sections */
  size_t size;
  uint64_t *placed; /* per section: its offset in memory, or NOT_PLACED */
};

typedef struct {
  const uint8_t *data;
  size_t size;
  Elf64_Shdr *sections;
  uint32_t section_count;
  Elf64_Sym *symbols;
  size_t symbol_count;
  const char *names; /* of the symbols; the last byte is NUL */
  size_t names_size;
} elf_image;

static bool refuse(char *reason, const char *text, uint64_t value) {
  snprintf(reason, BELL_OBJECT_REASON_MAX, "%s (%llu)", text, (unsigned long long)value);
  return false;
}

static bool is_within(const elf_image *image, uint64_t offset, uint64_t size) {
  return offset <= image->size && size <= image->size - offset;
}

static void close_image(elf_image *image) {
  free(image->sections);
  free(image->symbols);
}

static bool read_symbols(elf_image *image, const Elf64_Shdr *table, char *reason) {
  if (image->symbols != NULL) return refuse(reason, "a second symbol table", 0);
  if (!is_within(image, table->sh_offset, table->sh_size)) return refuse(reason, "symbol table beyond the end", table->sh_offset);
  if (table->sh_link >= image->section_count) return refuse(reason, "symbol names in no section", table->sh_link);
  const Elf64_Shdr *names = &image->sections[table->sh_link];
  if (names->sh_type != SHT_STRTAB || !is_within(image, names->sh_offset, names->sh_size) || names->sh_size == 0 ||
      image->data[names->sh_offset + names->sh_size - 1] != 0)
    return refuse(reason, "bad table of symbol names", table->sh_link);
  image->names = (const char *)image->data + names->sh_offset;
  image->names_size = names->sh_size;
  image->symbol_count = table->sh_size / sizeof(Elf64_Sym);
  image->symbols = malloc(image->symbol_count * sizeof(Elf64_Sym) + 1);
  if (image->symbols == NULL) return refuse(reason, "out of memory", table->sh_size);
  memcpy(image->symbols, image->data + table->sh_offset, image->symbol_count * sizeof(Elf64_Sym));
  for (size_t index = 0; index < image->symbol_count; index++)
    if (image->symbols[index].st_name >= image->names_size) return refuse(reason, "symbol without a name", index);
  return true;
}

/* Check the headers, copy the section table to aligned memory and find the symbols. close_image() afterwards in any case. */
static bool open_image(elf_image *image, const uint8_t *data, size_t size, char *reason) {
  *image = (elf_image){.data = data, .size = size};
  Elf64_Ehdr header;
  if (size < sizeof header) return refuse(reason, "too short for an object", size);
  memcpy(&header, data, sizeof header);
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    return refuse(reason, "not a little-endian ELF64 object", header.e_ident[EI_CLASS]);
  if (header.e_type != ET_REL) return refuse(reason, "not a relocatable object", header.e_type);
  if (header.e_machine != MACHINE) return refuse(reason, "code for another machine", header.e_machine);
  if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum == 0 || header.e_shnum > SECTIONS_MAX)
    return refuse(reason, "bad section table", header.e_shnum);
  image->section_count = header.e_shnum;
  size_t bytes = (size_t)header.e_shnum * sizeof(Elf64_Shdr);
  if (!is_within(image, header.e_shoff, bytes)) return refuse(reason, "section table beyond the end", header.e_shoff);
  image->sections = malloc(bytes);
  if (image->sections == NULL) return refuse(reason, "out of memory", bytes);
  memcpy(image->sections, data + header.e_shoff, bytes);
  for (uint32_t index = 0; index < image->section_count; index++)
    if (image->sections[index].sh_type == SHT_SYMTAB && !read_symbols(image, &image->sections[index], reason)) return false;
  return true;
}

/* Whether a section goes to memory. Unwind tables do not: frames are found through the trail of call sites, never by walking the stack. */
static bool is_loaded(const elf_image *image, const Elf64_Shdr *section, const Elf64_Shdr *names) {
  static const char unwind[] = ".eh_frame";
  if ((section->sh_flags & SHF_ALLOC) == 0 || section->sh_size == 0) return false;
  if (section->sh_type != SHT_PROGBITS && section->sh_type != SHT_NOBITS) return false;
  bool is_named = names != NULL && section->sh_name < names->sh_size && names->sh_size - section->sh_name >= sizeof unwind;
  return !is_named || memcmp(image->data + names->sh_offset + section->sh_name, unwind, sizeof unwind) != 0;
}

static const Elf64_Shdr *section_names(const elf_image *image) {
  Elf64_Ehdr header;
  memcpy(&header, image->data, sizeof header);
  if (header.e_shstrndx >= image->section_count) return NULL;
  const Elf64_Shdr *names = &image->sections[header.e_shstrndx];
  return is_within(image, names->sh_offset, names->sh_size) ? names : NULL;
}

/* Give the sections of one kind their places from `end` on; returns the new end, or NOT_PLACED. */
static uint64_t place_sections(const elf_image *image, uint64_t *placed, bool executable, uint64_t end, char *reason) {
  const Elf64_Shdr *names = section_names(image);
  for (uint32_t index = 0; index < image->section_count; index++) {
    const Elf64_Shdr *section = &image->sections[index];
    if (!is_loaded(image, section, names)) continue;
    if (((section->sh_flags & SHF_EXECINSTR) != 0) != executable) continue;
    if (section->sh_type == SHT_PROGBITS && !is_within(image, section->sh_offset, section->sh_size)) {
      refuse(reason, "section beyond the end", index);
      return NOT_PLACED;
    }
    uint64_t alignment = section->sh_addralign == 0 ? 1 : section->sh_addralign;
    if ((alignment & (alignment - 1)) != 0 || alignment > SECTION_ALIGNMENT_MAX || section->sh_size > OBJECT_BYTES_MAX) {
      refuse(reason, "bad alignment or size of section", index);
      return NOT_PLACED;
    }
    end = (end + alignment - 1) & ~(alignment - 1);
    placed[index] = end;
    end += section->sh_size;
    if (end > OBJECT_BYTES_MAX) {
      refuse(reason, "object too large", end);
      return NOT_PLACED;
    }
  }
  return end;
}

static void write_stub(uint8_t *stub, uint64_t address) {
#if defined(__x86_64__)
  static const uint8_t jump[STUB_ADDRESS] = {0xff, 0x25, 0x02, 0x00, 0x00, 0x00, 0xcc, 0xcc}; /* jmp *2(%rip) */
#else
  static const uint8_t jump[STUB_ADDRESS] = {0x50, 0x00, 0x00, 0x58, 0x00, 0x02, 0x1f, 0xd6}; /* ldr x16, #8; br x16 */
#endif
  memcpy(stub, jump, sizeof jump);
  memcpy(stub + STUB_ADDRESS, &address, sizeof address);
}

typedef struct {
  uint64_t address; /* of the symbol */
  uint64_t stub;    /* address of its stub */
} target;

static bool put32(uint8_t *place, int64_t value, char *reason, uint64_t where) {
  if (value != (int32_t)value) return refuse(reason, "relocation out of reach", where);
  int32_t narrow = (int32_t)value;
  memcpy(place, &narrow, sizeof narrow);
  return true;
}

#if defined(__x86_64__)

/* Bytes a relocation writes, 0 for an unknown type. */
static unsigned relocation_bytes(uint32_t type) {
  switch (type) {
  case R_X86_64_64:
  case R_X86_64_PC64: return 8;
  case R_X86_64_PC32:
  case R_X86_64_PLT32:
  case R_X86_64_GOTPCREL:
  case R_X86_64_GOTPCRELX:
  case R_X86_64_REX_GOTPCRELX: return 4;
  default: return 0;
  }
}

static bool relocate(uint8_t *place, uint32_t type, const target *to, int64_t addend, bool is_undefined, char *reason) {
  uint64_t here = (uint64_t)(uintptr_t)place, value;
  switch (type) {
  case R_X86_64_64: value = to->address + (uint64_t)addend; break;
  case R_X86_64_PC64: value = to->address + (uint64_t)addend - here; break;
  case R_X86_64_PC32:
  case R_X86_64_PLT32: return put32(place, (int64_t)((is_undefined ? to->stub : to->address) + (uint64_t)addend - here), reason, type);
  default: return put32(place, (int64_t)(to->stub + STUB_ADDRESS + (uint64_t)addend - here), reason, type); /* GOTPCREL and kin */
  }
  memcpy(place, &value, sizeof value);
  return true;
}

#else

static unsigned relocation_bytes(uint32_t type) {
  switch (type) {
  case R_AARCH64_ABS64:
  case R_AARCH64_PREL64: return 8;
  case R_AARCH64_PREL32:
  case R_AARCH64_CALL26:
  case R_AARCH64_JUMP26:
  case R_AARCH64_ADR_PREL_PG_HI21:
  case R_AARCH64_ADD_ABS_LO12_NC:
  case R_AARCH64_LDST8_ABS_LO12_NC:
  case R_AARCH64_LDST16_ABS_LO12_NC:
  case R_AARCH64_LDST32_ABS_LO12_NC:
  case R_AARCH64_LDST64_ABS_LO12_NC:
  case R_AARCH64_LDST128_ABS_LO12_NC:
  case R_AARCH64_ADR_GOT_PAGE:
  case R_AARCH64_LD64_GOT_LO12_NC: return 4;
  default: return 0;
  }
}

static void put_field(uint8_t *place, uint32_t value, unsigned shift, unsigned bits) {
  uint32_t word, mask = ((1u << bits) - 1) << shift;
  memcpy(&word, place, sizeof word);
  word = (word & ~mask) | ((value << shift) & mask);
  memcpy(place, &word, sizeof word);
}

static bool put_page(uint8_t *place, uint64_t address, char *reason) {
  int64_t pages = ((int64_t)(address & ~(uint64_t)4095) - (int64_t)((uint64_t)(uintptr_t)place & ~(uint64_t)4095)) >> 12;
  if (pages < -(1 << 20) || pages >= 1 << 20) return refuse(reason, "relocation out of reach", R_AARCH64_ADR_PREL_PG_HI21);
  put_field(place, (uint32_t)pages & 3, 29, 2);
  put_field(place, (uint32_t)(pages >> 2) & 0x7ffff, 5, 19);
  return true;
}

static bool relocate(uint8_t *place, uint32_t type, const target *to, int64_t addend, bool is_undefined, char *reason) {
  uint64_t here = (uint64_t)(uintptr_t)place, value = to->address + (uint64_t)addend, slot = to->stub + STUB_ADDRESS;
  switch (type) {
  case R_AARCH64_ABS64: memcpy(place, &value, sizeof value); return true;
  case R_AARCH64_PREL64: value -= here; memcpy(place, &value, sizeof value); return true;
  case R_AARCH64_PREL32: return put32(place, (int64_t)(value - here), reason, type);
  case R_AARCH64_CALL26:
  case R_AARCH64_JUMP26: {
    int64_t words = (int64_t)((is_undefined ? to->stub : value) - here) >> 2;
    if (words < -(1 << 25) || words >= 1 << 25) return refuse(reason, "relocation out of reach", type);
    put_field(place, (uint32_t)words & 0x3ffffff, 0, 26);
    return true;
  }
  case R_AARCH64_ADR_PREL_PG_HI21: return put_page(place, value, reason);
  case R_AARCH64_ADR_GOT_PAGE: return put_page(place, slot, reason);
  case R_AARCH64_ADD_ABS_LO12_NC:
  case R_AARCH64_LDST8_ABS_LO12_NC: put_field(place, value & 4095, 10, 12); return true;
  case R_AARCH64_LDST16_ABS_LO12_NC: put_field(place, (value & 4095) >> 1, 10, 12); return true;
  case R_AARCH64_LDST32_ABS_LO12_NC: put_field(place, (value & 4095) >> 2, 10, 12); return true;
  case R_AARCH64_LDST64_ABS_LO12_NC: put_field(place, (value & 4095) >> 3, 10, 12); return true;
  case R_AARCH64_LDST128_ABS_LO12_NC: put_field(place, (value & 4095) >> 4, 10, 12); return true;
  default: put_field(place, (slot & 4095) >> 3, 10, 12); return true; /* LD64_GOT_LO12_NC */
  }
}

#endif

static bool resolve(const elf_image *image, const bell_object *object, uint32_t index, const bell_symbol *symbols, size_t symbol_count,
                    uint64_t *address, char *reason) {
  const Elf64_Sym *symbol = &image->symbols[index];
  if (symbol->st_shndx == SHN_ABS) {
    *address = symbol->st_value;
    return true;
  }
  if (symbol->st_shndx != SHN_UNDEF) {
    if (symbol->st_shndx >= image->section_count || object->placed[symbol->st_shndx] == NOT_PLACED)
      return refuse(reason, "symbol in a section that is not loaded", index);
    if (symbol->st_value > image->sections[symbol->st_shndx].sh_size) return refuse(reason, "symbol beyond its section", index);
    *address = (uint64_t)(uintptr_t)object->memory + object->placed[symbol->st_shndx] + symbol->st_value;
    return true;
  }
  const char *name = image->names + symbol->st_name;
  for (size_t at = 0; at < symbol_count; at++)
    if (strcmp(symbols[at].name, name) == 0) {
      *address = symbols[at].address;
      return true;
    }
  snprintf(reason, BELL_OBJECT_REASON_MAX, "no function named %.100s", name);
  return false;
}

static bool relocate_section(const elf_image *image, bell_object *object, const Elf64_Shdr *table, const target *targets, char *reason) {
  const Elf64_Shdr *section = &image->sections[table->sh_info];
  uint8_t *start = object->memory + object->placed[table->sh_info];
  if (!is_within(image, table->sh_offset, table->sh_size)) return refuse(reason, "relocations beyond the end", table->sh_offset);
  for (uint64_t at = 0; at + sizeof(Elf64_Rela) <= table->sh_size; at += sizeof(Elf64_Rela)) {
    Elf64_Rela entry;
    memcpy(&entry, image->data + table->sh_offset + at, sizeof entry);
    uint32_t type = (uint32_t)ELF64_R_TYPE(entry.r_info), symbol = (uint32_t)ELF64_R_SYM(entry.r_info);
    unsigned bytes = relocation_bytes(type);
    if (bytes == 0) return refuse(reason, "unknown relocation type", type);
    if (entry.r_offset > section->sh_size || section->sh_size - entry.r_offset < bytes)
      return refuse(reason, "relocation beyond its section", entry.r_offset);
    if (symbol >= image->symbol_count || targets[symbol].address == NOT_PLACED) return refuse(reason, "relocation to no symbol", symbol);
    bool is_undefined = image->symbols[symbol].st_shndx == SHN_UNDEF;
    if (!relocate(start + entry.r_offset, type, &targets[symbol], entry.r_addend, is_undefined, reason)) return false;
  }
  return true;
}

/* Which symbols relocations of loaded sections name: only those need an address. */
static bool mark_used(const elf_image *image, const bell_object *object, bool *used, char *reason) {
  for (uint32_t index = 0; index < image->section_count; index++) {
    const Elf64_Shdr *table = &image->sections[index];
    if (table->sh_type != SHT_RELA && table->sh_type != SHT_REL) continue;
    if (table->sh_info >= image->section_count) return refuse(reason, "relocations of no section", table->sh_info);
    if (object->placed[table->sh_info] == NOT_PLACED) continue;
    if (table->sh_type == SHT_REL) return refuse(reason, "relocations without addends", index);
    if (!is_within(image, table->sh_offset, table->sh_size)) return refuse(reason, "relocations beyond the end", table->sh_offset);
    if (image->sections[table->sh_info].sh_type == SHT_NOBITS) return refuse(reason, "relocations of an empty section", index);
    for (uint64_t at = 0; at + sizeof(Elf64_Rela) <= table->sh_size; at += sizeof(Elf64_Rela)) {
      Elf64_Rela entry;
      memcpy(&entry, image->data + table->sh_offset + at, sizeof entry);
      uint32_t symbol = (uint32_t)ELF64_R_SYM(entry.r_info);
      if (symbol >= image->symbol_count) return refuse(reason, "relocation to no symbol", symbol);
      used[symbol] = true;
    }
  }
  return true;
}

static bool load(const elf_image *image, bell_object *object, bool *used, target *targets, const bell_symbol *symbols, size_t symbol_count,
                 char *reason) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  for (uint32_t index = 0; index < image->section_count; index++) object->placed[index] = NOT_PLACED;
  uint64_t end = place_sections(image, object->placed, true, 0, reason);
  if (end == NOT_PLACED) return false;
  uint64_t stubs = (end + STUB_BYTES - 1) & ~(uint64_t)(STUB_BYTES - 1);
  uint64_t data = (stubs + image->symbol_count * STUB_BYTES + page - 1) & ~(page - 1);
  end = place_sections(image, object->placed, false, data, reason);
  if (end == NOT_PLACED || !mark_used(image, object, used, reason)) return false;

  object->size = (size_t)((end + page - 1) & ~(page - 1));
  if (object->size == 0) return refuse(reason, "no code in the object", 0);
  void *memory = mmap(NULL, object->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return refuse(reason, "out of memory", object->size);
  object->memory = memory;

  for (uint32_t index = 0; index < image->section_count; index++) {
    const Elf64_Shdr *section = &image->sections[index];
    if (object->placed[index] != NOT_PLACED && section->sh_type == SHT_PROGBITS)
      memcpy(object->memory + object->placed[index], image->data + section->sh_offset, section->sh_size);
  }
  for (uint32_t index = 0; index < image->symbol_count; index++) {
    targets[index] = (target){NOT_PLACED, 0};
    if (!used[index]) continue;
    if (!resolve(image, object, index, symbols, symbol_count, &targets[index].address, reason)) return false;
    uint8_t *stub = object->memory + stubs + (uint64_t)index * STUB_BYTES;
    write_stub(stub, targets[index].address);
    targets[index].stub = (uint64_t)(uintptr_t)stub;
  }
  for (uint32_t index = 0; index < image->section_count; index++) {
    const Elf64_Shdr *table = &image->sections[index];
    if (table->sh_type == SHT_RELA && object->placed[table->sh_info] != NOT_PLACED &&
        !relocate_section(image, object, table, targets, reason))
      return false;
  }
  if (data > 0 && mprotect(object->memory, (size_t)data, PROT_READ | PROT_EXEC) != 0)
    return refuse(reason, "the system does not let memory be executed", data);
  if (object->size > data && mprotect(object->memory + data, object->size - (size_t)data, PROT_READ) != 0)
    return refuse(reason, "the system does not let memory be protected", data);
  __builtin___clear_cache((char *)object->memory, (char *)object->memory + data);
  return true;
}

bell_object *bell_object_load(const uint8_t *data, size_t size, const bell_symbol *symbols, size_t symbol_count, char *reason) {
  elf_image image;
  reason[0] = 0;
  if (!open_image(&image, data, size, reason)) {
    close_image(&image);
    return NULL;
  }
  bell_object *object = calloc(1, sizeof *object);
  bool *used = calloc(image.symbol_count + 1, sizeof *used);
  target *targets = calloc(image.symbol_count + 1, sizeof *targets);
  bool loaded = false;
  if (object != NULL) object->placed = calloc(image.section_count, sizeof *object->placed);
  if (object == NULL || object->placed == NULL || used == NULL || targets == NULL)
    refuse(reason, "out of memory", size);
  else
    loaded = load(&image, object, used, targets, symbols, symbol_count, reason);
  free(used);
  free(targets);
  close_image(&image);
  if (loaded) return object;
  bell_object_free(object);
  return NULL;
}

void *bell_object_address(const bell_object *object, const uint8_t *data, size_t size, const char *name) {
  char reason[BELL_OBJECT_REASON_MAX];
  elf_image image;
  void *address = NULL;
  if (open_image(&image, data, size, reason))
    for (size_t index = 0; index < image.symbol_count && address == NULL; index++) {
      const Elf64_Sym *symbol = &image.symbols[index];
      if (ELF64_ST_BIND(symbol->st_info) != STB_GLOBAL || symbol->st_shndx >= image.section_count) continue;
      if (symbol->st_shndx == SHN_UNDEF || object->placed[symbol->st_shndx] == NOT_PLACED) continue;
      if (symbol->st_value >= image.sections[symbol->st_shndx].sh_size) continue;
      if (strcmp(image.names + symbol->st_name, name) == 0) address = object->memory + object->placed[symbol->st_shndx] + symbol->st_value;
    }
  close_image(&image);
  return address;
}

size_t bell_object_bytes(const bell_object *object) { return object->size; }

void bell_object_free(bell_object *object) {
  if (object == NULL) return;
  if (object->memory != NULL) munmap(object->memory, object->size);
  free(object->placed);
  free(object);
}
