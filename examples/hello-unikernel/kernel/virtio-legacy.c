#include "virtio-registers.h"
#include "io.h"

/* Virtio 1.1, section 4.1.4.8: the registers before version 1, in one block of ports. */
enum { OFFERED = 0, ACCEPTED = 4, QUEUE_PAGE = 8, QUEUE_SIZE = 12, QUEUE_SELECT = 14, QUEUE_NOTIFY = 16, STATUS = 18,
       ISR = 19, CONFIG = 20 };

bool legacy_find(struct virtio *v, const struct pci_device *d)
{
    struct pci_bar bar = pci_bar(d, 0);
    v->ports = (uint16_t)bar.address;
    return bar.is_port && v->ports;
}

void legacy_reset(struct virtio *v) { outb(v->ports + STATUS, 0); }

void legacy_set_status(struct virtio *v, uint8_t status) { outb(v->ports + STATUS, status); }

uint32_t legacy_negotiate(struct virtio *v, uint32_t wanted)
{
    uint32_t accepted = inl(v->ports + OFFERED) & wanted;
    outl(v->ports + ACCEPTED, accepted);
    return accepted;
}

uint16_t legacy_queue_size(struct virtio *v, uint16_t index)
{
    outw(v->ports + QUEUE_SELECT, index);
    return inw(v->ports + QUEUE_SIZE);
}

void legacy_set_queue(struct virtio *v, uint16_t index, const struct virtqueue *queue)
{
    outw(v->ports + QUEUE_SELECT, index);
    outl(v->ports + QUEUE_PAGE, (uint32_t)((uint64_t)queue->descriptors / 4096));
}

void legacy_notify(struct virtio *v, uint16_t index) { outw(v->ports + QUEUE_NOTIFY, index); }

void legacy_quiet(struct virtio *v) { inb(v->ports + ISR); }

uint8_t legacy_config8(struct virtio *v, uint8_t offset) { return inb((uint16_t)(v->ports + CONFIG + offset)); }
