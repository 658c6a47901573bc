/* mux.c - one select() over listeners, UDP sockets and the wake pipe.
 * See also: net/mux.h, tests/check_mux.c */
#include "net/mux.h"

#include <errno.h>
#include <stdio.h>
#include <sys/time.h>

#include "base/clock.h"

static int shorten_for_sanitizer(int);

void
mux_init(struct mux *mux)
{
	FD_ZERO(&mux->watched);
	mux->max_fd = -1;
}

int
mux_watch(struct mux *mux, int fd, struct cause *cause)
{
	char text[32];

	if (fd < 0 || fd >= FD_SETSIZE) {
		snprintf(text, sizeof(text), "fd %d", fd);
		cause_errno(cause, "select", EMFILE, text);
		return (-1);
	}
	FD_SET(fd, &mux->watched);
	if (fd > mux->max_fd)
		mux->max_fd = fd;
	return (0);
}

void
mux_ignore(struct mux *mux, int fd)
{
	FD_CLR(fd, &mux->watched);
}

int
mux_wait(const struct mux *mux, fd_set *ready, int64_t deadline)
{
	int left_ms = shorten_for_sanitizer(clock_poll_ms(deadline));
	struct timeval left = { .tv_sec = left_ms / 1000,
	    .tv_usec = left_ms % 1000 * 1000 };
	int n;

	/* select changes the set it is given: it gets a copy. */
	*ready = mux->watched;
	n = select(mux->max_fd + 1, ready, NULL, NULL,
	    left_ms == -1 ? NULL : &left);
	if (n <= 0)
		FD_ZERO(ready);
	return (n == -1 && errno == EINTR ? 0 : n);
}

/* ThreadSanitizer puts a signal's handler off to the next call that it knows,
 * and select is none: a signal just before it would be missed.  Under it, and
 * nowhere else, the wait ends now and then, as after a signal. */
static int
shorten_for_sanitizer(int left_ms)
{
#ifdef __SANITIZE_THREAD__
	if (left_ms == -1 || left_ms > 500)
		return (500);
#endif
	return (left_ms);
}
