#include "early.h"
#include "ipv4.h"
#include "string.h"

enum { KEPT = 32, LARGEST = 80 }; /* SYNs, not data */

static struct {
    size_t length;
    uint8_t bytes[LARGEST];
} kept[KEPT];
static unsigned count;

void early_keep(const uint8_t *packet, size_t length)
{
    if (length > LARGEST || count == KEPT)
        return;
    kept[count].length = length;
    memcpy(kept[count++].bytes, packet, length);
}

void early_replay(void)
{
    unsigned all = count;
    count = 0;
    for (unsigned i = 0; i < all; i++)
        ipv4_input(kept[i].bytes, kept[i].length);
}
