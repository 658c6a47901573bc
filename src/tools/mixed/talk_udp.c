/* talk_udp.c - a session's datagrams: messages out with the token, events in.
 * See also: tools/mixed/talk_udp.h */
#include "tools/mixed/talk_udp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "tools/mixed/requests.h"

#define DATAGRAM_SIZE	65536		/* more than any */


int
talk_udp_open(struct talk *talk, struct cause *cause)
{
	struct address local = { .len = sizeof(local.storage) };
	struct address server = talk->peer;
	int fd;

	if (talk->udp_fd != -1)
		return (0);
	if (getsockname(talk->stream.fd, &local.sa, &local.len) == -1)
		return (address_fail(-1, "getsockname", &talk->peer, cause));
	address_set_port(&local, 0);
	address_set_port(&server, talk->options->udp_port);
	if ((fd = socket(local.sa.sa_family, SOCK_DGRAM, 0)) == -1)
		return (address_fail(fd, "socket", &local, cause));
	if (fd >= FD_SETSIZE) {
		errno = EMFILE;
		return (address_fail(fd, "select", &local, cause));
	}
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return (address_fail(fd, "fcntl", &local, cause));
	if (bind(fd, &local.sa, local.len) == -1)
		return (address_fail(fd, "bind", &local, cause));
	if (connect(fd, &server.sa, server.len) == -1)
		return (address_fail(fd, "connect", &server, cause));
	talk->udp_fd = fd;
	return (0);
}

int
talk_udp_port(const struct talk *talk)
{
	struct address local = { .len = sizeof(local.storage) };

	if (getsockname(talk->udp_fd, &local.sa, &local.len) == -1)
		return (0);
	return (address_port(&local));
}

int
talk_udp_send(struct talk *talk, const char *datagram, size_t len,
    struct cause *cause)
{
	struct address server = talk->peer;

	address_set_port(&server, talk->options->udp_port);
	if (send(talk->udp_fd, datagram, len, 0) == -1)
		return (address_fail(-1, "send", &server, cause));
	return (0);
}

/* A port on which nobody listens is told by an error of recv. */
void
talk_udp_hear(struct talk *talk)
{
	char datagram[DATAGRAM_SIZE];
	struct address server = talk->peer;
	struct cause cause;
	ssize_t n = recv(talk->udp_fd, datagram, sizeof(datagram),
	    MSG_DONTWAIT);

	if (n > 0)
		request_take(talk, datagram, (size_t)n, 1);
	if (n >= 0 || errno == EAGAIN || errno == EWOULDBLOCK ||
	    errno == EINTR)
		return;
	address_set_port(&server, talk->options->udp_port);
	address_fail(-1, "recv", &server, &cause);
	screen_log(&talk->screen);
	log_cause(_("over UDP:"), &cause);
	talk->refused = 1;
	if (talk->waiting.verb != NULL &&
	    (talk->waiting.verb->flags & VERB_BY_UDP) != 0)
		request_forget(talk);
}
