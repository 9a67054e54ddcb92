/* One stub per vector: it pushes the vector (and 0 where the processor pushes no error code) and saves registers. */
        .text
        .altmacro
        .set PUSH_ERROR_CODE, 0x60227D00        /* vectors 8, 10 to 14, 17, 21, 29 and 30 */
        .macro stub vector
        .balign 16
        .if !((PUSH_ERROR_CODE >> \vector) & 1)
        pushq $0
        .endif
        pushq $\vector
        jmp trap_common
        .endm

        .balign 16
        .globl trap_stubs
trap_stubs:
        .set i, 0
        .rept 48
        stub %i
        .set i, i + 1
        .endr

trap_common:
        pushq %rax
        pushq %rcx
        pushq %rdx
        pushq %rbx
        pushq %rbp
        pushq %rsi
        pushq %rdi
        pushq %r8
        pushq %r9
        pushq %r10
        pushq %r11
        movq %rsp, %rdi
        cld
        call trap
        popq %r11
        popq %r10
        popq %r9
        popq %r8
        popq %rdi
        popq %rsi
        popq %rbp
        popq %rbx
        popq %rdx
        popq %rcx
        popq %rax
        addq $16, %rsp
        iretq

        .section .note.GNU-stack, "", @progbits
