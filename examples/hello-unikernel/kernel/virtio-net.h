/* The network card: frames out, frames in. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_LARGEST = 1514 };

/** A frame to send. Whoever has one either sends or frees it. */
struct frame {
    uint8_t virtio_header[12];
    uint8_t bytes[2048 - 12];
};

/** Finds the card and starts it; panics when there is none. */
void virtio_net_init(void);
const uint8_t *virtio_net_mac(void);
/** Hands over every frame that has arrived (some, when there are many); false when none had. */
bool virtio_net_receive(void (*input)(uint8_t *frame, size_t length));
/** NULL when all are under way; whatever is lost thereby is sent again by its protocol. */
struct frame *frame_new(void);
void frame_free(struct frame *frame);
void frame_send(struct frame *frame, size_t length);
/** Tells the card about the frames sent since the last time. */
void virtio_net_flush(void);
/** Prepares to sleep; false when something has arrived meanwhile. `polling` is set where no interrupt will come. */
bool virtio_net_may_sleep(bool *polling);
/** Fault for tests: loses this share of the frames, in both directions. */
void virtio_net_lose(unsigned percent);
unsigned frames_all(void);
unsigned frames_free(void);
/** Frames that could not be sent for want of room. */
uint64_t frames_refused(void);
