/* An HTTP/1.1 answer as bytes. */
#pragma once
#include "pages.h"

enum { RESPONSE_LARGEST = 1024 + BODY_LARGEST };

/** Returns its length. */
size_t response_write(char out[RESPONSE_LARGEST], const struct page *page, bool keep_alive, bool head_only);
const char *response_reason(int status);
