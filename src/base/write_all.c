/* write_all.c - write to a file what write(2) takes in pieces.
 * See also: base/write_all.h, tests/check_write_all.c */
#include "base/write_all.h"

#include <errno.h>
#include <unistd.h>

size_t
write_all(int fd, const void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)buf + done, len - done);

		if (n == -1 && errno != EINTR)
			break;
		if (n > 0)
			done += (size_t)n;
	}
	return (done);
}
