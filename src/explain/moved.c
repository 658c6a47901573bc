/* moved.c - bytes that came or went: counted, judged, shown.
 * See also: explain/moved.h */
#include "explain/moved.h"

#include <sys/socket.h>

#include "explain/output.h"
#include "explain/payload.h"

static void add_flags(struct words *, int);
static void describe_bytes(struct call *);
static void describe_messages(struct call *);
static void note_stream(struct call *);

void
moved_ask(struct call *call, const struct iovec *data, size_t count,
    int flags)
{
	call->data = data;
	call->flags = flags;
	for (size_t i = 0; i < count; i++)
		call->asked += data[i].iov_len;
	if (call->asked == 0)
		call->traits |= ASKED_ZERO;
	if (flags & MSG_DONTWAIT)
		call->traits |= NON_BLOCKING;
	if (flags & MSG_PEEK)
		call->traits |= IS_PEEK;
	if (call->direction < 0 && call->sock.traits & SOCK_IS_TIMED)
		call->traits |= IS_TIMED;
	call->describe = describe_bytes;
}

static void
describe_bytes(struct call *call)
{
	if (call->args.len > 0)
		return;
	words_add(&call->args, ", %zu", call->asked);
	add_flags(&call->args, call->flags);
}

static void
add_flags(struct words *words, int flags)
{
	static const struct {
		int	 flag;
		const char *name;
	} names[] = {
		{ MSG_DONTWAIT, "MSG_DONTWAIT" }, { MSG_NOSIGNAL,
		"MSG_NOSIGNAL" }, { MSG_PEEK, "MSG_PEEK" }, { MSG_TRUNC,
		"MSG_TRUNC" }, { MSG_WAITALL, "MSG_WAITALL" }, { MSG_MORE,
		"MSG_MORE" }, { MSG_OOB, "MSG_OOB" }, { MSG_ERRQUEUE,
		"MSG_ERRQUEUE" },
	};
	const char *before = ", ";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag) {
			words_add(words, "%s%s", before, names[i].name);
			before = "|";
		}
}

void
moved(struct call *call)
{
	int is_out = call->direction > 0;

	if (call->error != 0)
		return;
	call->bytes = (uint64_t)call->result;
	/* With MSG_TRUNC the result may be more than there was room for. */
	if (call->data != NULL && call->bytes > call->asked)
		call->bytes = call->asked;
	if (call->result == 0)
		call->traits |= IS_ZERO;
	if (call->bytes < call->asked)
		call->traits |= IS_SHORT;
	else
		call->traits |= IS_FULL;
	if (call->flags & (MSG_PEEK | MSG_OOB | MSG_ERRQUEUE))
		return;
	call->has_moved = 1;
	call->offset = sock_moved(call->fd, is_out,
	    call->traits & IS_STREAM ? call->bytes : 1);
	if (!is_out && call->traits & IS_STREAM)
		note_stream(call);
	/* A stream that is told to truncate throws the bytes away. */
	if (call->data != NULL && output_settings()->bytes > 0 &&
	    !(call->flags & MSG_TRUNC && call->traits & IS_STREAM)) {
		describe_bytes(call);
		payload_add(&call->args, call);
	}
}

/* What the next read of this stream shall know. */
static void
note_stream(struct call *call)
{
	if (call->result == 0 && call->asked > 0)
		sock_mark(call->fd, SOCK_PEER_ENDED);
	if (call->traits & IS_FULL)
		sock_mark(call->fd, SOCK_WAS_FULL);
	else if (call->traits & WAS_FULL)
		sock_unmark(call->fd, SOCK_WAS_FULL);
}

void
moved_ask_many(struct call *call, unsigned count, int flags)
{
	call->flags = flags;
	call->asked = count;
	if (flags & MSG_DONTWAIT)
		call->traits |= NON_BLOCKING;
	call->describe = describe_messages;
}

static void
describe_messages(struct call *call)
{
	if (call->args.len > 0)
		return;
	words_add(&call->args, ", %zu messages", call->asked);
	add_flags(&call->args, call->flags);
}

void
moved_many(struct call *call, const struct mmsghdr *messages)
{
	if (call->error != 0)
		return;
	for (long long i = 0; i < call->result; i++)
		call->bytes += messages[i].msg_len;
	call->has_moved = 1;
	call->offset = sock_moved(call->fd, call->direction > 0,
	    call->traits & IS_STREAM ? call->bytes :
	    (uint64_t)call->result);
}
