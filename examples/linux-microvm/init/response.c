#include "response.h"
#include <stdio.h>
#include <string.h>

const char *response_reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return "HTTP Version Not Supported";
    }
}

size_t response_write(char out[RESPONSE_LARGEST], const struct page *page, bool keep_alive, bool head_only)
{
    size_t body = strlen(page->body);
    int head = snprintf(out, RESPONSE_LARGEST, "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        "Content-Length: %zu\r\n%s%s%s\r\n", page->status, response_reason(page->status), body,
                        page->status == 405 ? "Allow: GET, HEAD\r\n" : "", pages_headers(),
                        keep_alive ? "" : "Connection: close\r\n");
    memcpy(out + head, page->body, body);
    return (size_t)head + (head_only ? 0 : body);
}
