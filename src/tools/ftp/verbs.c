/* verbs.c - what can be typed: a table.
 * See also: tools/ftp/verbs.h */
#include "tools/ftp/verbs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "tools/ftp/words.h"

static int has_secret(const struct verb *, const struct orders *);
static int is_ready(const struct ftp *, const struct verb *);
static enum outcome run_shell(const char *);
static enum outcome run_verb(struct ftp *, const struct verb *,
    const struct orders *);
static enum outcome verb_shell(struct ftp *, const struct orders *);

static const struct verb verbs[] = {
	{ "open", N_("[USER@]HOST [PORT]"), N_("connect to a server"), 1, 2,
	    "-", VERB_ALONE, verb_open },
	{ "user", N_("NAME [PASSWORD]"), N_("log in"), 1, 2, "-",
	    VERB_CONNECTED, verb_user },
	{ "close", "", N_("leave the server"), 0, 0, "", VERB_ALONE,
	    verb_close },
	{ "bye", "", NULL, 0, 0, "", VERB_ALONE, verb_quit },
	{ "exit", "", NULL, 0, 0, "", VERB_ALONE, verb_quit },
	{ "quit", "", N_("leave the server and the program"), 0, 0, "",
	    VERB_ALONE, verb_quit },

	{ "pwd", "", N_("where we are"), 0, 0, "", VERB_LOGGED_IN, verb_pwd },
	{ "cd", N_("[DIR]"), N_("go to a folder"), 0, 1, "r", VERB_LOGGED_IN,
	    verb_cd },
	{ "cdup", "", N_("go to the folder above"), 0, 0, "", VERB_LOGGED_IN,
	    verb_cdup },
	{ "ls", N_("[PATH]"), N_("the names in a folder"), 0, 1, "r",
	    VERB_LOGGED_IN, verb_ls },
	{ "dir", N_("[PATH]"), N_("names, sizes, times"), 0, 1, "r",
	    VERB_LOGGED_IN, verb_dir },
	{ "nlist", N_("[PATH]"), N_("the names as NLST tells them"), 0, 1,
	    "r", VERB_LOGGED_IN, verb_nlist },
	{ "lpwd", "", N_("where we are on this machine"), 0, 0, "",
	    VERB_ALONE, verb_lpwd },
	{ "lcd", N_("[DIR]"), N_("go to a folder of this machine"), 0, 1, "l",
	    VERB_ALONE, verb_lcd },

	{ "get", N_("FILE [LOCAL]"), N_("fetch a file"), 1, 2, "rl",
	    VERB_LOGGED_IN, verb_get },
	{ "put", N_("LOCAL [FILE]"), N_("send a file"), 1, 2, "lr",
	    VERB_LOGGED_IN, verb_put },
	{ "append", N_("LOCAL [FILE]"), N_("add to a file"), 1, 2, "lr",
	    VERB_LOGGED_IN, verb_append },
	{ "mget", N_("PATTERN..."), N_("fetch several files"), 1, WORDS_MAX,
	    "r", VERB_LOGGED_IN, verb_mget },
	{ "mput", N_("PATTERN..."), N_("send several files"), 1, WORDS_MAX,
	    "l", VERB_LOGGED_IN, verb_mput },
	{ "reget", N_("FILE [LOCAL]"), N_("fetch the rest of a file"), 1, 2,
	    "rl", VERB_LOGGED_IN, verb_reget },
	{ "reput", N_("LOCAL [FILE]"), N_("send the rest of a file"), 1, 2,
	    "lr", VERB_LOGGED_IN, verb_reput },
	{ "mirror", N_("[-R] [--dry-run] REMOTE LOCAL"),
	    N_("make a folder as the other one (-R: the server's)"), 2, 4,
	    "rl", VERB_LOGGED_IN, verb_mirror },
	{ "pget", N_("[-n N] FILE [LOCAL]"), N_("fetch N pieces at a time"),
	    1, 4, "rl", VERB_LOGGED_IN, verb_pget },
	{ "cat", N_("FILE"), N_("show a file"), 1, 1, "r", VERB_LOGGED_IN,
	    verb_cat },

	{ "delete", N_("FILE"), N_("remove a file"), 1, 1, "r",
	    VERB_LOGGED_IN, verb_delete },
	{ "mdelete", N_("PATTERN..."), N_("remove several files"), 1,
	    WORDS_MAX, "r", VERB_LOGGED_IN, verb_mdelete },
	{ "mkdir", N_("DIR"), N_("make a folder"), 1, 1, "r", VERB_LOGGED_IN,
	    verb_mkdir },
	{ "rmdir", N_("DIR"), N_("remove an empty folder"), 1, 1, "r",
	    VERB_LOGGED_IN, verb_rmdir },
	{ "rename", N_("FROM TO"), N_("give a file another name"), 2, 2, "r",
	    VERB_LOGGED_IN, verb_rename },
	{ "size", N_("FILE"), N_("its bytes"), 1, 1, "r", VERB_LOGGED_IN,
	    verb_size },
	{ "modtime", N_("FILE"), N_("when it was changed last"), 1, 1, "r",
	    VERB_LOGGED_IN, verb_modtime },

	{ "binary", "", N_("files as they are (the default)"), 0, 0, "",
	    VERB_ALONE, verb_binary },
	{ "ascii", "", N_("files as text: their line ends change"), 0, 0, "",
	    VERB_ALONE, verb_ascii },
	{ "passive", "", N_("we open data connections (the default)"), 0, 0,
	    "", VERB_ALONE, verb_passive },
	{ "active", "", N_("the server opens them"), 0, 0, "", VERB_ALONE,
	    verb_active },
	{ "status", "", N_("how all this is set"), 0, 0, "", VERB_ALONE,
	    verb_status },
	{ "stat", N_("[PATH]"), N_("what the server says to STAT"), 0, 1, "r",
	    VERB_CONNECTED, verb_stat },
	{ "quote", N_("COMMAND [WORD...]"), N_("send a command as it is"), 1,
	    WORDS_MAX, "-", VERB_CONNECTED, verb_quote },
	{ "site", N_("WORD..."), N_("send a command of this server's own"), 1,
	    WORDS_MAX, "-", VERB_CONNECTED, verb_site },
	{ "feat", "", N_("what the server can do"), 0, 0, "", VERB_CONNECTED,
	    verb_feat },

	{ "help", N_("[VERB]"), N_("this list"), 0, 1, "v", VERB_ALONE,
	    verb_help },
	{ "!", N_("[COMMAND]"), N_("a command of this machine"), 0, 0, "",
	    VERB_ALONE, verb_shell },
	{ "prompt", "", N_("ask before each file of several, or do not"), 0,
	    0, "", VERB_ALONE, verb_prompt },
	{ "hash", "", N_("show a # for each 64 KiB, or do not"), 0, 0, "",
	    VERB_ALONE, verb_hash },
	{ "verbose", "", N_("show each command and reply, or do not"), 0, 0,
	    "", VERB_ALONE, verb_verbose },
};

#define VERBS	(sizeof(verbs) / sizeof(verbs[0]))

const struct verb *
verbs_find(const char *name)
{
	const struct verb *found = NULL;
	size_t len = strlen(name);

	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return (&verbs[i]);
		if (len == 0 || strncmp(verbs[i].name, name, len) != 0)
			continue;
		if (found != NULL && found->run != verbs[i].run)
			len = 0;	/* several: the whole name, or none */
		found = &verbs[i];
	}
	return (len > 0 ? found : NULL);
}

const struct verb *
verbs_at(size_t i)
{
	return (i < VERBS ? &verbs[i] : NULL);
}

enum outcome
verbs_obey(struct ftp *ftp, char *line)
{
	char *words[WORDS_MAX + 1], safe[128];
	struct orders orders = { .words = words };
	const struct verb *verb;
	enum words_verdict verdict;

	line += strspn(line, " \t");
	if (line[0] == '!')
		return (run_shell(line + 1));
	verdict = words_split(line, words, &orders.count);
	if (verdict != WORDS_GOOD) {
		log_line(LOG_LEVEL_ERROR, verdict == WORDS_TOO_MANY ?
		    _("too many words") : _("a quote is not closed"));
		return (OUTCOME_HERE);
	}
	if (orders.count == 0 || words[0][0] == '#')
		return (OUTCOME_DONE);
	if ((verb = verbs_find(words[0])) == NULL) {
		text_safe(safe, sizeof(safe), words[0], strlen(words[0]),
		    TEXT_ONE_LINE);
		log_line(LOG_LEVEL_ERROR, _("%s: no such command, or several: "
		    "help lists them"), safe);
		return (OUTCOME_HERE);
	}
	words[0] = (char *)verb->name;
	if (has_secret(verb, &orders))
		prompt_forget(ftp->prompt);
	if (orders.count - 1 < verb->least || orders.count - 1 > verb->most)
		return (verbs_misuse(&orders));
	if (!is_ready(ftp, verb))
		return (OUTCOME_HERE);
	return (run_verb(ftp, verb, &orders));
}

enum outcome
verbs_misuse(const struct orders *orders)
{
	const struct verb *verb = verbs_find(orders->words[0]);

	log_line(LOG_LEVEL_ERROR, _("this is typed: %s %s"), verb->name,
	    verb->operands[0] != '\0' ? _(verb->operands) : "");
	return (OUTCOME_HERE);
}

/* Ctrl-C ends what the server is asked for, and leaves the session; twice, or
 * where only a connection is begun, or a password typed, it ends the program.
 */
static enum outcome
run_verb(struct ftp *ftp, const struct verb *verb,
    const struct orders *orders)
{
	int holds = verb->needs == VERB_LOGGED_IN;
	enum outcome outcome;

	if (holds)
		interrupt_hold(&ftp->interrupt);
	outcome = verb->run(ftp, orders);
	if (!holds)
		return (outcome);
	interrupt_release(&ftp->interrupt);
	/* By now nothing is left behind. */
	if (interrupt_came_twice(&ftp->interrupt))
		interrupt_obey(&ftp->interrupt);
	return (outcome);
}

/* Of a line that begins otherwise, such as one in quotes. */
static enum outcome
verb_shell(struct ftp *ftp, const struct orders *orders)
{
	(void)ftp;
	return (verbs_misuse(orders));
}

/* Whoever presses the arrow keys later must not find a password. */
static int
has_secret(const struct verb *verb, const struct orders *orders)
{
	return ((verb->run == verb_user && orders->count > 2) ||
	    (verb->run == verb_quote && orders->count > 1 &&
	    strncasecmp(orders->words[1], "PASS", 4) == 0));
}

static int
is_ready(const struct ftp *ftp, const struct verb *verb)
{
	if (verb->needs >= VERB_CONNECTED && !ftp->session.is_open) {
		log_line(LOG_LEVEL_ERROR, _("not connected: open HOST [PORT]"));
		return (0);
	}
	if (verb->needs >= VERB_LOGGED_IN && !ftp->session.is_logged_in) {
		log_line(LOG_LEVEL_ERROR, _("not logged in: user NAME"));
		return (0);
	}
	return (1);
}

/* The one way to a shell, and what is typed goes there as it is: no name of a
 * file, theirs or ours, ever does. */
static enum outcome
run_shell(const char *command)
{
	const char *shell = getenv("SHELL");
	int status;

	fflush(stdout);
	command += strspn(command, " \t");
	if (command[0] == '\0')
		command = shell != NULL && shell[0] != '\0' ?
		    "exec \"$SHELL\"" : "exec sh";
	/* Ours ignores it; whoever writes into a pipe relies on it. */
	signal(SIGPIPE, SIG_DFL);
	status = system(command);
	signal(SIGPIPE, SIG_IGN);
	if (status == -1)
		log_line(LOG_LEVEL_ERROR, "system: %s", strerror(errno));
	return (status == 0 ? OUTCOME_DONE : OUTCOME_HERE);
}
