#include "virtio-registers.h"
#include "paging.h"

/* Virtio 1.1, section 4.1.4: register blocks found through vendor capabilities. */
enum { CAPABILITY_VENDOR = 0x09 };
enum { BLOCK_COMMON = 1, BLOCK_NOTIFY = 2, BLOCK_ISR = 3, BLOCK_CONFIG = 4 };
enum { OFFERED_SELECT = 0x00, OFFERED = 0x04, ACCEPTED_SELECT = 0x08, ACCEPTED = 0x0C, STATUS = 0x14,
       QUEUE_SELECT = 0x16, QUEUE_SIZE = 0x18, QUEUE_ENABLE = 0x1C, QUEUE_NOTIFY_PLACE = 0x1E,
       QUEUE_DESCRIPTORS = 0x20, QUEUE_AVAILABLE = 0x28, QUEUE_USED = 0x30 };
enum { COMFORTABLE_SIZE = 512 };

static volatile uint16_t *common16(struct virtio *v, int at) { return (volatile uint16_t *)(v->common + at); }
static volatile uint32_t *common32(struct virtio *v, int at) { return (volatile uint32_t *)(v->common + at); }

static void take_block(struct virtio *v, const struct pci_device *d, uint8_t capability)
{
    uint8_t kind = pci_read8(d, capability + 3);
    struct pci_bar bar = pci_bar(d, pci_read8(d, capability + 4));
    uint32_t offset = pci_read32(d, capability + 8), length = pci_read32(d, capability + 12);
    if (kind < BLOCK_COMMON || kind > BLOCK_CONFIG || !bar.address || bar.is_port)
        return;
    volatile uint8_t **place[] = {[BLOCK_COMMON] = &v->common, [BLOCK_NOTIFY] = &v->notify, [BLOCK_ISR] = &v->isr,
                                  [BLOCK_CONFIG] = &v->config};
    if (*place[kind])
        return; /* the first of a kind is the preferred one */
    *place[kind] = map_device(bar.address + offset, length);
    if (kind == BLOCK_NOTIFY)
        v->notify_step = pci_read32(d, capability + 16);
}

bool modern_find(struct virtio *v, const struct pci_device *d)
{
    uint8_t at = 0;
    for (int limit = 48; limit && (at = pci_next_capability(d, at)); limit--)
        if (pci_read8(d, at) == CAPABILITY_VENDOR)
            take_block(v, d, at);
    return v->common && v->notify && v->isr && v->config;
}

uint8_t modern_status(struct virtio *v) { return v->common[STATUS]; }

void modern_set_status(struct virtio *v, uint8_t status) { v->common[STATUS] = status; }

void modern_reset(struct virtio *v)
{
    v->common[STATUS] = 0;
    while (v->common[STATUS])
        ;
}

uint64_t modern_negotiate(struct virtio *v, uint64_t wanted)
{
    uint64_t accepted = 0;
    for (uint32_t half = 0; half < 2; half++) {
        *common32(v, OFFERED_SELECT) = half;
        uint32_t bits = *common32(v, OFFERED) & (uint32_t)(wanted >> half * 32);
        *common32(v, ACCEPTED_SELECT) = half;
        *common32(v, ACCEPTED) = bits;
        accepted |= (uint64_t)bits << half * 32;
    }
    return accepted;
}

uint16_t modern_queue_size(struct virtio *v, uint16_t index)
{
    *common16(v, QUEUE_SELECT) = index;
    uint16_t largest = *common16(v, QUEUE_SIZE);
    return largest > COMFORTABLE_SIZE ? COMFORTABLE_SIZE : largest;
}

static void set_address(struct virtio *v, int at, volatile void *address)
{
    *common32(v, at) = (uint32_t)(uint64_t)address;
    *common32(v, at + 4) = (uint32_t)((uint64_t)address >> 32);
}

void modern_set_queue(struct virtio *v, uint16_t index, const struct virtqueue *queue)
{
    *common16(v, QUEUE_SELECT) = index;
    *common16(v, QUEUE_SIZE) = queue->size;
    set_address(v, QUEUE_DESCRIPTORS, queue->descriptors);
    set_address(v, QUEUE_AVAILABLE, queue->available);
    set_address(v, QUEUE_USED, queue->used);
    v->notify_place[index] = *common16(v, QUEUE_NOTIFY_PLACE);
    *common16(v, QUEUE_ENABLE) = 1;
}

void modern_notify(struct virtio *v, uint16_t index)
{
    *(volatile uint16_t *)(v->notify + v->notify_place[index] * v->notify_step) = index;
}

void modern_quiet(struct virtio *v) { (void)*v->isr; }

uint8_t modern_config8(struct virtio *v, uint8_t offset) { return v->config[offset]; }
