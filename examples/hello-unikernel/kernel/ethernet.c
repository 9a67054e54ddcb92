#include "ethernet.h"
#include "arp.h"
#include "bytes.h"
#include "ipv4.h"
#include "string.h"

const uint8_t ethernet_broadcast[6] = {255, 255, 255, 255, 255, 255};

void ethernet_send(struct frame *frame, const uint8_t to[6], uint16_t type, size_t length)
{
    memcpy(frame->bytes, to, 6);
    memcpy(frame->bytes + 6, virtio_net_mac(), 6);
    put16(frame->bytes + 12, type);
    frame_send(frame, ETHERNET_HEADER + length);
}

void ethernet_input(uint8_t *frame, size_t length)
{
    if (length < ETHERNET_HEADER)
        return;
    bool ours = memcmp(frame, virtio_net_mac(), 6) == 0;
    if (!ours && memcmp(frame, ethernet_broadcast, 6) != 0)
        return;
    uint16_t type = get16(frame + 12);
    if (type == ETHERNET_IPV4)
        ipv4_input(frame + ETHERNET_HEADER, length - ETHERNET_HEADER);
    else if (type == ETHERNET_ARP)
        arp_input(frame + ETHERNET_HEADER, length - ETHERNET_HEADER);
}
