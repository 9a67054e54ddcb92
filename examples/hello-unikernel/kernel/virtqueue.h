/* A virtio split queue (virtio 1.1, section 2.6): buffers lent to the device, and given back. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { VIRTQUEUE_LARGEST = 4096 }; /* a legacy device chooses the size itself */

struct virtqueue_descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

struct virtqueue {
    uint16_t size; /* a power of two */
    uint16_t posted, seen; /* our positions in the two rings */
    volatile struct virtqueue_descriptor *descriptors;
    volatile uint16_t *available; /* flags, position, ring */
    volatile uint16_t *used;      /* flags, position, ring of pairs of 32 bits */
};

struct virtqueue_piece {
    void *start;
    uint32_t length;
};

/** Where the used ring begins, and the whole, in the layout that legacy devices require: pages of 4 KiB. */
#define VIRTQUEUE_PAGES(bytes) (((bytes) + 4095u) & ~4095u)
#define VIRTQUEUE_USED(size) VIRTQUEUE_PAGES(18u * (size) + 6)
#define VIRTQUEUE_BYTES(size) (VIRTQUEUE_USED(size) + VIRTQUEUE_PAGES(8u * (size) + 6))

void virtqueue_init(struct virtqueue *queue, uint16_t size, void *memory);
/**
 * Lends the buffer number `id` to the device. Each number owns two descriptors, so ids go up to size / 2; a second
 * piece of length 0 is left out.
 */
void virtqueue_post(struct virtqueue *queue, uint16_t id, struct virtqueue_piece first, struct virtqueue_piece second,
                    bool device_writes);
/** Takes back one buffer; false when the device has finished none. */
bool virtqueue_take(struct virtqueue *queue, uint16_t *id, uint32_t *written);
/** Whether the device asks to be told about what was posted. */
bool virtqueue_wants_notice(struct virtqueue *queue);
/** Asks the device to interrupt; false when it has finished something meanwhile and so may not. */
bool virtqueue_listen(struct virtqueue *queue);
void virtqueue_ignore(struct virtqueue *queue);
