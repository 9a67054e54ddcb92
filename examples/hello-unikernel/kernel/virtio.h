/* A virtio device on the PCI bus, whichever of the two generations of registers it has. */
#pragma once
#include "pci.h"
#include "virtqueue.h"

enum { VIRTIO_ANY_LAYOUT = 27, VIRTIO_VERSION_1 = 32 };

struct virtio {
    bool modern;
    /* legacy: one block of ports */
    uint16_t ports;
    /* modern: four blocks of memory */
    volatile uint8_t *common, *notify, *isr, *config;
    uint32_t notify_step;
    uint16_t notify_place[2]; /* of each queue */
};

/** Finds its registers and resets it. Modern registers are preferred where it has both. */
void virtio_init(struct virtio *virtio, const struct pci_device *device);
/** Accepts what is both offered and `wanted`, and answers it. */
uint64_t virtio_negotiate(struct virtio *virtio, uint64_t wanted);
/** Sets up a queue (0 or 1) in memory of its own. */
void virtio_queue(struct virtio *virtio, uint16_t index, struct virtqueue *queue);
void virtio_ready(struct virtio *virtio);
/** Tells the device that a queue has something new. */
void virtio_notify(struct virtio *virtio, uint16_t index);
/** Takes the interrupt request back. */
void virtio_quiet(struct virtio *virtio);
uint8_t virtio_config8(struct virtio *virtio, uint8_t offset);
