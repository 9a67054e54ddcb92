/*
 * From the boot loader (32-bit protected mode, no paging) to kernel_main() in 64-bit mode.
 *
 * Multiboot 1 with the address fields ("a.out kludge"): QEMU's -kernel refuses an ELF64 file without them, and
 * GRUB honours them too. So the file can say truthfully that it is an x86-64 program.
 */
        .set MULTIBOOT_MAGIC, 0x1BADB002
        .set MULTIBOOT_FLAGS, 0x00010002        /* bit 16: addresses below are valid; bit 1: tell about memory */
        .set LOADED_BY_MULTIBOOT, 0x2BADB002

        .section .multiboot, "a"
        .balign 4
multiboot_header:
        .long MULTIBOOT_MAGIC
        .long MULTIBOOT_FLAGS
        .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
        .long multiboot_header
        .long image_start
        .long image_data_end
        .long image_end
        .long _start

        .text
        .code32
        .globl _start
_start:
        cli
        cld
        movl $boot_stack_top, %esp
        cmpl $LOADED_BY_MULTIBOOT, %eax
        jne refuse
        movl %ebx, %esi                         /* the multiboot information; kernel_main's argument later */

        movl $0x80000001, %eax                  /* long mode is bit 29, no-execute bit 20 */
        cpuid
        andl $0x20100000, %edx
        cmpl $0x20100000, %edx
        jne refuse

        /* The first gigabyte at its own address, in pages of 2 MiB; paging.c refines it. */
        movl $page_directory_pointers + 3, page_map
        movl $page_directories + 3, page_directory_pointers
        movl $page_directories, %edi
        movl $0x83, %eax
1:      movl %eax, (%edi)
        addl $8, %edi
        addl $0x200000, %eax
        cmpl $0x40000083, %eax
        jne 1b

        movl $page_map, %eax
        movl %eax, %cr3
        movl %cr4, %eax
        orl $0x20, %eax                         /* physical address extension */
        movl %eax, %cr4
        movl $0xC0000080, %ecx                  /* EFER: long mode, no-execute */
        rdmsr
        orl $0x900, %eax
        wrmsr
        movl %cr0, %eax
        orl $0x80010001, %eax                   /* paging, write protection in ring 0, protected mode */
        movl %eax, %cr0
        lgdt gdt_pointer
        ljmp $0x08, $enter_64

/* No console yet: a few words on the serial port, then nothing. */
refuse:
        movl $refusal, %esi
2:      lodsb
        testb %al, %al
        jz 3f
        movw $0x3F8, %dx
        outb %al, %dx
        jmp 2b
3:      hlt
        jmp 3b

        .code64
enter_64:
        xorl %eax, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %fs
        movl %eax, %gs
        movl %eax, %ss
        movl $boot_stack_top, %esp
        movl %esi, %edi
        xorl %ebp, %ebp
        call kernel_main
4:      hlt
        jmp 4b

        .section .rodata
refusal:
        .asciz "panic: needs multiboot and a 64-bit processor with no-execute\r\n"

        .data
        .balign 16
        .globl gdt
gdt:    .quad 0
        .quad 0x00AF9A000000FFFF                /* 0x08: 64-bit code */
        .quad 0, 0                              /* 0x10: the task state segment, filled by traps.c */
gdt_end:
gdt_pointer:
        .word gdt_end - gdt - 1
        .long gdt

        .section .bss.stack, "aw", @nobits
        .balign 4096
        .globl stack_guard
stack_guard:                                    /* not mapped: an overflow faults instead of overwriting */
        .skip 4096
        .skip 32768
boot_stack_top:
        .globl trap_stack_top
        .skip 8192
trap_stack_top:

        .section .bss.tables, "aw", @nobits
        .balign 4096
        .globl page_map, page_directory_pointers, page_directories
page_map:
        .skip 4096
page_directory_pointers:
        .skip 4096
page_directories:
        .skip 4 * 4096

        .section .note.GNU-stack, "", @progbits
