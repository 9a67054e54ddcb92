#include "paging.h"
#include "io.h"
#include "panic.h"

#define PRESENT 0x1ull
#define WRITABLE 0x2ull
#define UNCACHED 0x18ull /* write-through and cache-disable */
#define LARGE 0x80ull
#define NO_EXECUTE (1ull << 63)
#define PAGE 0x1000ull
#define LARGE_PAGE 0x200000ull
#define GIB 0x40000000ull
#define DEVICE_WINDOW (4 * GIB) /* right behind what is identity-mapped */

extern uint64_t page_map[512], page_directory_pointers[512], page_directories[4][512];
extern char image_start[], text_end[], rodata_end[], stack_guard[];

static uint64_t first_pages[512] __attribute__((aligned(4096)));
static uint64_t device_pages[512] __attribute__((aligned(4096)));
static unsigned device_pages_used;

static uint64_t page_rights(uint64_t address)
{
    if (address == 0 || address == (uint64_t)stack_guard)
        return 0;
    if (address >= (uint64_t)image_start && address < (uint64_t)text_end)
        return PRESENT;
    if (address >= (uint64_t)text_end && address < (uint64_t)rodata_end)
        return PRESENT | NO_EXECUTE;
    return PRESENT | WRITABLE | NO_EXECUTE;
}

void paging_init(void)
{
    for (uint64_t i = 0; i < 512; i++)
        first_pages[i] = i * PAGE | page_rights(i * PAGE);
    for (uint64_t g = 0; g < 4; g++) {
        for (uint64_t i = 0; i < 512; i++)
            page_directories[g][i] = (g * GIB + i * LARGE_PAGE) | LARGE | PRESENT | WRITABLE | NO_EXECUTE;
        page_directory_pointers[g] = (uint64_t)page_directories[g] | PRESENT | WRITABLE;
    }
    page_directory_pointers[DEVICE_WINDOW / GIB] = (uint64_t)device_pages | PRESENT | WRITABLE;
    page_directories[0][0] = (uint64_t)first_pages | PRESENT | WRITABLE;
    write_cr3((uint64_t)page_map);
}

/*
 * Registers are seen through a window of their own: UEFI likes to put them above all memory, at 896 GiB for example, and
 * identity-mapping that far takes more tables than this.
 */
volatile uint8_t *map_device(uint64_t physical, size_t length)
{
    uint64_t place = DEVICE_WINDOW + device_pages_used * LARGE_PAGE, offset = physical % LARGE_PAGE;
    for (uint64_t at = physical - offset; at < physical + length; at += LARGE_PAGE) {
        if (device_pages_used == 512)
            panic("pci: more registers than the window for them holds");
        device_pages[device_pages_used++] = at | LARGE | PRESENT | WRITABLE | NO_EXECUTE | UNCACHED;
    }
    write_cr3((uint64_t)page_map);
    return (volatile uint8_t *)(place + offset);
}
