/* wipe.c - forget a secret.
 * See also: base/wipe.h, tests/check_password.c */
#define _DEFAULT_SOURCE			/* explicit_bzero */
#include "base/wipe.h"

#include "config.h"

#include <string.h>

#ifdef HAVE_EXPLICIT_BZERO
void
wipe(void *buf, size_t len)
{
	explicit_bzero(buf, len);
}
#else
void
wipe(void *buf, size_t len)
{
	volatile unsigned char *at = buf;

	while (len-- > 0)
		*at++ = 0;
}
#endif
