#include "kernel/args.h"
#include "kernel/service.h"

static const char *greeting;

static void start(void) { greeting = arg_text("greeting", "hello"); }

static void handle(const struct http_request *request)
{
    if (!slice_is(request->path, "/")) {
        service_reply_not_found(request->exchange);
        return;
    }
    char room[HTTP_BODY_LARGEST];
    struct text text = TEXT(room);
    text_add(&text, "%s version=%s instance=%s\n", greeting, service_version(), service_instance());
    http_reply_text(request->exchange, 200, room);
}

const struct app app = {.name = "hello", .start = start, .handle = handle};
