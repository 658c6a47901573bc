/* verbs_local.c - what needs no server.
 * See also: tools/ftp/verbs.h */
#include "tools/ftp/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"

#define HELP_COLUMN	26

static enum outcome failed(const char *, const char *);
static void print_help(const struct verb *);

enum outcome
verb_lcd(struct ftp *ftp, const struct orders *orders)
{
	const char *home = getenv("HOME");
	const char *path = orders->count > 1 ? orders->words[1] :
	    home != NULL ? home : "/";

	(void)ftp;
	return (chdir(path) == 0 ? OUTCOME_DONE : failed("chdir", path));
}

enum outcome
verb_lpwd(struct ftp *ftp, const struct orders *orders)
{
	char path[4096];

	(void)ftp;
	(void)orders;
	if (getcwd(path, sizeof(path)) == NULL)
		return (failed("getcwd", NULL));
	printf("%s\n", path);
	return (OUTCOME_DONE);
}

enum outcome
verb_prompt(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->asks = !ftp->asks;
	if (ftp->is_person)
		printf("%s\n", ftp->asks ?
		    _("Each file of several is asked for.") :
		    _("No file is asked for."));
	return (OUTCOME_DONE);
}

enum outcome
verb_hash(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->hash = !ftp->hash;
	return (OUTCOME_DONE);
}

enum outcome
verb_verbose(struct ftp *ftp, const struct orders *orders)
{
	(void)orders;
	ftp->log_level = ftp->log_level != LOG_LEVEL_DETAIL ?
	    LOG_LEVEL_DETAIL : LOG_LEVEL_EVENT;
	log_open("fil-ftp", (enum log_level)ftp->log_level,
	    (enum log_color)ftp->options->color);
	return (OUTCOME_DONE);
}

enum outcome
verb_help(struct ftp *ftp, const struct orders *orders)
{
	const struct verb *verb;

	(void)ftp;
	if (orders->count > 1) {
		if ((verb = verbs_find(orders->words[1])) == NULL)
			return (verbs_misuse(orders));
		print_help(verb);
		return (OUTCOME_DONE);
	}
	for (size_t i = 0; (verb = verbs_at(i)) != NULL; i++)
		print_help(verb);
	return (OUTCOME_DONE);
}

static void
print_help(const struct verb *verb)
{
	const char *operands = verb->operands[0] != '\0' ?
	    _(verb->operands) : "";
	size_t used = strlen(verb->name) + 1 + text_columns(operands);

	if (verb->help == NULL)
		return;
	printf("%s %s", verb->name, operands);
	/* What is too long for its column has its line alone. */
	if (used >= HELP_COLUMN) {
		putchar('\n');
		used = 0;
	}
	printf("%*s%s\n", (int)(HELP_COLUMN - used), "", _(verb->help));
}

static enum outcome
failed(const char *primitive, const char *object)
{
	struct cause cause;

	cause_errno(&cause, primitive, errno, object);
	log_cause(_("this machine:"), &cause);
	return (OUTCOME_HERE);
}
