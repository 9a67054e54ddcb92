#include "virtio.h"
#include "virtio-registers.h"
#include "panic.h"

/* Virtio 1.1: section 3.1 for the order of initialisation, 2.1 for the status bits. */
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };

static uint8_t ring_memory[2][VIRTQUEUE_BYTES(VIRTQUEUE_LARGEST)] __attribute__((aligned(4096)));
static uint8_t status;

static void add_status(struct virtio *v, uint8_t bit)
{
    status |= bit;
    if (v->modern)
        modern_set_status(v, status);
    else
        legacy_set_status(v, status);
}

void virtio_init(struct virtio *v, const struct pci_device *device)
{
    pci_enable(device);
    v->modern = modern_find(v, device);
    if (v->modern)
        modern_reset(v);
    else if (legacy_find(v, device))
        legacy_reset(v);
    else
        panic("virtio: neither modern nor legacy registers");
    status = 0;
    add_status(v, ACKNOWLEDGE);
    add_status(v, DRIVER);
}

uint64_t virtio_negotiate(struct virtio *v, uint64_t wanted)
{
    if (!v->modern)
        return legacy_negotiate(v, (uint32_t)wanted);
    uint64_t accepted = modern_negotiate(v, wanted | 1ull << VIRTIO_VERSION_1);
    add_status(v, FEATURES_OK);
    if (!(modern_status(v) & FEATURES_OK))
        panic("virtio: the device refuses features %lx", accepted);
    return accepted;
}

void virtio_queue(struct virtio *v, uint16_t index, struct virtqueue *queue)
{
    uint16_t size = v->modern ? modern_queue_size(v, index) : legacy_queue_size(v, index);
    if (size < 4 || size > VIRTQUEUE_LARGEST || (size & (size - 1)))
        panic("virtio: queue %u has size %u", index, size);
    virtqueue_init(queue, size, ring_memory[index]);
    if (v->modern)
        modern_set_queue(v, index, queue);
    else
        legacy_set_queue(v, index, queue);
}

void virtio_ready(struct virtio *v) { add_status(v, DRIVER_OK); }

void virtio_notify(struct virtio *v, uint16_t index)
{
    if (v->modern)
        modern_notify(v, index);
    else
        legacy_notify(v, index);
}

void virtio_quiet(struct virtio *v)
{
    if (v->modern)
        modern_quiet(v);
    else
        legacy_quiet(v);
}

uint8_t virtio_config8(struct virtio *v, uint8_t offset)
{
    return v->modern ? modern_config8(v, offset) : legacy_config8(v, offset);
}
