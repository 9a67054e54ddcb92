/* What there is to buy: GET /prices answers one line for each article, its name and its price in cents. */
#include "kernel/service.h"

static const struct {
    const char *name;
    unsigned cents;
} articles[] = {{"apple", 40}, {"bread", 320}, {"cheese", 575}, {"pear", 55}};

static void handle(const struct http_request *request)
{
    if (!slice_is(request->path, "/prices")) {
        service_reply_not_found(request->exchange);
        return;
    }
    char room[256];
    struct text text = TEXT(room);
    for (unsigned i = 0; i < sizeof articles / sizeof *articles; i++)
        text_add(&text, "%s %u\n", articles[i].name, articles[i].cents);
    http_reply_text(request->exchange, 200, room);
}

const struct app app = {.name = "catalog", .handle = handle};
