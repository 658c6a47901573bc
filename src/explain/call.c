/* call.c - one call, told when it begins to wait and when it is over.
 * See also: explain/call.h */
#include "explain/call.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "explain/catalogue.h"
#include "explain/output.h"
#include "explain/own.h"
#include "explain/payload.h"
#include "explain/real.h"
#include "explain/record.h"
#include "explain/sentence.h"
#include "explain/thread.h"

#define WAITED_NS	1000000		/* less is not called waiting */
#define COARSE_NS	10000000	/* nor this, by the coarse clock */
#define SURE_ROOM	1024		/* bytes, where poll says POLLOUT */
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

/* Calls of which not all are told any more: by a clock that costs less. */
static atomic_bool is_tired[CALL_COUNT];

static void add_head(struct words *, const struct call *);
static void add_outcome(struct words *, const struct call *);
static void describe(struct call *);
static int has_waited(const struct call *);
static int is_told(unsigned);
static void tell(struct call *);
static void tell_from(const struct call *, const struct sentence *, unsigned,
    char *);
static void tell_from_stack(const struct call *, const struct sentence *,
    unsigned) __attribute__((noinline));
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
	call->clock = is_tired[id] ? CLOCK_MONOTONIC_COARSE :
	    CLOCK_MONOTONIC;
	call->begin_ns = output_now(call->clock);
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

	if (call->traits & NON_BLOCKING)
		return;
	if (!call_is_worn(call)) {
		int is_ready = events != 0 && own_poll(&one, 1, 0) != 0;

		/* Room for some bytes is none for many: that may yet wait. */
		if ((is_ready && !(events == POLLOUT && call->asked >
		    SURE_ROOM && call->traits & IS_STREAM)) ||
		    (call->sock.traits & SOCK_KNOWN && !call_blocks(call))) {
			errno = call->saved_errno;
			return;
		}
		if (!is_ready)
			call->traits |= BEGINS;
	}
	thread_waits(call_name(call->id), call->fd, call->begin_ns);
	call->is_noted = 1;
	if (!(call->traits & BEGINS))
		return;
	tell(call);
	if (output_settings()->has_log) {
		describe(call);
		record_begin(call);
	}
	errno = call->saved_errno;
}

int
call_is_worn(const struct call *call)
{
	return (output_settings()->level == OUTPUT_BRIEF &&
	    !output_settings()->has_log && sentence_begun(call) >= REPEATS);
}

int
call_may_try(const struct call *call)
{
	return (real_is_alone() && call->traits & (IS_STREAM |
	    IS_DATAGRAM) && !(call->flags & ~(MSG_NOSIGNAL | MSG_MORE)));
}

int
call_blocks(const struct call *call)
{
	int saved = errno, flags = fcntl(call->fd, F_GETFL);

	errno = saved;
	return (!(flags & O_NONBLOCK));
}

static void
describe(struct call *call)
{
	if (call->describe != NULL)
		call->describe(call);
}

void
call_result(struct call *call, long long result)
{
	call->end_ns = output_now(call->clock);
	call->result = result;
	if (result == -1)
		call->error = errno;
	call->saved_errno = errno;
	if (!call->is_noted)
		return;
	thread_waits(NULL, -1, 0);
	if (call->traits & BEGINS || has_waited(call))
		call->traits |= WAITED;
	call->traits &= ~BEGINS;
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
	if (output_settings()->has_log) {
		describe(call);
		record_end(call);
	}
}

/* The line of a call, and its sentence. */
static void
tell(struct call *call)
{
	enum output_level level = output_settings()->level;
	const struct sentence *sentence;
	unsigned count = 0;
	char *page;

	sentence = level == OUTPUT_CALLS ? NULL :
	    sentence_choose(call, &count);
	if (level == OUTPUT_BRIEF && !is_told(count)) {
		is_tired[call->id] = !output_settings()->has_log &&
		    (call_family(call->id) == FAMILY_RECV ||
		    call_family(call->id) == FAMILY_SEND);
		return;
	}
	describe(call);
	if (level != OUTPUT_BRIEF)
		count = 0;
	if ((page = output_page_take()) == NULL) {
		tell_from_stack(call, sentence, count);
		return;
	}
	tell_from(call, sentence, count, page);
	output_page_give(page);
}

static void
tell_from_stack(const struct call *call, const struct sentence *sentence,
    unsigned count)
{
	char buf[OUTPUT_SIZE];

	tell_from(call, sentence, count, buf);
}

/* count > 1: instead of the sentence. */
static void
tell_from(const struct call *call, const struct sentence *sentence,
    unsigned count, char *buf)
{
	struct words words;

	words_init(&words, buf, OUTPUT_SIZE);
	add_head(&words, call);
	if (call->traits & BEGINS)
		words_add(&words, " ...");
	else
		add_outcome(&words, call);
	if (count > 1) {
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

	if (call->error != 0) {
		words_add(words, " = -1 ");
		sentence_error(words, call);
	} else
		words_add(words, " = %lld", call->result);
	/* Else it did not sleep: it was only slow to be served. */
	if (!has_waited(call) || !(call->traits & WAITED ||
	    call_family(call->id) == FAMILY_LOOKUP))
		return;
	words_add(words, "  ");
	while (words->len < RESULT_COLUMN || words->len - begin < 16)
		words_add(words, " ");
	words_add(words, "%s ", _(N_("waited")));
	words_seconds(words, call->end_ns - call->begin_ns);
}

static int
has_waited(const struct call *call)
{
	return (call->end_ns - call->begin_ns > (call->clock ==
	    CLOCK_MONOTONIC ? WAITED_NS : COARSE_NS));
}
