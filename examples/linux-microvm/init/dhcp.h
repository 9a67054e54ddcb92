/* An address from the network's DHCP server. */
#pragma once
#include "dhcp-packet.h"

/** Asks until somebody answers, sets the address, and leaves a process behind that keeps the lease. */
void dhcp_start(int interface, const uint8_t mac[6], struct lease *lease);
