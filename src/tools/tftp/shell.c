/* shell.c - fil-tftp without a command: lines, as of the classic client.
 * See also: tools/tftp/shell.h, tests/system/tftp_shell.py */
#include "tools/tftp/shell.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"
#include "client/prompt.h"

#define WORDS_MAX	8
#define LINE_SIZE	(PROMPT_LINE_MAX + 1)

struct shell {
	struct tftp_client *client;
	char		 line[LINE_SIZE];	/* cut into words */
	char		*words[WORDS_MAX];
	size_t		 words_len;
	int		 leaving;
	int		 failed;		/* any transfer */
};

/* What can be typed; the first letters are enough. */
struct verb {
	const char	*name;
	const char	*operands;
	size_t		 least, most;	/* how many of them */
	void		(*obey)(struct shell *);
	const char	*help;
};

static void do_ascii(struct shell *);
static void do_binary(struct shell *);
static void do_blksize(struct shell *);
static void do_connect(struct shell *);
static void do_get(struct shell *);
static void do_help(struct shell *);
static void do_mode(struct shell *);
static void do_put(struct shell *);
static void do_quit(struct shell *);
static void do_status(struct shell *);
static void do_timeout(struct shell *);
static void do_trace(struct shell *);
static void do_verbose(struct shell *);
static void do_window(struct shell *);
static const struct verb *find_verb(const char *);
static void obey(struct shell *, const char *, size_t);
static void run_transfer(struct shell *, enum tftp_opcode);
static int set_number(struct shell *, int64_t *, uint64_t, uint64_t);
static void split(struct shell *, const char *, size_t);
static void tell_mistake(const struct verb *);
static enum prompt_wait wait_for_line(void *, int, const sigset_t *);
static const char *word_of(void *, const char *, size_t);

static const struct verb verbs[] = {
	{ "connect", "HOST [PORT]", 1, 2, do_connect,
	    N_("the server to ask") },
	{ "mode", "octet|netascii", 0, 1, do_mode,
	    N_("bytes as they are, or text") },
	{ "binary", "", 0, 0, do_binary, N_("mode octet") },
	{ "ascii", "", 0, 0, do_ascii, N_("mode netascii") },
	{ "get", "FILE [AS]", 1, 2, do_get, N_("fetch a file") },
	{ "put", "FILE [AS]", 1, 2, do_put, N_("send a file") },
	{ "blksize", "N", 1, 1, do_blksize,
	    N_("bytes a block (0: what fits the path)") },
	{ "window", "N", 1, 1, do_window, N_("blocks on their way at once") },
	{ "timeout", "S", 1, 1, do_timeout,
	    N_("seconds of silence to give up after (0: never)") },
	{ "verbose", "", 0, 0, do_verbose, N_("tell more, or less again") },
	{ "trace", "", 0, 0, do_trace, N_("show every packet, or none") },
	{ "status", "", 0, 0, do_status, N_("what is set") },
	{ "quit", "", 0, 0, do_quit, N_("leave") },
	{ "help", "", 0, 0, do_help, N_("show this list") },
	{ "?", "", 0, 0, do_help, NULL },
};

#define VERBS_LEN	(sizeof(verbs) / sizeof(verbs[0]))

int
shell_run(struct tftp_client *client, int plain)
{
	static struct shell shell;
	const struct prompt_caller caller = { .wait = wait_for_line,
	    .word = word_of, .context = &shell };
	struct cause cause;
	struct prompt *prompt = prompt_open(&caller, plain, &cause);
	enum prompt_result result;
	const char *line;
	size_t len;

	if (prompt == NULL) {
		log_cause(_("nothing can be typed:"), &cause);
		return (1);
	}
	shell.client = client;
	prompt_set_label(prompt, "tftp> ");
	while (!shell.leaving) {
		result = prompt_read(prompt, &line, &len);
		if (result == PROMPT_TOO_LONG)
			log_line(LOG_LEVEL_ERROR, _("the line is too long"));
		else if (result != PROMPT_LINE)
			break;
		else
			obey(&shell, line, len);
	}
	prompt_close(prompt);
	interrupt_obey(&client->interrupt);
	return (shell.failed ? 1 : 0);
}

static enum prompt_wait
wait_for_line(void *context, int fd, const sigset_t *signals)
{
	fd_set readable;

	(void)context;
	FD_ZERO(&readable);
	FD_SET(fd, &readable);
	if (pselect(fd + 1, &readable, NULL, NULL, NULL, signals) == -1)
		return (errno == EINTR ? PROMPT_AGAIN : PROMPT_LEAVE);
	return (PROMPT_READ);
}

/* A verb, at the beginning of a line only. */
static const char *
word_of(void *context, const char *before, size_t i)
{
	(void)context;
	if (before[strspn(before, " \t")] != '\0' || i >= VERBS_LEN - 1)
		return (NULL);
	return (verbs[i].name);
}

static void
obey(struct shell *shell, const char *line, size_t len)
{
	const struct verb *verb;
	char safe[64];

	split(shell, line, len);
	if (shell->words_len == 0)
		return;
	verb = find_verb(shell->words[0]);
	if (verb == NULL) {
		text_safe(safe, sizeof(safe), shell->words[0],
		    strlen(shell->words[0]), TEXT_ONE_LINE);
		log_line(LOG_LEVEL_ERROR, _("%s: no such command; see help"),
		    safe);
		shell->failed = 1;
	} else if (shell->words_len - 1 < verb->least ||
	    shell->words_len - 1 > verb->most) {
		tell_mistake(verb);
		shell->failed = 1;
	} else
		verb->obey(shell);
}

static void
split(struct shell *shell, const char *line, size_t len)
{
	char *rest;

	len = len < LINE_SIZE - 1 ? len : LINE_SIZE - 1;
	memcpy(shell->line, line, len);
	shell->line[len] = '\0';
	shell->words_len = 0;
	for (char *word = strtok_r(shell->line, " \t\r", &rest);
	    word != NULL && shell->words_len < WORDS_MAX;
	    word = strtok_r(NULL, " \t\r", &rest))
		shell->words[shell->words_len++] = word;
}

/* The first that begins so: of two, the one that stands first in the table. */
static const struct verb *
find_verb(const char *word)
{
	for (size_t i = 0; i < VERBS_LEN; i++)
		if (strncmp(verbs[i].name, word, strlen(word)) == 0)
			return (&verbs[i]);
	return (NULL);
}

static void
tell_mistake(const struct verb *verb)
{
	log_line(LOG_LEVEL_ERROR, _("usage: %s %s"), verb->name,
	    verb->operands);
}

static void
do_connect(struct shell *shell)
{
	char text[LINE_SIZE];
	const char *host = shell->words[1];
	struct cause cause;

	/* "connect HOST PORT", as the classic client has it. */
	if (shell->words_len == 3) {
		snprintf(text, sizeof(text), strchr(host, ':') != NULL &&
		    host[0] != '[' ? "[%s]:%s" : "%s:%s", host,
		    shell->words[2]);
		host = text;
	}
	if (client_connect(shell->client, host, &cause) == 0)
		return;
	log_cause(_("cannot find"), &cause);
	shell->failed = 1;
}

static void
do_mode(struct shell *shell)
{
	if (shell->words_len == 1)
		printf("%s\n", tftp_mode_name(
		    (enum tftp_mode)shell->client->mode));
	else if (strcmp(shell->words[1], "netascii") == 0 ||
	    strcmp(shell->words[1], "ascii") == 0)
		do_ascii(shell);
	else if (strcmp(shell->words[1], "octet") == 0 ||
	    strcmp(shell->words[1], "binary") == 0)
		do_binary(shell);
	else {
		tell_mistake(find_verb("mode"));
		shell->failed = 1;
	}
	fflush(stdout);
}

static void
do_binary(struct shell *shell)
{
	shell->client->mode = TFTP_OCTET;
}

static void
do_ascii(struct shell *shell)
{
	shell->client->mode = TFTP_NETASCII;
}

static void
do_get(struct shell *shell)
{
	run_transfer(shell, TFTP_RRQ);
}

static void
do_put(struct shell *shell)
{
	run_transfer(shell, TFTP_WRQ);
}

/* Ctrl-C ends the transfer, and the lines go on; another signal ends all. */
static void
run_transfer(struct shell *shell, enum tftp_opcode opcode)
{
	struct tftp_client *client = shell->client;

	if (client->server.host[0] == '\0') {
		log_line(LOG_LEVEL_ERROR, _("no server yet: connect HOST"));
		shell->failed = 1;
		return;
	}
	if (client_transfer(client, opcode, shell->words[1],
	    shell->words_len == 3 ? shell->words[2] : NULL) == -1)
		shell->failed = 1;
	if (client->interrupt.number == SIGINT)
		client->interrupt.number = 0;
	shell->leaving = client->interrupt.number != 0;
}

static void
do_blksize(struct shell *shell)
{
	uint64_t least = strcmp(shell->words[1], "0") == 0 ? 0 :
	    TFTP_BLKSIZE_MIN;

	set_number(shell, &shell->client->blksize, least, TFTP_BLKSIZE_MAX);
}

static void
do_window(struct shell *shell)
{
	set_number(shell, &shell->client->window, 1, TFTP_WINDOW_MAX);
}

static void
do_timeout(struct shell *shell)
{
	int64_t seconds;

	if (set_number(shell, &seconds, 0, 86400) == 0)
		shell->client->timeout_ms = seconds * 1000;
}

/* Returns 0, or -1: it was told what may stand there, and all is as before. */
static int
set_number(struct shell *shell, int64_t *field, uint64_t least, uint64_t most)
{
	const char *word = shell->words[1];
	uint64_t number;

	if (num_parse(word, strlen(word), most, &number) == -1 ||
	    number < least) {
		log_line(LOG_LEVEL_ERROR, _("a number from %" PRIu64 " to %"
		    PRIu64), least, most);
		shell->failed = 1;
		return (-1);
	}
	*field = (int64_t)number;
	return (0);
}

static void
do_verbose(struct shell *shell)
{
	shell->client->verbose = !shell->client->verbose;
	log_open("fil-tftp", shell->client->verbose ? LOG_LEVEL_DETAIL :
	    LOG_LEVEL_EVENT, (enum log_color)shell->client->color);
	printf("%s\n", shell->client->verbose ? _("Verbose mode on.") :
	    _("Verbose mode off."));
	fflush(stdout);
}

static void
do_trace(struct shell *shell)
{
	shell->client->trace = !shell->client->trace;
	printf("%s\n", shell->client->trace ? _("Packet tracing on.") :
	    _("Packet tracing off."));
	fflush(stdout);
}

static void
do_status(struct shell *shell)
{
	const struct tftp_client *client = shell->client;

	if (client->server.host[0] == '\0')
		printf("%s\n", _("Not connected."));
	else
		printf(_("Connected to %s, port %d.\n"), client->server.host,
		    client->server.port);
	printf(_("Mode: %s  Verbose: %s  Tracing: %s\n"),
	    tftp_mode_name((enum tftp_mode)client->mode),
	    client->verbose ? _("on") : _("off"),
	    client->trace ? _("on") : _("off"));
	printf(_("Block size: %" PRId64 "  Window: %" PRId64 "  Timeout: %"
	    PRId64 " s\n"), client->blksize, client->window,
	    client->timeout_ms / 1000);
	fflush(stdout);
}

static void
do_quit(struct shell *shell)
{
	shell->leaving = 1;
}

static void
do_help(struct shell *shell)
{
	char left[64];

	(void)shell;
	for (size_t i = 0; i < VERBS_LEN; i++) {
		if (verbs[i].help == NULL)
			continue;
		snprintf(left, sizeof(left), "%s %s", verbs[i].name,
		    verbs[i].operands);
		printf("%-22s %s\n", left, _(verbs[i].help));
	}
	fflush(stdout);
}
