/* Loading object files: code runs, calls what it is given, reads its constants; and no damaged object does more than be refused. */
#include "jit/object.h"

#include <elf.h>
#include <string.h>

#include "check.h"

/* An object made by hand:
 *   answer():  returns constant() + *value     (a call through a stub; a read-only section; a table of pointers as `entries`) */
enum { SECTIONS = 8, TEXT = 1, RELA_TEXT, DATA, RELA_DATA, SYMTAB, STRTAB, SHSTRTAB };
enum { SYMBOL_ANSWER = 1, SYMBOL_VALUE, SYMBOL_ENTRIES, SYMBOL_CONSTANT, SYMBOLS };

#if defined(__x86_64__)
static const uint8_t text[] = {
  0x53,                                     /* push %rbx             */
  0x48, 0x8b, 0x1d, 0, 0, 0, 0,             /* mov value(%rip), %rbx */
  0xe8, 0, 0, 0, 0,                         /* call constant         */
  0x48, 0x01, 0xd8,                         /* add %rbx, %rax        */
  0x5b, 0xc3,                               /* pop %rbx; ret         */
};
static const Elf64_Rela rela_text[] = {
  {4, ELF64_R_INFO((Elf64_Xword)SYMBOL_VALUE, R_X86_64_PC32), -4},
  {9, ELF64_R_INFO((Elf64_Xword)SYMBOL_CONSTANT, R_X86_64_PLT32), -4},
};
enum { POINTER = R_X86_64_64, MACHINE = EM_X86_64 };
#else
static const uint8_t text[] = {
  0xfd, 0x7b, 0xbe, 0xa9,                   /* stp x29, x30, [sp, #-32]!    */
  0xf3, 0x0b, 0x00, 0xf9,                   /* str x19, [sp, #16]           */
  0x13, 0x00, 0x00, 0x90,                   /* adrp x19, value              */
  0x73, 0x02, 0x40, 0xf9,                   /* ldr x19, [x19, :lo12:value]  */
  0x00, 0x00, 0x00, 0x94,                   /* bl constant                  */
  0x00, 0x00, 0x13, 0x8b,                   /* add x0, x0, x19              */
  0xf3, 0x0b, 0x40, 0xf9,                   /* ldr x19, [sp, #16]           */
  0xfd, 0x7b, 0xc2, 0xa8,                   /* ldp x29, x30, [sp], #32      */
  0xc0, 0x03, 0x5f, 0xd6,                   /* ret                          */
};
static const Elf64_Rela rela_text[] = {
  {8, ELF64_R_INFO((Elf64_Xword)SYMBOL_VALUE, R_AARCH64_ADR_PREL_PG_HI21), 0},
  {12, ELF64_R_INFO((Elf64_Xword)SYMBOL_VALUE, R_AARCH64_LDST64_ABS_LO12_NC), 0},
  {16, ELF64_R_INFO((Elf64_Xword)SYMBOL_CONSTANT, R_AARCH64_CALL26), 0},
};
enum { POINTER = R_AARCH64_ABS64, MACHINE = EM_AARCH64 };
#endif

static const uint64_t data[2] = {35, 0}; /* value, entries[1] */
static const Elf64_Rela rela_data[] = {{8, ELF64_R_INFO((Elf64_Xword)SYMBOL_ANSWER, POINTER), 0}};
static const char names[] = "\0answer\0value\0entries\0constant";
static const Elf64_Sym symbols[SYMBOLS] = {
  [SYMBOL_ANSWER] = {1, ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 0, TEXT, 0, sizeof text},
  [SYMBOL_VALUE] = {8, ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), 0, DATA, 0, 8},
  [SYMBOL_ENTRIES] = {14, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, DATA, 8, 8},
  [SYMBOL_CONSTANT] = {22, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), 0, SHN_UNDEF, 0, 0},
};
static const char section_names[] = "\0.text\0.data.rel.ro\0.eh_frame";

static uint8_t object[4096];
static size_t object_size;

static Elf64_Shdr place(uint32_t type, uint64_t flags, const void *bytes, size_t size, uint32_t link, uint32_t info) {
  object_size = (object_size + 15) & ~(size_t)15;
  Elf64_Shdr section = {.sh_type = type, .sh_flags = flags, .sh_offset = object_size, .sh_size = size, .sh_link = link, .sh_info = info,
                        .sh_addralign = 16};
  memcpy(object + object_size, bytes, size);
  object_size += size;
  return section;
}

static void make_object(void) {
  Elf64_Shdr sections[SECTIONS] = {{0}};
  object_size = sizeof(Elf64_Ehdr);
  sections[TEXT] = place(SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text, sizeof text, 0, 0);
  sections[TEXT].sh_name = 1;
  sections[RELA_TEXT] = place(SHT_RELA, SHF_INFO_LINK, rela_text, sizeof rela_text, SYMTAB, TEXT);
  sections[DATA] = place(SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, data, sizeof data, 0, 0);
  sections[DATA].sh_name = 7;
  sections[RELA_DATA] = place(SHT_RELA, SHF_INFO_LINK, rela_data, sizeof rela_data, SYMTAB, DATA);
  sections[SYMTAB] = place(SHT_SYMTAB, 0, symbols, sizeof symbols, STRTAB, SYMBOL_ENTRIES);
  sections[STRTAB] = place(SHT_STRTAB, 0, names, sizeof names, 0, 0);
  sections[SHSTRTAB] = place(SHT_STRTAB, 0, section_names, sizeof section_names, 0, 0);
  object_size = (object_size + 15) & ~(size_t)15;
  Elf64_Ehdr header = {.e_type = ET_REL, .e_machine = MACHINE, .e_version = EV_CURRENT, .e_shoff = object_size, .e_ehsize = sizeof header,
                       .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = SECTIONS, .e_shstrndx = SHSTRTAB};
  memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  memcpy(object, &header, sizeof header);
  memcpy(object + object_size, sections, sizeof sections);
  object_size += sizeof sections;
  CHECK(object_size <= sizeof object);
}

static int64_t constant(void) { return 7; }

static char reason[BELL_OBJECT_REASON_MAX];

static bell_object *load(const uint8_t *bytes, size_t size) {
  bell_symbol table[] = {{"other", 1}, {"constant", (uint64_t)(uintptr_t)constant}};
  return bell_object_load(bytes, size, table, 2, reason);
}

static void test_runs(void) {
  bell_object *loaded = load(object, object_size);
  CHECK(loaded != NULL);
  CHECK(bell_object_bytes(loaded) >= 4096);
  int64_t (*const *entries)(void) = (int64_t(*const *)(void))bell_object_address(loaded, object, object_size, "entries");
  CHECK(entries != NULL);
  CHECK((*entries)() == 42);
  CHECK(bell_object_address(loaded, object, object_size, "nothing") == NULL);
  CHECK(bell_object_address(loaded, object, object_size, "answer") == NULL); /* local */
  CHECK(bell_object_address(loaded, object, object_size, "constant") == NULL); /* not defined here */
  bell_object_free(loaded);
  bell_object_free(NULL);
}

static void test_missing_symbol(void) {
  CHECK(bell_object_load(object, object_size, NULL, 0, reason) == NULL);
  CHECK(strstr(reason, "constant") != NULL);
}

static void test_truncated(void) {
  for (size_t size = 0; size < object_size; size++) {
    uint8_t *copy = malloc(size + 1); /* exactly so large that a sanitizer sees a read beyond */
    CHECK(copy != NULL);
    memcpy(copy, object, size);
    CHECK(load(copy, size) == NULL);
    CHECK(reason[0] != 0);
    free(copy);
  }
}

/* Every byte set to values that make offsets, sizes and counts go wrong. The code is not run: what matters is that loading stays within bounds. */
static void test_damaged(void) {
  static const uint8_t values[] = {0x00, 0x01, 0x07, 0x7f, 0x80, 0xff};
  uint8_t *copy = malloc(object_size);
  CHECK(copy != NULL);
  int refused = 0;
  for (size_t at = 0; at < object_size; at++)
    for (size_t value = 0; value < sizeof values; value++) {
      memcpy(copy, object, object_size);
      copy[at] = values[value];
      bell_object *loaded = load(copy, object_size);
      if (loaded == NULL) {
        CHECK(reason[0] != 0);
        refused++;
      } else {
        (void)bell_object_address(loaded, copy, object_size, "entries");
      }
      bell_object_free(loaded);
    }
  free(copy);
  CHECK(refused > 100);
}

int main(void) {
  make_object();
  test_runs();
  test_missing_symbol();
  test_truncated();
  test_damaged();
  return 0;
}
