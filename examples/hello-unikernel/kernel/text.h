/* Text composed piece by piece in a buffer of fixed size. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
    char *start;
    size_t length, size;
    bool cut; /* something did not fit */
};

/** A text over an array: `char room[64]; struct text t = TEXT(room);` */
#define TEXT(array) ((struct text){.start = (array), .size = sizeof(array)})

/** Appends; knows %s %c %d %u %x, `l` for 64 bits, a width and a leading 0. Always ends with NUL. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(struct text *text, const char *format, va_list list);
