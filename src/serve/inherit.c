/* inherit.c - sockets that a supervisor opened and handed over.
 * See also: serve/inherit.h, tests/system/activation.py */
#include "serve/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/num.h"

static uint64_t env_number(const char *);
static int inherit_fail(const char *, int, struct cause *);
static int inherit_one(int, struct inherited *, struct cause *);
static int name_is_tls(const char *, int);

int
inherit_sockets(struct inherited sockets[INHERIT_MAX], struct cause *cause)
{
	uint64_t pid = env_number("LISTEN_PID");
	uint64_t len = env_number("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");

	if (pid != (uint64_t)getpid() || len == 0)
		return (0);
	if (len > INHERIT_MAX) {
		cause_said(cause, "LISTEN_FDS", N_("too many sockets"), NULL);
		return (-1);
	}
	for (int i = 0; i < (int)len; i++) {
		if (inherit_one(INHERIT_FIRST_FD + i, &sockets[i],
		    cause) == -1)
			return (-1);
		sockets[i].tls = name_is_tls(names, i);
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return ((int)len);
}

int
inherit_describe(int fd, struct inherited *inherited, struct cause *cause)
{
	socklen_t len = sizeof(int);
	int type, accepts = 0;

	*inherited = (struct inherited){ .fd = fd,
	    .addr.len = sizeof(inherited->addr.storage) };
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1)
		return (inherit_fail("getsockopt", fd, cause));
	if (type == SOCK_STREAM) {
		getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len);
		inherited->kind = accepts ? INHERIT_LISTENER : INHERIT_STREAM;
	} else if (type == SOCK_DGRAM)
		inherited->kind = INHERIT_DATAGRAM;
	else {
		errno = EPROTOTYPE;
		return (inherit_fail("getsockopt", fd, cause));
	}
	if (inherited->kind == INHERIT_STREAM) {
		if (getpeername(fd, &inherited->addr.sa,
		    &inherited->addr.len) == -1)
			return (inherit_fail("getpeername", fd, cause));
	} else if (getsockname(fd, &inherited->addr.sa,
	    &inherited->addr.len) == -1)
		return (inherit_fail("getsockname", fd, cause));
	if (inherited->addr.sa.sa_family != AF_INET &&
	    inherited->addr.sa.sa_family != AF_INET6) {
		errno = EAFNOSUPPORT;
		return (inherit_fail("getsockname", fd, cause));
	}
	return (0);
}

/* One that is to be watched by select. */
static int
inherit_one(int fd, struct inherited *inherited, struct cause *cause)
{
	if (inherit_describe(fd, inherited, cause) == -1)
		return (-1);
	if (inherited->kind == INHERIT_STREAM) {
		errno = EISCONN;
		return (inherit_fail("listen", fd, cause));
	}
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		return (inherit_fail("fcntl", fd, cause));
	return (0);
}

/* The nth of the names between colons. */
static int
name_is_tls(const char *names, int n)
{
	for (; names != NULL && n > 0; n--) {
		names = strchr(names, ':');
		if (names != NULL)
			names++;
	}
	return (names != NULL && strcspn(names, ":") == 3 &&
	    memcmp(names, "tls", 3) == 0);
}

/* 0 if the variable is not set, or no number. */
static uint64_t
env_number(const char *name)
{
	const char *text = getenv(name);
	uint64_t number;

	if (text == NULL ||
	    num_parse(text, strlen(text), INT32_MAX, &number) == -1)
		return (0);
	return (number);
}

static int
inherit_fail(const char *primitive, int fd, struct cause *cause)
{
	char text[32];

	snprintf(text, sizeof(text), "fd %d", fd);
	cause_errno(cause, primitive, errno, text);
	return (-1);
}
