/* Who may do what with which memory. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** Code read-only, everything else not executable, page 0 and the page below the stack absent. */
void paging_init(void);
/** Makes device registers at any physical address reachable, uncached, at the address it returns. */
volatile uint8_t *map_device(uint64_t physical, size_t length);
