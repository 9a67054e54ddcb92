/* The network card, and what Linux is told of its address. */
#pragma once
#include <stdint.h>

/** Addresses in network byte order, as everywhere; 0 where there is none. */
struct place {
    uint32_t address, mask, gateway;
    uint16_t mtu; /* 0: as it is */
};

/** Waits for the first card, brings it up and returns its number; dies where none comes. */
int interface_open(uint8_t mac[6]);
void interface_set(const struct place *place);
