/* The names of HTTP's status codes. */
#pragma once

const char *http_status_text(unsigned status);
