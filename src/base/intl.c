/* intl.c - the language of the messages.
 * See also: base/intl.h, setlocale(3), bindtextdomain(3) */
#include "base/intl.h"

#include <locale.h>
#include <stdlib.h>

void
intl_init(void)
{
	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
#if ENABLE_NLS
	const char *dir = getenv("TEXTDOMAINDIR");

	bindtextdomain(PACKAGE, dir != NULL ? dir : LOCALEDIR);
	/* Our texts are UTF-8 wherever they go: a pipe has no character set. */
	bind_textdomain_codeset(PACKAGE, "UTF-8");
	textdomain(PACKAGE);
#endif
}
