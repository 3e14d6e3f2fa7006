// SPDX-License-Identifier: Apache-2.0
// Entry of the bare-metal test: Multiboot header (version 1), a stack, segments of our own.
extern "C" [[noreturn]] void bare_main();

// clang-format off
asm(R"(
  .section .multiboot, "a"
  .balign 4
  .long 0x1BADB002          # magic
  .long 0                   # the loader takes everything from the ELF headers
  .long -0x1BADB002         # checksum

  .section .rodata
  .balign 8
segments:
  .quad 0
  .quad 0x00CF9A000000FFFF  # 08h: code, 4 GiB
  .quad 0x00CF92000000FFFF  # 10h: data, 4 GiB
segments_end:
segments_place:
  .word segments_end - segments - 1
  .long segments

  .section .text
  .globl bare_start
bare_start:
  cli
  cld
  mov $stack_top, %esp
  lgdt segments_place
  ljmp $0x08, $1f
1:
  mov $0x10, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %fs
  mov %eax, %gs
  mov %eax, %ss
  call bare_main

  .section .bss
  .balign 16
  .skip 32768
stack_top:
)");
// clang-format on
