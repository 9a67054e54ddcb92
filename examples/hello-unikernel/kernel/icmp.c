#include "icmp.h"
#include "bytes.h"
#include "checksum.h"
#include "ipv4.h"
#include "string.h"

enum { HEADER = 8, ECHO_REPLY = 0, ECHO_REQUEST = 8 };

void icmp_input(uint32_t source, const uint8_t *packet, size_t length)
{
    if (length < HEADER || packet[0] != ECHO_REQUEST || packet[1] != 0)
        return;
    if (length > (size_t)ipv4.mtu - IPV4_HEADER || checksum_end(checksum_add(0, packet, length)) != 0)
        return;
    struct frame *frame = frame_new();
    if (!frame)
        return;
    uint8_t *reply = ipv4_payload(frame);
    memcpy(reply, packet, length);
    reply[0] = ECHO_REPLY;
    put16(reply + 2, 0);
    put16(reply + 2, checksum_end(checksum_add(0, reply, length)));
    ipv4_send(frame, source, IPV4_ICMP, length);
}
