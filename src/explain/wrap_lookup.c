/* wrap_lookup.c - names that become addresses.
 * See also: explain/wrap.h */
#include "explain/wrap.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "explain/real.h"

#define SHOWN_MAX	3

static void note_addresses(struct call *, const struct addrinfo *);

static const struct {
	int		 error;
	const char	*name;
} lookup_errors[] = {
	{ EAI_AGAIN, "EAI_AGAIN" }, { EAI_BADFLAGS, "EAI_BADFLAGS" },
	{ EAI_FAIL, "EAI_FAIL" }, { EAI_FAMILY, "EAI_FAMILY" },
	{ EAI_MEMORY, "EAI_MEMORY" }, { EAI_NONAME, "EAI_NONAME" },
	{ EAI_SERVICE, "EAI_SERVICE" }, { EAI_SOCKTYPE, "EAI_SOCKTYPE" },
	{ EAI_SYSTEM, "EAI_SYSTEM" }, { EAI_NODATA, "EAI_NODATA" },
	{ EAI_ADDRFAMILY, "EAI_ADDRFAMILY" },
};

static void
add_text(struct words *words, const char *text)
{
	if (text == NULL) {
		words_add(words, "NULL");
		return;
	}
	words_add(words, "\"");
	words_safe(words, text, strlen(text));
	words_add(words, "\"");
}

static void
note_addresses(struct call *call, const struct addrinfo *info)
{
	struct place place, before = { .family = 0 };

	call->result = 0;
	for (; info != NULL; info = info->ai_next) {
		place_set(&place, info->ai_addr, info->ai_addrlen);
		/* One for each kind of socket: the same address again. */
		if (memcmp(&place, &before, sizeof(place)) == 0)
			continue;
		before = place;
		if (call->result++ < SHOWN_MAX) {
			words_add(&call->note, call->result > 1 ? ", " : "");
			place_add(&call->note, &place);
		} else if (call->result == SHOWN_MAX + 1)
			words_add(&call->note, ", ...");
	}
}

WRAPPER int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **info)
{
	struct call call;
	int error;

	call_begin(&call, CALL_GETADDRINFO, -1);
	add_text(&call.args, name);
	words_add(&call.args, ", ");
	add_text(&call.args, service);
	error = real()->getaddrinfo(name, service, hints, info);
	call_result(&call, error == 0 ? 0 : -1);
	if (error == 0)
		note_addresses(&call, *info);
	else
		call.error = error;
	for (size_t i = 0; i < sizeof(lookup_errors) /
	    sizeof(lookup_errors[0]); i++)
		if (error == lookup_errors[i].error)
			words_add(&call.note, "%s", lookup_errors[i].name);
	call_end(&call, 0);
	return (error);
}
