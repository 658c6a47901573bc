/* ask.c - ask a daytime server for its line.
 * See also: tools/daytime/ask.h, tests/system/daytime.py */
#include "tools/daytime/ask.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "net/address.h"
#include "net/dial.h"
#include "net/io.h"

#define UDP_TRIES	3
#define UDP_FIRST_MS	1000		/* doubles with each try */

static int fail(int, const char *, struct cause *);
static int find_line(struct ask_line *, size_t, int);
static const char *peer_of(int, char *, size_t);
static int said(int, const char *, struct cause *);
static int tcp_line(int, struct ask_line *, int64_t, struct cause *);
static int udp_line(int, struct ask_line *, int64_t, struct cause *);

int
ask_tcp(const struct ask_options *options, struct ask_line *line,
    struct cause *cause)
{
	struct address_query query = { .port = options->port,
	    .family = options->family, .socktype = SOCK_STREAM };
	char text[ADDRESS_TEXT_SIZE];
	struct address_list addrs;
	int fd, result;

	if (address_lookup(options->host, &query, &addrs, cause) == -1 ||
	    (fd = tcp_dial(&addrs, options->timeout_ms, cause)) == -1)
		return (-1);
	log_line(LOG_LEVEL_DETAIL, _("connected to %s"),
	    peer_of(fd, text, sizeof(text)));
	result = tcp_line(fd, line, clock_deadline(options->timeout_ms),
	    cause);
	close(fd);
	return (result);
}

int
ask_udp(const struct ask_options *options, struct ask_line *line,
    struct cause *cause)
{
	struct address_query query = { .port = options->port,
	    .family = options->family, .socktype = SOCK_DGRAM };
	int64_t deadline = clock_deadline(options->timeout_ms);
	struct address_list addrs;
	struct cause each;
	int result = -1;

	if (address_lookup(options->host, &query, &addrs, cause) == -1)
		return (-1);
	cause->kind = CAUSE_NONE;
	for (size_t i = 0; i < addrs.len && result == -1; i++) {
		int fd = udp_dial(&addrs.items[i], &each);

		if (fd != -1) {
			result = udp_line(fd, line, deadline, &each);
			close(fd);
		}
		/* The first cause is the one that is told: net/dial.h. */
		if (cause->kind == CAUSE_NONE || cause->error == ENETUNREACH)
			*cause = each;
	}
	return (result);
}

/* TCP may bring the line in pieces, and keeps it open for more. */
static int
tcp_line(int fd, struct ask_line *line, int64_t deadline, struct cause *cause)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = recv_within(fd, line->bytes + len, ASK_LINE_SIZE - len,
		    deadline);
		if (n == -1)
			return (fail(fd, "recv", cause));
		len += (size_t)n;
		if (find_line(line, len, n == 0))
			return (0);
	} while (n > 0 && len < ASK_LINE_SIZE);
	return (said(fd, n == 0 ? N_("the server closed without a line") :
	    N_("the line is too long"), cause));
}

/* A connected socket: only the server's datagrams arrive, and a port on which
 * nobody listens is an error at once. */
static int
udp_line(int fd, struct ask_line *line, int64_t deadline, struct cause *cause)
{
	int64_t wait_ms = UDP_FIRST_MS;

	for (int try = 1; try <= UDP_TRIES; try++, wait_ms *= 2) {
		int64_t patience = clock_deadline(wait_ms);
		ssize_t n;

		log_line(LOG_LEVEL_DETAIL, _("try %d of %d"), try, UDP_TRIES);
		if (send(fd, "", 0, MSG_NOSIGNAL) == -1)
			return (fail(fd, "send", cause));
		n = recv_within(fd, line->bytes, ASK_LINE_SIZE,
		    patience < deadline ? patience : deadline);
		if (n >= 0 && find_line(line, (size_t)n, 1))
			return (0);
		if (n >= 0)
			return (said(fd, n == ASK_LINE_SIZE ?
			    N_("the line is too long") :
			    N_("the answer holds no line"), cause));
		if (errno != ETIMEDOUT || clock_poll_ms(deadline) == 0)
			break;
	}
	return (fail(fd, "recv", cause));
}

/* The first line that is not empty; where the bytes end it may lack its end,
 * but not be longer than a line. */
static int
find_line(struct ask_line *line, size_t len, int at_end)
{
	const char *newline;
	size_t begin = 0;

	while (begin < len && (line->bytes[begin] == '\r' ||
	    line->bytes[begin] == '\n'))
		begin++;
	newline = memchr(line->bytes + begin, '\n', len - begin);
	if (newline == NULL && (!at_end || len == ASK_LINE_SIZE))
		return (0);
	if (newline != NULL)
		len = (size_t)(newline - line->bytes);
	if (len > begin && line->bytes[len - 1] == '\r')
		len--;
	line->begin = begin;
	line->len = len - begin;
	return (line->len > 0);
}

static int
fail(int fd, const char *primitive, struct cause *cause)
{
	char text[ADDRESS_TEXT_SIZE];
	int error = errno;

	cause_errno(cause, primitive, error,
	    peer_of(fd, text, sizeof(text)));
	return (-1);
}

static int
said(int fd, const char *what, struct cause *cause)
{
	char text[ADDRESS_TEXT_SIZE];

	cause_said(cause, "recv", what, peer_of(fd, text, sizeof(text)));
	return (-1);
}

static const char *
peer_of(int fd, char *text, size_t size)
{
	struct address peer = { .len = sizeof(peer.storage) };

	if (getpeername(fd, &peer.sa, &peer.len) == -1)
		return ("");
	return (address_format(&peer, text, size));
}
