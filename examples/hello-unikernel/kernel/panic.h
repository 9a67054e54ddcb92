/* The two ways out. */
#pragma once

/** Prints `panic: ` and the reason, then resets the machine; QEMU started with -no-reboot ends. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Resets the machine. */
_Noreturn void reset(void);
