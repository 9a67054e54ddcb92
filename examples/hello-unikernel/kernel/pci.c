#include "pci.h"
#include "io.h"

enum { CONFIG_ADDRESS = 0xCF8, CONFIG_DATA = 0xCFC };
enum { ID = 0x00, COMMAND = 0x04, STATUS = 0x06, CLASS = 0x0A, HEADER = 0x0E, BAR0 = 0x10, SECONDARY_BUS = 0x19,
       CAPABILITIES = 0x34, INTERRUPT_LINE = 0x3C };
enum { DECODE_PORTS = 1, DECODE_MEMORY = 2, BUS_MASTER = 4, INTERRUPT_OFF = 0x400, HAS_CAPABILITIES = 0x10,
       MANY_FUNCTIONS = 0x80 };
enum { CLASS_PCI_BRIDGE = 0x0604, DEEPEST = 8 };

static void select_register(const struct pci_device *d, uint8_t offset)
{
    outl(CONFIG_ADDRESS,
         0x80000000u | (uint32_t)d->bus << 16 | (uint32_t)d->slot << 11 | (uint32_t)d->function << 8 | (offset & 0xFC));
}

uint32_t pci_read32(const struct pci_device *d, uint8_t offset)
{
    select_register(d, offset);
    return inl(CONFIG_DATA);
}

uint16_t pci_read16(const struct pci_device *d, uint8_t offset)
{
    return (uint16_t)(pci_read32(d, offset) >> (offset & 2) * 8);
}

uint8_t pci_read8(const struct pci_device *d, uint8_t offset)
{
    return (uint8_t)(pci_read32(d, offset) >> (offset & 3) * 8);
}

static void write_command(const struct pci_device *d, uint16_t value)
{
    select_register(d, COMMAND);
    outw(CONFIG_DATA, value);
}

/*
 * Devices that are not wanted must not interrupt: interrupt lines are shared, and one that nobody quietens would keep
 * the processor busy for ever.
 */
static void quieten(const struct pci_device *d) { write_command(d, pci_read16(d, COMMAND) | INTERRUPT_OFF); }

static void scan_bus(uint8_t bus, void (*visit)(const struct pci_device *), int depth);

/* False when there is nothing at this place. */
static bool scan_function(struct pci_device d, void (*visit)(const struct pci_device *), int depth)
{
    uint32_t id = pci_read32(&d, ID);
    if ((uint16_t)id == 0xFFFF)
        return false;
    d.vendor = (uint16_t)id;
    d.product = (uint16_t)(id >> 16);
    quieten(&d);
    visit(&d);
    uint8_t behind = pci_read8(&d, SECONDARY_BUS);
    if (pci_read16(&d, CLASS) == CLASS_PCI_BRIDGE && behind > d.bus && depth < DEEPEST)
        scan_bus(behind, visit, depth + 1);
    return true;
}

static void scan_bus(uint8_t bus, void (*visit)(const struct pci_device *), int depth)
{
    for (uint8_t slot = 0; slot < 32; slot++) {
        struct pci_device d = {.bus = bus, .slot = slot};
        if (!scan_function(d, visit, depth) || !(pci_read8(&d, HEADER) & MANY_FUNCTIONS))
            continue;
        for (d.function = 1; d.function < 8; d.function++)
            scan_function(d, visit, depth);
    }
}

void pci_scan(void (*visit)(const struct pci_device *)) { scan_bus(0, visit, 0); }

void pci_enable(const struct pci_device *d)
{
    uint16_t command = pci_read16(d, COMMAND) | DECODE_PORTS | DECODE_MEMORY | BUS_MASTER;
    write_command(d, command & (uint16_t)~INTERRUPT_OFF);
}

struct pci_bar pci_bar(const struct pci_device *d, unsigned index)
{
    if (index > 5)
        return (struct pci_bar){0};
    uint8_t offset = (uint8_t)(BAR0 + index * 4);
    uint32_t low = pci_read32(d, offset);
    if (low & 1)
        return (struct pci_bar){.address = low & ~3u, .is_port = true};
    uint64_t address = low & ~15u;
    if ((low & 6) == 4 && index < 5)
        address |= (uint64_t)pci_read32(d, (uint8_t)(offset + 4)) << 32;
    return (struct pci_bar){.address = address};
}

uint8_t pci_next_capability(const struct pci_device *d, uint8_t previous)
{
    if (previous == 0 && !(pci_read16(d, STATUS) & HAS_CAPABILITIES))
        return 0;
    return pci_read8(d, previous ? (uint8_t)(previous + 1) : CAPABILITIES) & 0xFC;
}

uint8_t pci_interrupt_line(const struct pci_device *d)
{
    uint8_t line = pci_read8(d, INTERRUPT_LINE);
    return line > 2 && line < 16 ? line : 0;
}
