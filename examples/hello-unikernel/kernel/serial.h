/* The console: the first serial port, 115200 8N1, output only. */
#pragma once

void serial_init(void);
/** Prints a formatted text of up to 255 characters; a line feed also returns the carriage. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
