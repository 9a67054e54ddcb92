#include "virtqueue.h"
#include "io.h"
#include "string.h"

enum { HAS_NEXT = 1, DEVICE_WRITES = 2 };
enum { FLAGS = 0, POSITION = 1, RING = 2 };
enum { NO_INTERRUPT = 1, NO_NOTICE = 1 };

void virtqueue_init(struct virtqueue *q, uint16_t size, void *memory)
{
    uint8_t *start = memory;
    memset(start, 0, VIRTQUEUE_BYTES(size));
    *q = (struct virtqueue){.size = size};
    q->descriptors = memory;
    q->available = (uint16_t *)(start + 16u * size);
    q->used = (uint16_t *)(start + VIRTQUEUE_USED(size));
    q->available[FLAGS] = NO_INTERRUPT;
}

void virtqueue_post(struct virtqueue *q, uint16_t id, struct virtqueue_piece first, struct virtqueue_piece second,
                    bool device_writes)
{
    uint16_t head = (uint16_t)(id * 2), flags = device_writes ? DEVICE_WRITES : 0;
    q->descriptors[head].address = (uint64_t)first.start;
    q->descriptors[head].length = first.length;
    q->descriptors[head].flags = second.length ? flags | HAS_NEXT : flags;
    if (second.length) {
        q->descriptors[head].next = head + 1;
        q->descriptors[head + 1].address = (uint64_t)second.start;
        q->descriptors[head + 1].length = second.length;
        q->descriptors[head + 1].flags = flags;
    }
    q->available[RING + (q->posted & (q->size - 1))] = head;
    compiler_barrier();
    q->available[POSITION] = ++q->posted;
}

bool virtqueue_take(struct virtqueue *q, uint16_t *id, uint32_t *written)
{
    if (q->seen == q->used[POSITION])
        return false;
    compiler_barrier();
    volatile uint32_t *entry = (volatile uint32_t *)(q->used + RING) + 2 * (q->seen & (q->size - 1));
    *id = (uint16_t)(entry[0] / 2);
    *written = entry[1];
    q->seen++;
    return true;
}

bool virtqueue_wants_notice(struct virtqueue *q)
{
    memory_barrier(); /* what was posted, before the flag is read */
    return !(q->used[FLAGS] & NO_NOTICE);
}

bool virtqueue_listen(struct virtqueue *q)
{
    q->available[FLAGS] = 0;
    memory_barrier();
    return q->seen == q->used[POSITION];
}

void virtqueue_ignore(struct virtqueue *q) { q->available[FLAGS] = NO_INTERRUPT; }
