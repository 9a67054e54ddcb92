/* The shop's page: GET / asks the cart and the catalogue at the same time and shows both. */
#include "kernel/service.h"

enum { PAGES = 64, PART = 1024 };

/* A page that is being put together. */
static struct page {
    bool taken;
    struct http_exchange exchange;
    unsigned awaited;
    const char *missing, *reason; /* the first peer that failed, and why */
    struct part {
        struct page *page;
        const char *peer;
        char text[PART];
    } cart, catalog;
} pages[PAGES];

static struct http_peer cart, catalog;

static struct page *take_page(void)
{
    for (struct page *p = pages; p < pages + PAGES; p++)
        if (!p->taken)
            return p;
    return NULL;
}

static void answer_page(struct page *page)
{
    page->taken = false;
    if (page->missing) {
        service_reply_unreachable(page->exchange, page->missing, page->reason);
        return;
    }
    char room[HTTP_BODY_LARGEST];
    struct text text = TEXT(room);
    text_add(&text, "<!doctype html>\n<title>shop</title>\n<h1>Shop</h1>\n<h2>Your cart</h2>\n<pre>\n%s</pre>\n",
             page->cart.text);
    text_add(&text, "<h2>Catalogue</h2>\n<pre>\n%s</pre>\n<p>version=%s instance=%s</p>\n", page->catalog.text,
             service_version(), service_instance());
    http_reply(page->exchange, 200, "text/html; charset=utf-8", room, text.length);
}

static void got_part(void *context, const struct http_answer *answer)
{
    struct part *part = context;
    struct page *page = part->page;
    if (answer->failure || answer->status != 200) {
        page->missing = part->peer;
        page->reason = answer->failure ? answer->failure : "did not answer 200";
    } else {
        size_t length = answer->length < PART ? answer->length : PART - 1;
        memcpy(part->text, answer->body, length);
        part->text[length] = 0;
    }
    if (--page->awaited == 0)
        answer_page(page);
}

static void start(void)
{
    service_peer("cart", &cart);
    service_peer("catalog", &catalog);
}

static void handle(const struct http_request *request)
{
    if (!slice_is(request->path, "/")) {
        service_reply_not_found(request->exchange);
        return;
    }
    struct page *page = take_page();
    if (!page) {
        http_reply_text(request->exchange, 503, "too many pages under way\n");
        return;
    }
    page->taken = true;
    page->exchange = request->exchange;
    page->awaited = 2;
    page->missing = NULL;
    page->cart.page = page->catalog.page = page;
    page->cart.peer = "cart";
    page->catalog.peer = "catalog";
    http_get(&cart, "/items", got_part, &page->cart);
    http_get(&catalog, "/prices", got_part, &page->catalog);
}

const struct app app = {.name = "web", .start = start, .handle = handle};
