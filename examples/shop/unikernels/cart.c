/* What is in the cart: GET /items answers a line for each, its name, count and cost, as the catalogue has it today. */
#include "kernel/service.h"

static const struct {
    const char *name;
    unsigned count;
} items[] = {{"apple", 6}, {"bread", 1}, {"cheese", 2}};

static struct http_peer catalog;

/* The price in a catalogue of lines `name cents`; false when the article is not in it. */
static bool find_price(struct slice prices, const char *name, unsigned *cents)
{
    while (prices.length) {
        struct slice price = slice_cut(&prices, '\n');
        if (slice_is(slice_cut(&price, ' '), name))
            return parse_number(price.at, price.length, 1000000, cents);
    }
    return false;
}

/* The exchange travels in the context's own bits, so calls under way need no memory here. */
static void *pack(struct http_exchange e) { return (void *)((uint64_t)e.connection << 32 | e.serial); }

static struct http_exchange unpack(void *context)
{
    return (struct http_exchange){(uint16_t)((uint64_t)context >> 32), (uint32_t)(uint64_t)context};
}

static void got_prices(void *context, const struct http_answer *answer)
{
    struct http_exchange exchange = unpack(context);
    if (answer->failure || answer->status != 200) {
        service_reply_unreachable(exchange, "catalog", answer->failure ? answer->failure : "did not answer 200");
        return;
    }
    char room[512];
    struct text text = TEXT(room);
    for (unsigned i = 0; i < sizeof items / sizeof *items; i++) {
        unsigned cents;
        if (find_price((struct slice){answer->body, answer->length}, items[i].name, &cents))
            text_add(&text, "%s %u %u\n", items[i].name, items[i].count, items[i].count * cents);
        else
            text_add(&text, "%s %u not-sold\n", items[i].name, items[i].count);
    }
    http_reply_text(exchange, 200, room);
}

static void start(void) { service_peer("catalog", &catalog); }

static void handle(const struct http_request *request)
{
    if (!slice_is(request->path, "/items"))
        service_reply_not_found(request->exchange);
    else
        http_get(&catalog, "/prices", got_prices, pack(request->exchange));
}

const struct app app = {.name = "cart", .start = start, .handle = handle};
