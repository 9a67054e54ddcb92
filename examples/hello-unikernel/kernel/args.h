/* The boot arguments: words such as --name=value or --name on the multiboot command line. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

void args_init(const char *command_line);
/** The value of --name=VALUE, "" for a bare --name, or `otherwise` when absent; the last one wins. */
const char *arg_text(const char *name, const char *otherwise);
bool arg_given(const char *name);
/** Seconds with up to three decimals, in milliseconds; a value that is no such number is told and `otherwise` taken. */
uint64_t arg_seconds(const char *name, uint64_t otherwise_ms);
uint32_t arg_number(const char *name, uint32_t limit, uint32_t otherwise);
/** Tells about options that nothing has asked for. */
void args_report_unknown(void);
