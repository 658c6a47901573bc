/* random.c - bytes that nobody can foresee.
 * See also: base/random.h, tests/check_random.c */
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "config.h"

#ifdef HAVE_GETRANDOM
#include <sys/random.h>
#endif

static ssize_t random_read(void *, size_t);

int
random_fill(void *buf, size_t len)
{
	char *at = buf;

	while (len > 0) {
		ssize_t n = random_read(at, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		at += n;
		len -= (size_t)n;
	}
	return (0);
}

#ifdef HAVE_GETRANDOM
static ssize_t
random_read(void *buf, size_t len)
{
	return (getrandom(buf, len, 0));
}
#else
static ssize_t
random_read(void *buf, size_t len)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return (-1);
	n = read(fd, buf, len);
	close(fd);
	if (n == 0) {
		errno = EIO;
		return (-1);
	}
	return (n);
}
#endif
