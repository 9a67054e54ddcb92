/* What virtio.c needs of either generation of registers. */
#pragma once
#include "virtio.h"

bool modern_find(struct virtio *virtio, const struct pci_device *device);
void modern_reset(struct virtio *virtio);
uint8_t modern_status(struct virtio *virtio);
void modern_set_status(struct virtio *virtio, uint8_t status);
uint64_t modern_negotiate(struct virtio *virtio, uint64_t wanted);
uint16_t modern_queue_size(struct virtio *virtio, uint16_t index);
void modern_set_queue(struct virtio *virtio, uint16_t index, const struct virtqueue *queue);
void modern_notify(struct virtio *virtio, uint16_t index);
void modern_quiet(struct virtio *virtio);
uint8_t modern_config8(struct virtio *virtio, uint8_t offset);

bool legacy_find(struct virtio *virtio, const struct pci_device *device);
void legacy_reset(struct virtio *virtio);
void legacy_set_status(struct virtio *virtio, uint8_t status);
uint32_t legacy_negotiate(struct virtio *virtio, uint32_t wanted);
uint16_t legacy_queue_size(struct virtio *virtio, uint16_t index);
void legacy_set_queue(struct virtio *virtio, uint16_t index, const struct virtqueue *queue);
void legacy_notify(struct virtio *virtio, uint16_t index);
void legacy_quiet(struct virtio *virtio);
uint8_t legacy_config8(struct virtio *virtio, uint8_t offset);
