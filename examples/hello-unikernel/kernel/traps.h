/* Exceptions and hardware interrupts. */
#pragma once
#include <stdint.h>

void traps_init(void);
/** Lets a line of the interrupt controller (0 to 15) wake the processor; `quiet` tells its device to be still. */
void interrupt_enable(uint8_t line, void (*quiet)(void));
