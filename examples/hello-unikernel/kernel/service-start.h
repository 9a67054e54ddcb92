/* How the kernel starts the service; in this order. */
#pragma once

/** Before there is a network. */
void service_read_arguments(void);
/** After; asks for an address and serves. */
void service_start(void);
