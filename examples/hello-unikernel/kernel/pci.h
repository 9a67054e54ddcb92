/* PCI configuration space, by the two ports every PC has. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct pci_device {
    uint8_t bus, slot, function;
    uint16_t vendor, product;
};

struct pci_bar {
    uint64_t address; /* 0 when absent */
    bool is_port;
};

uint8_t pci_read8(const struct pci_device *device, uint8_t offset);
uint16_t pci_read16(const struct pci_device *device, uint8_t offset);
uint32_t pci_read32(const struct pci_device *device, uint8_t offset);
/** Tells every device not to interrupt, and calls `visit` for each; bridges are followed. */
void pci_scan(void (*visit)(const struct pci_device *device));
/** Lets it decode its addresses, reach memory and interrupt; after the scan. */
void pci_enable(const struct pci_device *device);
struct pci_bar pci_bar(const struct pci_device *device, unsigned index);
/** The offset of the capability after `previous` (0 for the first), or 0. */
uint8_t pci_next_capability(const struct pci_device *device, uint8_t previous);
/** The interrupt controller's line the firmware gave it, or 0 when none. */
uint8_t pci_interrupt_line(const struct pci_device *device);
