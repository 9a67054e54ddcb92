/* The few memory and text functions a freestanding program must bring along. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);
bool same_text(const char *a, const char *b);
bool starts_with(const char *text, const char *prefix);
/** Copies and always ends with NUL; what does not fit is cut off. */
void copy_text(char *to, size_t size, const char *from);
/** `text` of `length` equals `word`, whatever the case of its letters. */
bool same_word(const char *text, size_t length, const char *word);
/** Reads a decimal number up to `limit`; false when there is none, it is larger, or the text goes on. */
bool parse_number(const char *text, size_t length, uint32_t limit, uint32_t *number);
