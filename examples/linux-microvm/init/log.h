/* The serial console, which every cloud keeps and shows. */
#pragma once

/** Finds the serial port; until then nothing is printed. Needs /dev and /sys. */
void log_open(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Says why, and powers the machine off: nobody is there to mend it, and who keeps it starts another one. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
