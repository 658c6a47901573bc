/* call.c - one call, told when it begins to wait and when it is over.
 * See also: explain/call.h */
#include "explain/call.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "explain/catalogue.h"
#include "explain/output.h"
#include "explain/own.h"
#include "explain/payload.h"
#include "explain/record.h"
#include "explain/sentence.h"
#include "explain/thread.h"

#define WAITED_NS	1000000		/* less is not called waiting */
#define RESULT_COLUMN	64
#define REPEATS		20		/* told each, with OUTPUT_BRIEF */

struct kind {
	const char	*name;
	enum call_family family;
};

static const struct kind kinds[CALL_COUNT] = {
#define X(name, text, family)	{ #text, FAMILY_##family },
	CALL_LIST
#undef X
};

static const int directions[FAMILY_COUNT] = {
	[FAMILY_CONNECT] = 1, [FAMILY_SEND] = 1, [FAMILY_PASS] = 1,
	[FAMILY_ACCEPT] = -1, [FAMILY_RECV] = -1,
};

static void add_head(struct words *, const struct call *);
static void add_outcome(struct words *, const struct call *);
static int is_told(unsigned);
static void tell(const struct call *);
static int traits_of(const struct sock *);

const char *
call_name(enum call_id id)
{
	return (kinds[id].name);
}

enum call_family
call_family(enum call_id id)
{
	return (kinds[id].family);
}

void
call_begin(struct call *call, enum call_id id, int fd)
{
	memset(call, 0, offsetof(struct call, args_buf));
	call->saved_errno = errno;
	call->id = id;
	call->fd = fd;
	call->new_fd = -1;
	call->direction = directions[call_family(id)];
	words_init(&call->args, call->args_buf, sizeof(call->args_buf));
	words_init(&call->note, call->note_buf, sizeof(call->note_buf));
	if (fd != -1) {
		sock_get(fd, &call->sock);
		call->traits = traits_of(&call->sock);
	}
	thread_self();
	errno = call->saved_errno;
	call->begin_ns = output_now();
}

static int
traits_of(const struct sock *sock)
{
	static const struct {
		unsigned sock;
		int	 call;
	} same[] = {
		{ SOCK_LISTENS, IS_LISTENER }, { SOCK_HAS_PEER, HAS_PEER },
		{ SOCK_PEER_ENDED, PEER_ENDED }, { SOCK_WE_ENDED, WE_ENDED },
		{ SOCK_WAS_FULL, WAS_FULL }, { SOCK_CLOSED, WAS_CLOSED },
		{ SOCK_CONNECTING, WAS_CONNECTING },
	};
	int traits = 0;

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (sock->traits & same[i].sock)
			traits |= same[i].call;
	if (!(sock->traits & SOCK_KNOWN))
		return (traits);
	if (sock->type == SOCK_STREAM)
		traits |= IS_STREAM;
	if (sock->type == SOCK_DGRAM)
		traits |= IS_DATAGRAM;
	if (sock->domain == AF_INET || sock->domain == AF_INET6)
		traits |= IS_INTERNET;
	return (traits);
}

void
call_waits(struct call *call, short events)
{
	struct pollfd one = { .fd = call->fd, .events = events };

	if (call->traits & NON_BLOCKING ||
	    (events != 0 && own_poll(&one, 1, 0) != 0) ||
	    (call->sock.traits & SOCK_KNOWN &&
	    fcntl(call->fd, F_GETFL) & O_NONBLOCK)) {
		errno = call->saved_errno;
		return;
	}
	call->traits |= BEGINS;
	thread_waits(call_name(call->id), call->fd, call->begin_ns);
	tell(call);
	if (output_settings()->has_log)
		record_begin(call);
	errno = call->saved_errno;
}

void
call_result(struct call *call, long long result)
{
	call->end_ns = output_now();
	call->result = result;
	if (result == -1)
		call->error = errno;
	call->saved_errno = errno;
	if (call->traits & BEGINS) {
		thread_waits(NULL, -1, 0);
		call->traits &= ~BEGINS;
		call->traits |= WAITED;
	}
}

void
call_error(struct call *call, int error)
{
	int before = call->saved_errno;

	errno = before;
	call_result(call, error == 0 ? 0 : -1);
	call->error = error;
	call->saved_errno = before;
}

long long
call_end(struct call *call, long long result)
{
	if (call->end_ns == 0)
		call_result(call, result);
	call_tell(call);
	errno = call->saved_errno;
	return (result);
}

void
call_tell(struct call *call)
{
	tell(call);
	if (output_settings()->has_log)
		record_end(call);
}

/* The line of a call, and its sentence. */
static void
tell(const struct call *call)
{
	enum output_level level = output_settings()->level;
	const struct sentence *sentence;
	char buf[OUTPUT_SIZE];
	struct words words;
	unsigned count = 0;

	sentence = level == OUTPUT_CALLS ? NULL :
	    sentence_choose(call, &count);
	if (level == OUTPUT_BRIEF && !is_told(count))
		return;
	words_init(&words, buf, sizeof(buf));
	add_head(&words, call);
	if (call->traits & BEGINS)
		words_add(&words, " ...");
	else
		add_outcome(&words, call);
	if (level == OUTPUT_BRIEF && count > 1) {
		words_add(&words, "  (%u)", count);
		sentence = NULL;
	}
	words_add(&words, "\n");
	if (sentence != NULL)
		sentence_add(&words, call, sentence);
	output_text(&words);
}

/* A busy server would drown its own story, and wait for it: after a while only
 * the 100th of a kind is told, the 1000th, and so on. */
static int
is_told(unsigned count)
{
	if (count <= REPEATS)
		return (1);
	while (count % 10 == 0)
		count /= 10;
	return (count == 1);
}

/* 12:03:04.120 [client-2] recv(5<tcp 10.0.0.1:80 <- 10.0.0.2:41844>, 4096) */
static void
add_head(struct words *words, const struct call *call)
{
	char name[THREAD_NAME_SIZE];

	thread_name(name);
	output_time(words);
	words_add(words, " [");
	if (!output_settings()->is_first)
		words_add(words, "%d ", (int)getpid());
	words_safe(words, name, strlen(name));
	words_add(words, "] %s(", call_name(call->id));
	if (call->fd != -1)
		sock_add(words, call->fd, &call->sock, call->direction,
		    call_family(call->id) == FAMILY_RECV ||
		    call_family(call->id) == FAMILY_SEND ?
		    &call->other : NULL);
	words_bytes(words, call->args.text, call->args.len);
	words_add(words, ")");
}

static void
add_outcome(struct words *words, const struct call *call)
{
	size_t begin = words->len;
	int64_t took = call->end_ns - call->begin_ns;

	if (call->error != 0) {
		words_add(words, " = -1 ");
		sentence_error(words, call);
	} else
		words_add(words, " = %lld", call->result);
	/* Else it did not sleep: it was only slow to be served. */
	if (took < WAITED_NS || !(call->traits & WAITED ||
	    call_family(call->id) == FAMILY_LOOKUP))
		return;
	words_add(words, "  ");
	while (words->len < RESULT_COLUMN || words->len - begin < 16)
		words_add(words, " ");
	words_add(words, "%s ", _(N_("waited")));
	words_seconds(words, took);
}
