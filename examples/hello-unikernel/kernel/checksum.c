#include "checksum.h"
#include "bytes.h"

typedef uint32_t __attribute__((may_alias, aligned(1))) any32;

/* The sum may be taken in the machine's own byte order and turned round at the end (RFC 1071, section 2(B)). */
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t length)
{
    for (; length >= 4; length -= 4, bytes += 4)
        sum += *(const any32 *)bytes;
    if (length >= 2) {
        sum += (uint64_t)(bytes[0] | bytes[1] << 8);
        bytes += 2;
        length -= 2;
    }
    return length ? sum + bytes[0] : sum;
}

uint16_t checksum_end(uint64_t sum)
{
    sum = (sum & 0xFFFFFFFF) + (sum >> 32);
    sum = (sum & 0xFFFFFFFF) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return __builtin_bswap16((uint16_t)~sum);
}

uint64_t checksum_pseudo(uint32_t source, uint32_t destination, uint8_t protocol, size_t length)
{
    uint8_t header[12] = {0};
    put32(header, source);
    put32(header + 4, destination);
    header[9] = protocol;
    put16(header + 10, (uint16_t)length);
    return checksum_add(0, header, sizeof header);
}
