/* standard.c - descriptors 0, 1 and 2 are what every program takes them for.
 * See also: base/standard.h */
#include "base/standard.h"

#include <fcntl.h>
#include <unistd.h>

/* open gives the lowest number that is free. */
void
standard_hold(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			open("/dev/null", O_RDONLY);
}
