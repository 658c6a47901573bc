/* catalogue.h - sentences in another language, without gettext's locks.
 * gettext allocates and locks, and it asks for a locale that the program may
 * not have set; so the launcher, which has, names the file of translations, and
 * the library looks into it by itself.  Ref: GNU gettext, "MO Files".
 * See also: po/fr.po */
#ifndef EXPLAIN_CATALOGUE_H
#define EXPLAIN_CATALOGUE_H

#include <stddef.h>

/* Marks a text for xgettext. */
#define N_(text)	text

/*
 * catalogue_open - use the translations of a .mo file
 * One that is not of that form, or damaged, is not used.
 * Blocks: for the file.   Threads: before any starts.
 */
void	catalogue_open(const char *path);

/*
 * catalogue_use - use the translations of such a file that is in memory
 *   file, size   stay as they are, if they are used
 * Returns 1 if they are, else 0: it is not of that form.
 * Blocks: no.   Threads: before any starts.
 */
int	catalogue_use(const char *file, size_t size);

/*
 * _ - a text in the reader's language
 * Returns the text itself if it has no translation.
 * Blocks: no.   Threads: safe.   Signal handlers: safe.
 */
const char *catalogue_text(const char *text);
#define _(text)		catalogue_text(text)

#endif
