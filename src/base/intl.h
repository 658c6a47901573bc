/* intl.h - the marks of a text that a person reads.
 * _("...") is translated here; N_("...") is only marked, for a table whose
 * reader translates it; plural("%d byte", "%d bytes", n) is the one for n.
 * Never for the wire, file formats or "listening on".
 * See also: po/fr.po, gettext(3) */
#ifndef BASE_INTL_H
#define BASE_INTL_H

#include "config.h"

#if ENABLE_NLS
#include <libintl.h>
#define _(text)	gettext(text)
#define plural(one, many, n)	ngettext(one, many, n)
#else
#define _(text)	(text)
#define plural(one, many, n)	((n) == 1 ? (one) : (many))
#endif
#define N_(text)	text

/*
 * intl_init - take the language of the environment, for messages only
 * Numbers and dates stay in the C locale: they reach the wire and files.
 * TEXTDOMAINDIR in the environment names another folder of translations
 * (gettext.sh knows the same name).
 * Blocks: no.   Threads: call once, before any thread starts.
 */
void	intl_init(void);

#endif
