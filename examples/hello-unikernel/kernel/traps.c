#include "traps.h"
#include "io.h"
#include "panic.h"
#include "serial.h"

enum { EXCEPTIONS = 32, LINES = 16, VECTORS = EXCEPTIONS + LINES, STUB_SIZE = 16 };
enum { PIC1 = 0x20, PIC2 = 0xA0, END_OF_INTERRUPT = 0x20, READ_IN_SERVICE = 0x0B, CASCADE = 2 };
enum { LEVEL_TRIGGERED = 0x4D0 }; /* the chipset's edge/level register, one bit per line */
enum { CODE_SEGMENT = 0x08, TASK_SEGMENT = 0x10, INTERRUPT_GATE = 0x8E };

struct trap_frame {
    uint64_t r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

extern uint8_t trap_stubs[VECTORS][STUB_SIZE];
extern uint8_t trap_stack_top[];
extern uint64_t gdt[];

static struct {
    uint16_t offset_low, segment;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, zero;
} idt[VECTORS];

static struct {
    uint32_t reserved;
    uint64_t rsp[3], reserved2, stacks[7], reserved3;
    uint16_t reserved4, io_map;
} __attribute__((packed)) task_state;

static void (*quiet_device[LINES])(void);
static uint16_t enabled_lines;

static const char *const exception_names[EXCEPTIONS] = {
    [0] = "divide error", [3] = "breakpoint", [4] = "overflow", [6] = "invalid opcode",
    [8] = "double fault", [13] = "general protection", [14] = "page fault", [18] = "machine check",
};

static void die_of_exception(const struct trap_frame *f)
{
    const char *name = exception_names[f->vector] ? exception_names[f->vector] : "exception";
    print("panic: %s, vector %lu, error %lx\n", name, f->vector, f->error);
    print("  rip=%016lx rsp=%016lx rflags=%08lx\n", f->rip, f->rsp, f->rflags);
    print("  rax=%016lx rbx=%016lx rcx=%016lx rdx=%016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
    print("  rsi=%016lx rdi=%016lx rbp=%016lx cr2=%016lx\n", f->rsi, f->rdi, f->rbp, read_cr2());
    reset();
}

/* A line that went away before it was served shows up as the last one of its controller, not in service. */
static int is_spurious(unsigned line)
{
    if (line % 8 != 7)
        return 0;
    uint16_t pic = line < 8 ? PIC1 : PIC2;
    outb(pic, READ_IN_SERVICE);
    return !(inb(pic) & 0x80);
}

void trap(const struct trap_frame *frame);
void trap(const struct trap_frame *frame)
{
    if (frame->vector < EXCEPTIONS)
        die_of_exception(frame);
    unsigned line = (unsigned)frame->vector - EXCEPTIONS;
    int spurious = is_spurious(line);
    if (!spurious && quiet_device[line])
        quiet_device[line]();
    if (line >= 8 && (!spurious || line == 15))
        outb(spurious ? PIC1 : PIC2, END_OF_INTERRUPT);
    if (!spurious)
        outb(PIC1, END_OF_INTERRUPT);
}

static void write_mask(void)
{
    outb(PIC1 + 1, (uint8_t)~enabled_lines);
    outb(PIC2 + 1, (uint8_t)(~enabled_lines >> 8));
}

static void pic_init(void)
{
    outb(PIC1, 0x11);
    outb(PIC2, 0x11);
    outb(PIC1 + 1, EXCEPTIONS);
    outb(PIC2 + 1, EXCEPTIONS + 8);
    outb(PIC1 + 1, 1 << CASCADE);
    outb(PIC2 + 1, CASCADE);
    outb(PIC1 + 1, 0x01);
    outb(PIC2 + 1, 0x01);
    enabled_lines = 1 << CASCADE;
    write_mask();
}

static void task_state_init(void)
{
    uint64_t base = (uint64_t)&task_state;
    task_state.stacks[0] = (uint64_t)trap_stack_top;
    task_state.io_map = sizeof task_state;
    gdt[2] = (sizeof task_state - 1) | (base & 0xFFFFFF) << 16 | 0x89ull << 40 | (base >> 24 & 0xFF) << 56;
    gdt[3] = base >> 32;
    asm volatile("ltr %w0" : : "r"(TASK_SEGMENT));
}

void traps_init(void)
{
    for (unsigned i = 0; i < VECTORS; i++) {
        uint64_t stub = (uint64_t)trap_stubs[i];
        idt[i].offset_low = (uint16_t)stub;
        idt[i].offset_middle = (uint16_t)(stub >> 16);
        idt[i].offset_high = (uint32_t)(stub >> 32);
        idt[i].segment = CODE_SEGMENT;
        idt[i].stack = 1; /* its own stack, so that an overflow of the other can still be told */
        idt[i].type = INTERRUPT_GATE;
    }
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer = {sizeof idt - 1, (uint64_t)idt};
    asm volatile("lidt %0" : : "m"(pointer));
    task_state_init();
    pic_init();
}

void interrupt_enable(uint8_t line, void (*quiet)(void))
{
    quiet_device[line] = quiet;
    if (line >= 3) { /* PCI lines are level-triggered; lines 0 to 2 never are */
        uint16_t port = LEVEL_TRIGGERED + line / 8;
        outb(port, inb(port) | (uint8_t)(1 << line % 8));
    }
    enabled_lines |= (uint16_t)(1 << line);
    write_mask();
}
