#include "virtio-net.h"
#include "panic.h"
#include "random.h"
#include "serial.h"
#include "string.h"
#include "traps.h"
#include "virtio.h"

enum { VENDOR = 0x1AF4, TRANSITIONAL = 0x1000, MODERN_ONLY = 0x1041 };
enum { HAS_MAC = 5 };
enum { RECEIVE = 0, SEND = 1, BATCH = 64, BUFFERS = 256, FRAMES = 256 };

static struct pci_device card;
static struct virtio device;
static struct virtqueue receive_queue, send_queue;
static uint8_t mac[6], line;
static unsigned header_size, loss_percent;
static bool one_piece; /* the header may share a descriptor with the frame */
static bool unsent;
static uint64_t refused;

static struct frame received[BUFFERS], frames[FRAMES];
static unsigned buffer_count;
static uint16_t free_frames[FRAMES]; /* a stack of their numbers */
static unsigned frame_count, free_count;

static void consider(const struct pci_device *d)
{
    if (!card.vendor && d->vendor == VENDOR && (d->product == TRANSITIONAL || d->product == MODERN_ONLY))
        card = *d;
}

static void post(struct virtqueue *queue, uint16_t id, struct frame *frame, size_t length)
{
    uint8_t *header = frame->bytes - header_size;
    struct virtqueue_piece whole = {header, (uint32_t)(header_size + length)};
    struct virtqueue_piece first = {header, header_size}, second = {frame->bytes, (uint32_t)length};
    struct virtqueue_piece none = {0};
    virtqueue_post(queue, id, one_piece ? whole : first, one_piece ? none : second, queue == &receive_queue);
}

static void quiet(void) { virtio_quiet(&device); }

static void fill_queues(void)
{
    buffer_count = receive_queue.size / 2u < BUFFERS ? receive_queue.size / 2u : BUFFERS;
    frame_count = send_queue.size / 2u < FRAMES ? send_queue.size / 2u : FRAMES;
    for (uint16_t i = 0; i < buffer_count; i++)
        post(&receive_queue, i, &received[i], FRAME_LARGEST);
    for (uint16_t i = 0; i < frame_count; i++)
        free_frames[free_count++] = i;
}

void virtio_net_init(void)
{
    pci_scan(consider);
    if (!card.vendor)
        panic("net: no virtio network card");
    virtio_init(&device, &card);
    uint64_t features = virtio_negotiate(&device, 1ull << HAS_MAC | 1ull << VIRTIO_ANY_LAYOUT);
    header_size = device.modern ? 12 : 10;
    one_piece = device.modern || (features & 1ull << VIRTIO_ANY_LAYOUT);
    for (uint8_t i = 0; i < 6; i++)
        mac[i] = features & 1ull << HAS_MAC ? virtio_config8(&device, i) : (uint8_t)random64();
    if (!(features & 1ull << HAS_MAC))
        mac[0] = (uint8_t)((mac[0] & 0xFC) | 2); /* locally administered, not a group */
    virtio_queue(&device, RECEIVE, &receive_queue);
    virtio_queue(&device, SEND, &send_queue);
    fill_queues();
    virtio_ready(&device);
    virtio_notify(&device, RECEIVE);
    line = pci_interrupt_line(&card);
    if (line)
        interrupt_enable(line, quiet);
    print("net: virtio-net (%s) %02x:%02x:%02x:%02x:%02x:%02x%s\n", device.modern ? "modern" : "legacy", mac[0],
          mac[1], mac[2], mac[3], mac[4], mac[5], line ? "" : ", no interrupt line: polling");
}

const uint8_t *virtio_net_mac(void) { return mac; }

void virtio_net_lose(unsigned percent) { loss_percent = percent; }

static bool lost(void) { return loss_percent && random64() % 100 < loss_percent; }

bool virtio_net_receive(void (*input)(uint8_t *frame, size_t length))
{
    uint16_t id;
    uint32_t written;
    unsigned done = 0;
    virtqueue_ignore(&receive_queue);
    while (done < BATCH && virtqueue_take(&receive_queue, &id, &written)) {
        done++;
        if (id >= buffer_count)
            panic("net: the card returned buffer %u", id);
        if (written > header_size && written <= header_size + FRAME_LARGEST && !lost())
            input(received[id].bytes, written - header_size);
        post(&receive_queue, id, &received[id], FRAME_LARGEST);
    }
    if (done && virtqueue_wants_notice(&receive_queue))
        virtio_notify(&device, RECEIVE);
    return done != 0;
}

static void reclaim(void)
{
    uint16_t id;
    uint32_t written;
    while (virtqueue_take(&send_queue, &id, &written)) {
        if (id >= frame_count || free_count == frame_count)
            panic("net: the card returned frame %u", id);
        free_frames[free_count++] = id;
    }
}

struct frame *frame_new(void)
{
    if (free_count < frame_count / 2)
        reclaim();
    if (free_count == 0) {
        refused++;
        return NULL;
    }
    struct frame *frame = &frames[free_frames[--free_count]];
    memset(frame->virtio_header, 0, sizeof frame->virtio_header);
    return frame;
}

void frame_free(struct frame *frame) { free_frames[free_count++] = (uint16_t)(frame - frames); }

void frame_send(struct frame *frame, size_t length)
{
    if (lost()) {
        frame_free(frame);
        return;
    }
    post(&send_queue, (uint16_t)(frame - frames), frame, length);
    unsent = true;
}

void virtio_net_flush(void)
{
    if (unsent && virtqueue_wants_notice(&send_queue))
        virtio_notify(&device, SEND);
    unsent = false;
}

bool virtio_net_may_sleep(bool *polling)
{
    *polling = line == 0;
    return virtqueue_listen(&receive_queue);
}

unsigned frames_all(void) { return frame_count; }

unsigned frames_free(void)
{
    reclaim();
    return free_count;
}

uint64_t frames_refused(void) { return refused; }
