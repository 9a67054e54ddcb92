/* The words of the kernel's command line that are meant for us: --name and --name=value. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/** Reads /proc/cmdline; other words are the kernel's and passed over. */
void arguments_read(void);
/** The last value given for --NAME; empty for a bare --NAME. */
const char *arg_text(const char *name, const char *otherwise);
bool arg_given(const char *name);
/** What is no number up to the limit is told on the console and ignored. */
uint32_t arg_number(const char *name, uint32_t limit, uint32_t otherwise);
/** Seconds, with decimals if they like, as milliseconds. */
int64_t arg_milliseconds(const char *name, int64_t otherwise);
/** Tells the console of what nobody asked for: a misspelt argument is passed over otherwise. */
void arguments_report_unknown(void);
