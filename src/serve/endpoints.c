/* endpoints.c - the sockets that a server watches: opened here, or inherited.
 * See also: serve/server.h, serve/inherit.h, tests/system/activation.py */
#include "serve/endpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "net/datagram.h"
#include "serve/inherit.h"

static int adopt_inetd(struct server *, struct cause *);
static int bind_addresses(const struct server_options *, enum endpoint_kind,
    int, struct address_list *, struct cause *);
static int bind_lookup(const char *, const struct address_query *,
    struct address_list *, struct cause *);
static int endpoint_add(struct server *, enum endpoint_kind, int,
    const struct address *, struct cause *);
static int is_same_file(int, int);
static void warn_of_file(const char *);

int
endpoints_adopt(struct server *server, struct cause *cause)
{
	struct inherited sockets[INHERIT_MAX];
	int len;

	if (server->options->inetd)
		return (adopt_inetd(server, cause));
	if ((len = inherit_sockets(sockets, cause)) == -1)
		return (-1);
	server->adopted = len > 0;
	for (int i = 0; i < len; i++) {
		enum endpoint_kind kind = sockets[i].tls ? ENDPOINT_TLS :
		    sockets[i].kind == INHERIT_DATAGRAM ? ENDPOINT_UDP :
		    ENDPOINT_TCP;

		if (kind == ENDPOINT_TLS && server->tls == NULL) {
			cause_said(cause, "LISTEN_FDNAMES", N_("TLS needs a "
			    "certificate (--cert and --key)"), "tls");
			return (-1);
		}
		if (endpoint_add(server, kind, sockets[i].fd,
		    &sockets[i].addr, cause) == -1)
			return (-1);
	}
	return (0);
}

int
server_listen(struct server *server, enum endpoint_kind kind,
    listen_open *open, int port, struct cause *cause)
{
	struct address_list addrs;
	int fds[ADDRESSES_MAX];

	if (server->adopted)
		return (0);
	if (bind_addresses(server->options, kind, port, &addrs, cause) == -1 ||
	    listen_everywhere(open, &addrs, fds, cause) == -1)
		return (-1);
	for (size_t i = 0; i < addrs.len; i++)
		if (endpoint_add(server, kind, fds[i], &addrs.items[i],
		    cause) == -1) {
			while (++i < addrs.len)
				close(fds[i]);
			return (-1);
		}
	return (0);
}

void
server_announce(const struct server *server, const char *program)
{
	static const char *const kinds[] = {
		[ENDPOINT_TCP] = "tcp", [ENDPOINT_TLS] = "tls",
		[ENDPOINT_UDP] = "udp",
	};
	char text[ADDRESS_TEXT_SIZE];
	int only_here = 1;

	if (server->options->inetd)
		return;
	for (size_t i = 0; i < server->endpoints_len; i++) {
		const struct endpoint *endpoint = &server->endpoints[i];

		printf("%s: listening on %s %s\n", program,
		    kinds[endpoint->kind],
		    address_format(&endpoint->addr, text, sizeof(text)));
		only_here &= address_is_loopback(&endpoint->addr);
	}
	fflush(stdout);
	warn_of_file(server->options->tls.cert);
	warn_of_file(server->options->tls.key);
	if (only_here)
		log_line(LOG_LEVEL_EVENT, _("only this machine can connect; "
		    "--bind '*' lets others in"));
}

/* SIGHUP reads it again, as the user that --user names. */
static void
warn_of_file(const char *path)
{
	if (path != NULL && access(path, R_OK) == -1)
		log_line(LOG_LEVEL_WARNING, _("%s cannot be read any more: "
		    "SIGHUP will not renew the certificate"), path);
}

/* Descriptor 0 is a client, or a UDP socket.  Where standard output or error
 * is that same socket, what we print must not reach the client. */
static int
adopt_inetd(struct server *server, struct cause *cause)
{
	struct inherited inherited;
	int null;

	if (inherit_describe(STDIN_FILENO, &inherited, cause) == -1)
		return (-1);
	if (inherited.kind == INHERIT_LISTENER) {
		cause_said(cause, "getsockopt", N_("--inetd is for a client's "
		    "socket (nowait) or a UDP socket (wait)"), "fd 0");
		return (-1);
	}
	server->adopted = 1;
	if (is_same_file(STDIN_FILENO, STDERR_FILENO))
		log_to_syslog();
	if ((null = open("/dev/null", O_WRONLY | O_CLOEXEC)) == -1) {
		cause_errno(cause, "open", errno, "/dev/null");
		return (-1);
	}
	if (is_same_file(STDIN_FILENO, STDOUT_FILENO))
		dup2(null, STDOUT_FILENO);
	if (is_same_file(STDIN_FILENO, STDERR_FILENO))
		dup2(null, STDERR_FILENO);
	close(null);
	if (inherited.kind == INHERIT_STREAM) {
		server->inetd_client = inherited.addr;
		return (0);
	}
	if (fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) == -1) {
		cause_errno(cause, "fcntl", errno, "fd 0");
		return (-1);
	}
	return (endpoint_add(server, ENDPOINT_UDP, STDIN_FILENO,
	    &inherited.addr, cause));
}

static int
is_same_file(int a, int b)
{
	struct stat of_a, of_b;

	return (fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
	    of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino);
}

/* Takes ownership of fd, also on failure: it is closed with the server. */
static int
endpoint_add(struct server *server, enum endpoint_kind kind, int fd,
    const struct address *addr, struct cause *cause)
{
	const struct service *service = server->service;

	if ((kind == ENDPOINT_UDP && service->serve_datagram == NULL) ||
	    (kind != ENDPOINT_UDP && service->serve_client == NULL) ||
	    server->endpoints_len == ENDPOINTS_MAX) {
		cause_said(cause, "socket", server->endpoints_len ==
		    ENDPOINTS_MAX ? N_("too many addresses") :
		    N_("this server does not serve such a socket"), NULL);
		close(fd);
		return (-1);
	}
	if (kind == ENDPOINT_UDP && server->adopted &&
	    address_is_wildcard(addr))
		datagram_ask_destination(fd, addr->sa.sa_family);
	server->endpoints[server->endpoints_len++] = (struct endpoint){
	    .kind = kind, .fd = fd, .addr = *addr, .batch = 1 };
	return (mux_watch(&server->mux, fd, cause));
}

/* The addresses that --bind, FIL_BIND or the default name. */
static int
bind_addresses(const struct server_options *options, enum endpoint_kind kind,
    int port, struct address_list *addrs, struct cause *cause)
{
	const char *fallback = getenv("FIL_BIND");
	struct opt_list names = options->bind;
	struct address_query query = { .port = port,
	    .family = options->family,
	    .socktype = kind == ENDPOINT_UDP ? SOCK_DGRAM : SOCK_STREAM };

	if (names.len == 0)
		names.items[names.len++] = fallback != NULL &&
		    fallback[0] != '\0' ? fallback : "localhost";
	addrs->len = 0;
	for (size_t i = 0; i < names.len; i++) {
		const char *name = names.items[i];
		struct address_list found;

		if (bind_lookup(name, &query, &found, cause) == -1)
			return (-1);
		if (addrs->len + found.len > ADDRESSES_MAX) {
			cause_said(cause, "getaddrinfo",
			    N_("too many addresses"), name);
			return (-1);
		}
		memcpy(&addrs->items[addrs->len], found.items,
		    found.len * sizeof(found.items[0]));
		addrs->len += found.len;
	}
	return (0);
}

/* localhost is 127.0.0.1 and ::1 whatever the machine's hosts file says
 * (RFC 6761 6.3): to listen there must need no name service. */
static int
bind_lookup(const char *name, const struct address_query *query,
    struct address_list *found, struct cause *cause)
{
	struct address_list six;

	if (strcmp(name, "*") == 0)
		return (address_lookup(NULL, query, found, cause));
	if (strcmp(name, "localhost") != 0)
		return (address_lookup(name, query, found, cause));
	if (query->family == AF_INET6)
		return (address_lookup("::1", query, found, cause));
	if (address_lookup("127.0.0.1", query, found, cause) == -1)
		return (-1);
	if (query->family == AF_UNSPEC &&
	    address_lookup("::1", query, &six, cause) == 0)
		found->items[found->len++] = six.items[0];
	return (0);
}
