/*
 * Packets that come before we have an address. QEMU's user network sends the connections that wait for us as soon as
 * its DHCP server has heard of us, before its own offer, and repeats a lost SYN only after 6 seconds. So they are kept
 * until the address is known; those for another are then dropped like any.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

void early_keep(const uint8_t *packet, size_t length);
/** Hands over what was kept. */
void early_replay(void);
