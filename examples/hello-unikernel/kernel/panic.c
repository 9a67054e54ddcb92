#include "panic.h"
#include "io.h"
#include "serial.h"
#include "text.h"

_Noreturn void reset(void)
{
    outb(0xCF9, 0x06); /* the chipset's reset register (both i440fx and q35) */
    outb(0x64, 0xFE);  /* the keyboard controller's */
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) none = {0, 0};
    asm volatile("lidt %0; int3" : : "m"(none)); /* an exception without a handler: triple fault */
    halt_forever();
}

_Noreturn void panic(const char *format, ...)
{
    char room[200];
    struct text reason = TEXT(room);
    va_list list;
    va_start(list, format);
    text_add_list(&reason, format, list);
    va_end(list);
    uint64_t rsp, rflags;
    asm volatile("mov %%rsp, %0; pushfq; pop %1" : "=r"(rsp), "=r"(rflags));
    print("panic: %s\n", room);
    print("  at=%016lx rsp=%016lx\n", (uint64_t)__builtin_return_address(0), rsp);
    print("  cr2=%016lx cr3=%016lx rflags=%08lx\n", read_cr2(), read_cr3(), rflags);
    reset();
}
