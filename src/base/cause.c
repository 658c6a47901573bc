/* cause.c - which primitive failed, on what, and why.
 * See also: base/cause.h, tests/check_cause.c */
#include "base/cause.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/intl.h"

struct hint {
	const char	*primitive;
	int		 error;
	const char	*text;
};

static const char *cause_hint(const struct cause *);
static void cause_note(struct cause *, enum cause_kind, const char *, int,
    const char *);

static const struct hint hints[] = {
	{ "bind", EACCES,
	    N_("ports below 1024 need root; choose a higher one") },
	{ "bind", EADDRINUSE,
	    N_("another program has this port, see ss -lntup; "
	    "or choose another port") },
	{ "bind", EADDRNOTAVAIL,
	    N_("no interface of this machine has this address, "
	    "see ip address") },
	{ "connect", ECONNREFUSED,
	    N_("nobody listens there: is the server running, on this port?") },
	{ "recv", ECONNREFUSED,
	    N_("nobody listens there: is the server running, on this port?") },
	{ "connect", ETIMEDOUT,
	    N_("no answer: is the machine up, does a firewall drop it?") },
	{ "connect", ENETUNREACH,
	    N_("no route to there, see ip route") },
	{ "socket", EMFILE,
	    N_("too many descriptors are open, see ulimit -n") },
	{ "accept", EMFILE,
	    N_("too many descriptors are open, see ulimit -n") },
	{ "pthread_create", EAGAIN,
	    N_("too many threads, see ulimit -u") },
};

void
cause_errno(struct cause *cause, const char *primitive, int error,
    const char *object)
{
	cause_note(cause, CAUSE_ERRNO, primitive, error, object);
}

void
cause_lookup(struct cause *cause, int error, int system_error,
    const char *object)
{
	if (error == EAI_SYSTEM)
		cause_errno(cause, "getaddrinfo", system_error, object);
	else
		cause_note(cause, CAUSE_LOOKUP, "getaddrinfo", error, object);
}

void
cause_said(struct cause *cause, const char *primitive, const char *said,
    const char *object)
{
	cause_note(cause, CAUSE_SAID, primitive, 0, object);
	cause->said = said;
}

void
cause_certificate(struct cause *cause, const char *said, const char *object)
{
	cause_note(cause, CAUSE_CERTIFICATE, "certificate", 0, object);
	cause->said = said;
}

int
cause_exit_status(const struct cause *cause)
{
	return (cause->kind == CAUSE_CERTIFICATE ? 3 : 1);
}

const char *
cause_text(const struct cause *cause, char *text, size_t size)
{
	char reason[128] = "";
	const char *hint = cause_hint(cause);

	if (cause->kind == CAUSE_NONE)
		snprintf(reason, sizeof(reason), "%s", _("no error"));
	else if (cause->kind == CAUSE_SAID ||
	    cause->kind == CAUSE_CERTIFICATE)
		snprintf(reason, sizeof(reason), "%s", _(cause->said));
	else if (cause->kind == CAUSE_LOOKUP)
		snprintf(reason, sizeof(reason), "%s",
		    gai_strerror(cause->error));
	else
		strerror_r(cause->error, reason, sizeof(reason));

	snprintf(text, size, "%s%s%s: %s%s%s%s", cause->object,
	    cause->object[0] != '\0' ? ": " : "",
	    cause->primitive != NULL ? cause->primitive : "fil", reason,
	    hint != NULL ? " (" : "", hint != NULL ? hint : "",
	    hint != NULL ? ")" : "");
	return (text);
}

static const char *
cause_hint(const struct cause *cause)
{
	if (cause->kind != CAUSE_ERRNO)
		return (NULL);
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].error == cause->error &&
		    strcmp(hints[i].primitive, cause->primitive) == 0)
			return (_(hints[i].text));
	return (NULL);
}

static void
cause_note(struct cause *cause, enum cause_kind kind, const char *primitive,
    int error, const char *object)
{
	cause->kind = kind;
	cause->primitive = primitive;
	cause->error = error;
	snprintf(cause->object, sizeof(cause->object), "%s",
	    object != NULL ? object : "");
}
