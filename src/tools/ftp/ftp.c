/* ftp.c - connecting, logging in, and what else all orders share.
 * See also: tools/ftp/ftp.h */
#include "tools/ftp/ftp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "tools/ftp/netrc.h"

#define ANONYMOUS	"anonymous"
#define PIECE_SIZE	1024

static int find_password(struct ftp *, const char *,
    char[SECRET_SIZE]);
static enum outcome log_in_as(struct ftp *, const char *, const char *);
static int read_answer(struct ftp *);

enum outcome
ftp_connect(struct ftp *ftp, const struct host_port *to, const char *user)
{
	struct netrc_login login = { .user = "" };
	enum outcome outcome = session_open(&ftp->session, to->host,
	    to->port);
	struct cause cause;
	int found = 0;

	if (outcome != OUTCOME_DONE)
		return (outcome);
	if (ftp->is_person)
		ftp_print_answer(ftp);
	if (user == NULL)
		user = ftp->options->login;
	if (!ftp->options->no_netrc)
		found = netrc_find(to->host, user, &login, &cause);
	if (found == -1)
		log_cause(_("not used:"), &cause);
	if (found == 1 && !secret_is_given(&ftp->options->secret))
		outcome = ftp_login(ftp, login.user,
		    login.has_password ? login.password : NULL);
	else if (user != NULL || found == 1)
		outcome = ftp_login(ftp, user != NULL ? user : login.user,
		    NULL);
	else if (ftp->is_person)
		log_line(LOG_LEVEL_EVENT, _("log in with: user NAME (or user "
		    "anonymous)"));
	wipe(&login, sizeof(login));
	return (outcome);
}

enum outcome
ftp_login(struct ftp *ftp, const char *user, const char *password)
{
	enum outcome outcome = log_in_as(ftp, user, password);

	if (outcome != OUTCOME_DONE || !ftp->is_person)
		return (outcome);
	ftp_print_answer(ftp);
	return (session_find_cwd(&ftp->session));
}

int
ftp_is_quiet(const struct ftp *ftp)
{
	return (ftp->log_level <= LOG_LEVEL_WARNING);
}

int
ftp_confirm(struct ftp *ftp, const char *verb, const char *name)
{
	char safe[256];
	int answer;

	if (!ftp->asks || !ftp->is_person)
		return (1);
	text_safe(safe, sizeof(safe), name, strlen(name), TEXT_ONE_LINE);
	do {
		printf(_("%s %s? [y/n/a/q] "), verb, safe);
		fflush(stdout);
		answer = read_answer(ftp);
		/* The letters are those of the question, in each language. */
		if (answer == _("yes")[0] || answer == 'y')
			return (1);
		if (answer == _("all")[0] || answer == 'a') {
			ftp->asks = 0;
			return (1);
		}
		if (answer == 'q' || answer == -1)
			return (-1);
	} while (answer != 'n');
	return (0);
}

void
ftp_print(const char *text, size_t len)
{
	char safe[TEXT_SAFE_GROWTH * PIECE_SIZE + 1];
	int is_terminal = isatty(STDOUT_FILENO);

	while (is_terminal && len > 0) {
		size_t n = len < PIECE_SIZE ? len : PIECE_SIZE;

		while (n < len && n > PIECE_SIZE - 4 &&
		    (text[n] & 0xc0) == 0x80)
			n--;
		fwrite(safe, 1, text_safe(safe, sizeof(safe), text, n,
		    TEXT_LINES), stdout);
		text += n;
		len -= n;
	}
	fwrite(text, 1, len, stdout);
}

void
ftp_print_answer(const struct ftp *ftp)
{
	const struct answer *answer = &ftp->session.wire.answer;

	if (ftp_is_quiet(ftp) || answer->text == NULL)
		return;
	ftp_print(answer->text, answer->len);
	fflush(stdout);
}

static enum outcome
log_in_as(struct ftp *ftp, const char *user, const char *password)
{
	char secret[SECRET_SIZE];
	enum outcome outcome;

	if (password != NULL)
		return (session_login(&ftp->session, user, password));
	if (find_password(ftp, user, secret) == -1)
		return (OUTCOME_HERE);
	outcome = session_login(&ftp->session, user, secret);
	wipe(secret, sizeof(secret));
	return (outcome);
}

/* RFC 1635: whoever is anonymous gives his address for a password; but he need
 * not. */
static int
find_password(struct ftp *ftp, const char *user, char secret[SECRET_SIZE])
{
	const struct secret_options *from = &ftp->options->secret;
	char question[320], safe[256];
	struct cause cause;

	if (!secret_is_given(from) && (strcmp(user, ANONYMOUS) == 0 ||
	    strcmp(user, "ftp") == 0)) {
		snprintf(secret, SECRET_SIZE, "anonymous@");
		return (0);
	}
	if (!secret_is_given(from) && !ftp->is_person && !isatty(
	    STDIN_FILENO)) {
		log_line(LOG_LEVEL_ERROR, _("no password: user NAME PASSWORD, "
		    "--password-file or ~/.netrc"));
		return (-1);
	}
	text_safe(safe, sizeof(safe), user, strlen(user), TEXT_ONE_LINE);
	snprintf(question, sizeof(question), _("Password of %s: "), safe);
	if (secret_get(from, question, secret, &cause) == 0)
		return (0);
	log_cause(_("no password:"), &cause);
	return (-1);
}

/* The first letter of a line; -1 at the end, and after Ctrl-C. */
static int
read_answer(struct ftp *ftp)
{
	int first = 0;
	char byte = 0;

	while (byte != '\n') {
		if (interrupt_wait_for(&ftp->interrupt, STDIN_FILENO, POLLIN,
		    CLOCK_NEVER) == -1 || read(STDIN_FILENO, &byte, 1) != 1)
			return (-1);
		if (first == 0 && byte != ' ')
			first = (unsigned char)byte;
	}
	return (first);
}
