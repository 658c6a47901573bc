/* data.c - the data connection: awaited at a port, or dialled.
 * See also: tools/ftpd/data.h, tests/system/ftpd_hostile.py */
#define _GNU_SOURCE			/* accept4 */
#include "tools/ftpd/data.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/random.h"
#include "proto/ftp_address.h"
#include "tools/ftpd/session.h"

#define PORT_LEAST	1024		/* RFC 2577 3: no well-known one */
#define PORT_TRIES	256
#define LISTEN_BACKLOG	4

static int accept_socket(int, struct address *);
static int address_from_ftp(const struct ftp_address *, struct address *);
static void address_to_ftp(const struct address *, struct ftp_address *);
static int is_same_host(const struct address *, const struct address *);
static void data_dial_later(struct session *, enum ftp_address_verdict,
    const struct ftp_address *);
static int data_listen(struct session *, int *);
static int listen_once(struct address *);
static int may_set_up(struct session *);
static int open_socket(int);
static unsigned random_port(struct session *);
#if !defined(SOCK_NONBLOCK) || !defined(HAVE_ACCEPT4)
static int non_blocking(int);
#endif

void
data_init(struct data *data)
{
	data->listen_fd = data->fd = -1;
	data->to.len = 0;
	stream_init(&data->stream, -1);
}

void
data_end(struct data *data)
{
	stream_fini(&data->stream);
	if (data->fd != -1)
		close(data->fd);
	data->fd = -1;
}

void
data_close(struct data *data)
{
	data_end(data);
	if (data->listen_fd != -1)
		close(data->listen_fd);
	data_init(data);
}

void
data_pasv(struct session *session, const char *argument)
{
	const struct address *shown = &session->ftpd->passive_address;
	struct ftp_address addr;
	char text[FTP_ADDRESS_TEXT_SIZE];
	int port;

	(void)argument;
	if (!may_set_up(session))
		return;
	if (session->local.sa.sa_family != AF_INET) {
		session_reply(session, FTP_425_NO_DATA_CONNECTION,
		    "PASV knows IPv4 only: EPSV");
		return;
	}
	if (data_listen(session, &port) == -1)
		return;
	address_to_ftp(shown->len != 0 ? shown : &session->local, &addr);
	addr.port = port;
	session_reply(session, FTP_227_PASSIVE, "Entering passive mode (%s)",
	    ftp_address_format_port(&addr, text));
}

void
data_epsv(struct session *session, const char *argument)
{
	int family = session->local.sa.sa_family == AF_INET ? FTP_FAMILY_IPV4 :
	    FTP_FAMILY_IPV6;
	int port;

	if (strcmp(argument, "ALL") == 0 || strcmp(argument, "all") == 0) {
		session->epsv_all = 1;
		session_reply(session, FTP_200_OK, "EPSV and nothing else");
		return;
	}
	if (argument[0] != '\0' && (argument[0] != '0' + family ||
	    argument[1] != '\0')) {
		session_reply(session, FTP_522_BAD_FAMILY,
		    "Another network: use (%d)", family);
		return;
	}
	if (data_listen(session, &port) == -1)
		return;
	session_reply(session, FTP_229_EXTENDED_PASSIVE,
	    "Entering extended passive mode (|||%d|)", port);
}

void
data_port(struct session *session, const char *argument)
{
	struct ftp_address addr;

	if (may_set_up(session))
		data_dial_later(session,
		    ftp_address_parse_port(&addr, argument), &addr);
}

void
data_eprt(struct session *session, const char *argument)
{
	struct ftp_address addr;

	if (may_set_up(session))
		data_dial_later(session,
		    ftp_address_parse_eprt(&addr, argument), &addr);
}

int
data_start(struct session *session)
{
	struct data *data = &session->data;
	struct address from = session->local;
	int on = 1;

	if (data->listen_fd != -1)
		return (0);
	if (data->to.len == 0) {
		errno = ENOTCONN;
		return (-1);
	}
	if ((data->fd = open_socket(data->to.sa.sa_family)) == -1)
		return (-1);
	setsockopt(data->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* From the address that the client knows. */
	address_set_port(&from, 0);
	bind(data->fd, &from.sa, from.len);
	if (connect(data->fd, &data->to.sa, data->to.len) == 0) {
		data->to.len = 0;
		stream_init(&data->stream, data->fd);
	} else if (errno != EINPROGRESS)
		return (-1);
	return (0);
}

int
data_waits_on(const struct data *data, short *events)
{
	*events = data->listen_fd != -1 ? POLLIN : POLLOUT;
	if (data->listen_fd != -1)
		return (data->fd == -1 ? data->listen_fd : -1);
	return (data->to.len != 0 ? data->fd : -1);
}

int
data_continue(struct session *session)
{
	struct data *data = &session->data;
	struct address peer;
	int error = 0, fd;
	socklen_t len = sizeof(error);
	char who[ADDRESS_TEXT_SIZE];

	if (data->listen_fd == -1) {
		if (getsockopt(data->fd, SOL_SOCKET, SO_ERROR, &error, &len) ==
		    -1 || error != 0) {
			errno = error;
			return (-1);
		}
		data->to.len = 0;
		stream_init(&data->stream, data->fd);
		return (0);
	}
	if ((fd = accept_socket(data->listen_fd, &peer)) == -1)
		return (errno == EAGAIN || errno == ECONNABORTED ||
		    errno == EINTR ? 0 : -1);
	if (!is_same_host(&peer, &session->client->peer)) {
		close(fd);
		log_line(LOG_LEVEL_WARNING,
		    _("a data connection from a stranger is closed: %s"),
		    address_format(&peer, who, sizeof(who)));
		return (0);
	}
	/* Nobody else is accepted; the listener is closed with the rest, when
	 * the client no longer waits for us. */
	data->fd = fd;
	stream_init(&data->stream, fd);
	return (0);
}

/* A new command of the four replaces what an earlier one said. */
static int
may_set_up(struct session *session)
{
	if (!session->epsv_all)
		return (1);
	session_reply(session, FTP_503_BAD_SEQUENCE, "EPSV ALL was said");
	return (0);
}

static void
data_dial_later(struct session *session, enum ftp_address_verdict verdict,
    const struct ftp_address *addr)
{
	struct address to;

	if (verdict == FTP_ADDRESS_BAD_FAMILY ||
	    (verdict == FTP_ADDRESS_GOOD && (addr->family == FTP_FAMILY_IPV4) !=
	    (session->local.sa.sa_family == AF_INET)))
		session_reply(session, FTP_522_BAD_FAMILY,
		    "Another network: use (%d)",
		    session->local.sa.sa_family == AF_INET ?
		    FTP_FAMILY_IPV4 : FTP_FAMILY_IPV6);
	else if (verdict != FTP_ADDRESS_GOOD)
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "Not an address and port");
	else if (addr->port < PORT_LEAST)
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "A port below %d", PORT_LEAST);
	else if (address_from_ftp(addr, &to) == -1 ||
	    !is_same_host(&to, &session->client->peer))
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "A foreign address");
	else {
		data_close(&session->data);
		session->data.to = to;
		/* Of a link-local address only the client's own scope. */
		if (to.sa.sa_family == AF_INET6)
			session->data.to.in6.sin6_scope_id =
			    session->client->peer.in6.sin6_scope_id;
		session_reply(session, FTP_200_OK, "Understood");
	}
}

/* Listen on a random port; 0 with it, or -1 when that was replied. */
static int
data_listen(struct session *session, int *port)
{
	const struct ftpd *ftpd = session->ftpd;
	int range = ftpd->passive_last - ftpd->passive_first + 1;
	struct address addr = session->local;
	unsigned random = random_port(session);

	data_close(&session->data);
	/* Not port 0: the kernel leaves out ports in TIME_WAIT, and there may
	 * be no others after so many transfers. */
	for (int i = 0; i < range && i < PORT_TRIES; i++) {
		*port = ftpd->passive_first +
		    (int)((random + (unsigned)i) % (unsigned)range);
		address_set_port(&addr, *port);
		session->data.listen_fd = listen_once(&addr);
		if (session->data.listen_fd != -1)
			return (0);
		if (errno != EADDRINUSE && errno != EACCES)
			break;
	}
	session_reply(session, FTP_425_NO_DATA_CONNECTION, "No port is free");
	return (-1);
}

static int
listen_once(struct address *addr)
{
	int fd = open_socket(addr->sa.sa_family), on = 1, error;

	if (fd == -1)
		return (-1);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &addr->sa, addr->len) == 0 &&
	    listen(fd, LISTEN_BACKLOG) == 0)
		return (fd);
	error = errno;
	close(fd);
	errno = error;
	return (-1);
}

/* Non-blocking, in one call where there is one: a client that fetches many
 * small files waits for each of ours. */
static int
open_socket(int family)
{
#ifdef SOCK_NONBLOCK
	return (socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
#else
	return (non_blocking(socket(family, SOCK_STREAM, 0)));
#endif
}

static int
accept_socket(int listen_fd, struct address *peer)
{
	peer->len = sizeof(peer->storage);
#ifdef HAVE_ACCEPT4
	return (accept4(listen_fd, &peer->sa, &peer->len, SOCK_NONBLOCK |
	    SOCK_CLOEXEC));
#else
	return (non_blocking(accept(listen_fd, &peer->sa, &peer->len)));
#endif
}

#if !defined(SOCK_NONBLOCK) || !defined(HAVE_ACCEPT4)
static int
non_blocking(int fd)
{
	if (fd != -1) {
		fcntl(fd, F_SETFL, O_NONBLOCK);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	return (fd);
}
#endif

/* So many at once: a call for each would be one of twenty that a small file
 * costs. */
static unsigned
random_port(struct session *session)
{
	if (session->random_len == 0) {
		if (random_fill(session->random, sizeof(session->random)) ==
		    -1)
			return (0);
		session->random_len = sizeof(session->random) /
		    sizeof(session->random[0]);
	}
	return (session->random[--session->random_len]);
}

static int
is_same_host(const struct address *a, const struct address *b)
{
	struct address without = *a;

	address_set_port(&without, address_port(b));
	if (without.sa.sa_family == AF_INET6 && b->sa.sa_family == AF_INET6)
		without.in6.sin6_scope_id = b->in6.sin6_scope_id;
	return (address_equal(&without, b));
}

static int
address_from_ftp(const struct ftp_address *from, struct address *to)
{
	memset(to, 0, sizeof(*to));
	if (from->family == FTP_FAMILY_IPV4) {
		to->len = sizeof(to->in);
		to->in.sin_family = AF_INET;
		memcpy(&to->in.sin_addr, from->bytes, 4);
	} else {
		to->len = sizeof(to->in6);
		to->in6.sin6_family = AF_INET6;
		memcpy(&to->in6.sin6_addr, from->bytes, 16);
	}
	address_set_port(to, from->port);
	return (0);
}

/* IPv4 only. */
static void
address_to_ftp(const struct address *from, struct ftp_address *to)
{
	memset(to, 0, sizeof(*to));
	to->family = FTP_FAMILY_IPV4;
	memcpy(to->bytes, &from->in.sin_addr, 4);
	to->port = address_port(from);
}
