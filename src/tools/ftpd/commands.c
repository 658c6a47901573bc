/* commands.c - FTP's commands, rows of one table.
 * See also: tools/ftpd/commands.h, tests/system/ftpd.py */
#include "tools/ftpd/commands.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/ftp_list.h"
#include "tools/ftpd/login.h"

#define BAD_COMMANDS_MAX	20	/* in a session */
#define ROW_VERBS		8	/* of HELP, in a line */
#define SHOWN_SIZE		256	/* of a line in the log */

static void command_feat(struct session *, const char *);
static void command_help(struct session *, const char *);
static void command_site(struct session *, const char *);
static void command_site_help(struct session *, const char *);
static void bad_command(struct session *, const char *);
static const struct command *find(const struct command *, const char *);
static void forget_rename(struct session *);
static int is_stranger(const struct ftp_command *, enum ftp_command_verdict);
static void log_command(const struct session *, const struct ftp_command *);
static int may_run(struct session *, const struct command *, const char *);
static void run(struct session *, const struct command *, const char *);

static const struct command commands[] = {
	{ "ABOR", command_abor, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "", NULL },
	{ "ACCT", login_acct, ARGUMENT_MAY, STATE_LOGGED_IN, 0, "ACCOUNT",
	    NULL },
	{ "ALLO", command_allo, ARGUMENT_MAY, STATE_LOGGED_IN, 0, "BYTES",
	    NULL },
	{ "APPE", command_appe, ARGUMENT_MUST, STATE_LOGGED_IN, 'a', "FILE",
	    NULL },
	{ "AUTH", login_auth, ARGUMENT_MUST, STATE_ANY, 0, "TLS", "AUTH TLS" },
	{ "CCC", login_ccc, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "", NULL },
	{ "CDUP", command_cdup, ARGUMENT_NONE, STATE_LOGGED_IN, 'e', "",
	    NULL },
	{ "CLNT", command_clnt, ARGUMENT_MAY, STATE_ANY, 0, "NAME", "CLNT" },
	{ "CWD", command_cwd, ARGUMENT_MAY, STATE_LOGGED_IN, 'e', "[FOLDER]",
	    NULL },
	{ "DELE", command_dele, ARGUMENT_MUST, STATE_LOGGED_IN, 'd', "FILE",
	    NULL },
	{ "EPRT", data_eprt, ARGUMENT_MUST, STATE_LOGGED_IN, 0,
	    "|FAMILY|ADDRESS|PORT|", "EPRT" },
	{ "EPSV", data_epsv, ARGUMENT_MAY, STATE_LOGGED_IN, 0,
	    "[FAMILY | ALL]", "EPSV" },
	{ "FEAT", command_feat, ARGUMENT_NONE, STATE_ANY, 0, "", NULL },
	{ "HELP", command_help, ARGUMENT_MAY, STATE_ANY, 0, "[COMMAND]",
	    NULL },
	{ "LIST", command_list, ARGUMENT_MAY, STATE_LOGGED_IN, 'l',
	    "[FOLDER | PATTERN]", NULL },
	{ "MDTM", command_mdtm, ARGUMENT_MUST, STATE_LOGGED_IN, 'l', "FILE",
	    "MDTM" },
	{ "MFMT", command_mfmt, ARGUMENT_MUST, STATE_LOGGED_IN, 'T',
	    "YYYYMMDDHHMMSS FILE", "MFMT" },
	{ "MKD", command_mkd, ARGUMENT_MUST, STATE_LOGGED_IN, 'm', "FOLDER",
	    NULL },
	{ "MLSD", command_mlsd, ARGUMENT_MAY, STATE_LOGGED_IN, 'l',
	    "[FOLDER]", NULL },
	{ "MLST", command_mlst, ARGUMENT_MAY, STATE_LOGGED_IN, 'l', "[FILE]",
	    "MLST" },
	{ "MODE", command_mode, ARGUMENT_MUST, STATE_LOGGED_IN, 0, "S", NULL },
	{ "NLST", command_nlst, ARGUMENT_MAY, STATE_LOGGED_IN, 'l',
	    "[FOLDER | PATTERN]", NULL },
	{ "NOOP", command_noop, ARGUMENT_MAY, STATE_ANY, 0, "", NULL },
	{ "OPTS", command_opts, ARGUMENT_MUST, STATE_LOGGED_IN, 0,
	    "UTF8 ON | MLST FACT;...", "UTF8" },
	{ "PASS", login_pass, ARGUMENT_MAY, STATE_ANY, 0, "PASSWORD", NULL },
	{ "PASV", data_pasv, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "", NULL },
	{ "PBSZ", login_pbsz, ARGUMENT_MUST, STATE_ANY, 0, "0", "PBSZ" },
	{ "PORT", data_port, ARGUMENT_MUST, STATE_LOGGED_IN, 0,
	    "H1,H2,H3,H4,P1,P2", NULL },
	{ "PROT", login_prot, ARGUMENT_MUST, STATE_ANY, 0, "C | P", "PROT" },
	{ "PWD", command_pwd, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "", NULL },
	{ "QUIT", command_quit, ARGUMENT_NONE, STATE_ANY, 0, "", NULL },
	{ "REIN", login_rein, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "", NULL },
	{ "REST", command_rest, ARGUMENT_MUST, STATE_LOGGED_IN, 0, "OFFSET",
	    "REST STREAM" },
	{ "RETR", command_retr, ARGUMENT_MUST, STATE_LOGGED_IN, 'r', "FILE",
	    NULL },
	{ "RMD", command_rmd, ARGUMENT_MUST, STATE_LOGGED_IN, 'd', "FOLDER",
	    NULL },
	{ "RNFR", command_rnfr, ARGUMENT_MUST, STATE_LOGGED_IN, 'f', "NAME",
	    NULL },
	{ "RNTO", command_rnto, ARGUMENT_MUST, STATE_LOGGED_IN, 'f', "NAME",
	    NULL },
	{ "SITE", command_site, ARGUMENT_MUST, STATE_LOGGED_IN, 0,
	    "CHMOD MODE FILE | HELP", NULL },
	{ "SIZE", command_size, ARGUMENT_MUST, STATE_LOGGED_IN, 'l', "FILE",
	    "SIZE" },
	{ "SMNT", command_smnt, ARGUMENT_MAY, STATE_LOGGED_IN, 0, "", NULL },
	{ "STAT", command_stat, ARGUMENT_MAY, STATE_LOGGED_IN, 'l',
	    "[FILE | FOLDER]", NULL },
	{ "STOR", command_stor, ARGUMENT_MUST, STATE_LOGGED_IN, 'w', "FILE",
	    NULL },
	{ "STOU", command_stou, ARGUMENT_MAY, STATE_LOGGED_IN, 'w', "",
	    NULL },
	{ "STRU", command_stru, ARGUMENT_MUST, STATE_LOGGED_IN, 0, "F", NULL },
	{ "SYST", command_syst, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "", NULL },
	{ "TYPE", command_type, ARGUMENT_MUST, STATE_LOGGED_IN, 0,
	    "A | I | L 8", NULL },
	{ "USER", login_user, ARGUMENT_MUST, STATE_ANY, 0, "NAME", NULL },
	{ "XCUP", command_cdup, ARGUMENT_NONE, STATE_LOGGED_IN, 'e', "",
	    NULL },
	{ "XCWD", command_cwd, ARGUMENT_MAY, STATE_LOGGED_IN, 'e', "[FOLDER]",
	    NULL },
	{ "XMKD", command_mkd, ARGUMENT_MUST, STATE_LOGGED_IN, 'm', "FOLDER",
	    NULL },
	{ "XPWD", command_pwd, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "", NULL },
	{ "XRMD", command_rmd, ARGUMENT_MUST, STATE_LOGGED_IN, 'd', "FOLDER",
	    NULL },
	{ NULL, NULL, ARGUMENT_NONE, STATE_ANY, 0, NULL, NULL }
};

static const struct command site_commands[] = {
	{ "CHMOD", command_site_chmod, ARGUMENT_MUST, STATE_LOGGED_IN, 'M',
	    "MODE FILE", NULL },
	{ "HELP", command_site_help, ARGUMENT_NONE, STATE_LOGGED_IN, 0, "",
	    NULL },
	{ NULL, NULL, ARGUMENT_NONE, STATE_ANY, 0, NULL, NULL }
};

void
commands_obey(struct session *session, char *line, size_t len)
{
	struct ftp_command command;
	enum ftp_command_verdict verdict = ftp_command_parse(&command, line,
	    len);
	const struct command *row = verdict == FTP_COMMAND_GOOD ?
	    find(commands, command.verb) : NULL;

	if (verdict == FTP_COMMAND_EMPTY)
		return;			/* Telnet's commands alone */
	forget_rename(session);
	if (row != NULL) {
		log_command(session, &command);
		run(session, row, command.argument);
	} else if (is_stranger(&command, verdict)) {
		/* A browser that was made to talk to us (RFC 2577's cousin):
		 * what follows its headers might be commands. */
		session_reply(session, FTP_500_UNKNOWN, "This is FTP");
		session->leaving = 1;
	} else if (verdict == FTP_COMMAND_NUL) {
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "A NUL or a CR in the midst of a line");
		bad_command(session, NULL);
	} else
		bad_command(session, "Unknown command");
}

void
commands_too_long(struct session *session)
{
	forget_rename(session);
	bad_command(session, "The line is too long");
}

uint64_t
command_take_rest(struct session *session)
{
	uint64_t rest = session->rest;

	session->rest = 0;
	return (rest);
}

static void
run(struct session *session, const struct command *row, const char *argument)
{
	session->command = row;
	if (may_run(session, row, argument))
		row->run(session, argument);
}

/* RNFR is good for the very next command, whatever that is. */
static void
forget_rename(struct session *session)
{
	if (session->renaming > 0)
		session->renaming--;
}

static int
may_run(struct session *session, const struct command *row,
    const char *argument)
{
	if (row->state == STATE_LOGGED_IN && !session->login.done)
		session_reply(session, FTP_530_NOT_LOGGED_IN,
		    "USER and PASS come first");
	else if (row->argument == ARGUMENT_NONE && argument[0] != '\0')
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "%s takes no argument", row->verb);
	else if (row->argument == ARGUMENT_MUST && argument[0] == '\0')
		session_reply(session, FTP_501_BAD_ARGUMENT, "%s %s",
		    row->verb, row->syntax);
	else
		return (1);
	return (0);
}

static const struct command *
find(const struct command *row, const char *verb)
{
	for (; row->verb != NULL; row++)
		if (strcasecmp(row->verb, verb) == 0)
			return (row);
	return (NULL);
}

/* text NULL: it was replied already. */
static void
bad_command(struct session *session, const char *text)
{
	if (text != NULL)
		session_reply(session, FTP_500_UNKNOWN, "%s", text);
	if (++session->bad_commands < BAD_COMMANDS_MAX)
		return;
	session_reply(session, FTP_421_CLOSING, "Too many bad commands");
	session->leaving = 1;
}

/* The verbs of HTTP and SMTP; of long ones the parser keeps four letters. */
static int
is_stranger(const struct ftp_command *command,
    enum ftp_command_verdict verdict)
{
	static const char *const shorts[] = { "GET", "PUT", "PRI", "POST",
	    "HEAD", "EHLO", "HELO", "MAIL", "RCPT", "DATA" };
	static const char *const longs[] = { "OPTI", "CONN", "DELE", "TRAC",
	    "PATC" };

	if (verdict == FTP_COMMAND_GOOD)
		for (size_t i = 0; i < OPT_COUNT(shorts); i++)
			if (strcmp(command->verb, shorts[i]) == 0)
				return (1);
	if (verdict == FTP_COMMAND_BAD_VERB)
		for (size_t i = 0; i < OPT_COUNT(longs); i++)
			if (strcmp(command->verb, longs[i]) == 0)
				return (1);
	return (0);
}

/* Never a password; some send one more by ACCT. */
static void
log_command(const struct session *session, const struct ftp_command *command)
{
	char who[ADDRESS_TEXT_SIZE], safe[SHOWN_SIZE];
	int hidden = strcmp(command->verb, "PASS") == 0 ||
	    strcmp(command->verb, "ACCT") == 0;

	if (!log_shows(LOG_LEVEL_DETAIL))
		return;
	text_safe(safe, sizeof(safe), hidden ? "****" : command->argument,
	    hidden ? 4 : command->argument_len, TEXT_ONE_LINE);
	log_line(LOG_LEVEL_DETAIL, "%s: %s %s",
	    address_format(&session->client->peer, who, sizeof(who)),
	    command->verb, safe);
}

static void
command_feat(struct session *session, const char *argument)
{
	char line[128] = "MLST ";

	(void)argument;
	session_reply_more(session, FTP_211_STATUS, "Features:");
	for (const struct command *row = commands; row->verb != NULL; row++) {
		int of_tls = row->run == login_auth ||
		    row->run == login_pbsz || row->run == login_prot;

		if (row->feature == NULL ||
		    (of_tls && !server_has_tls(session->ftpd->server)))
			continue;
		if (row->run != command_mlst) {
			session_text(session, row->feature);
			continue;
		}
		/* RFC 3659 7.8: a star at each fact that is told now. */
		for (unsigned i = 0; ftp_list_fact_name(i) != NULL; i++)
			snprintf(line + strlen(line), sizeof(line) -
			    strlen(line), "%s%s;", ftp_list_fact_name(i),
			    session->facts & 1U << i ? "*" : "");
		session_text(session, line);
	}
	session_reply(session, FTP_211_STATUS, "End");
}

static void
command_help(struct session *session, const char *argument)
{
	const struct command *row = find(commands, argument);
	char line[8 * ROW_VERBS] = "";
	size_t n = 0;

	if (argument[0] != '\0' && row == NULL)
		session_reply(session, FTP_502_NOT_IMPLEMENTED,
		    "There is no such command");
	else if (row != NULL)
		session_reply(session, FTP_214_HELP, "%s%s%s", row->verb,
		    row->syntax[0] != '\0' ? " " : "", row->syntax);
	if (argument[0] != '\0')
		return;
	session_reply_more(session, FTP_214_HELP, "The commands:");
	for (row = commands; row->verb != NULL; row++) {
		int ends = ++n % ROW_VERBS == 0 || row[1].verb == NULL;

		snprintf(line + strlen(line), sizeof(line) - strlen(line),
		    ends ? "%s" : "%-6s", row->verb);
		if (ends) {
			session_text(session, line);
			line[0] = '\0';
		}
	}
	session_reply(session, FTP_214_HELP, "HELP COMMAND tells of one");
}

/* SITE has commands of its own. */
static void
command_site(struct session *session, const char *argument)
{
	size_t len = strcspn(argument, " ");
	char verb[16];
	const struct command *row;

	snprintf(verb, sizeof(verb), "%.*s", len < sizeof(verb) ? (int)len :
	    0, argument);
	row = find(site_commands, verb);
	if (row != NULL)
		run(session, row, argument + len + (argument[len] == ' '));
	else
		session_reply(session, FTP_504_BAD_PARAMETER,
		    "SITE HELP tells what there is");
}

static void
command_site_help(struct session *session, const char *argument)
{
	char line[64];

	(void)argument;
	session_reply_more(session, FTP_214_HELP, "SITE has:");
	for (const struct command *row = site_commands; row->verb != NULL;
	    row++) {
		snprintf(line, sizeof(line), "%s%s%s", row->verb,
		    row->syntax[0] != '\0' ? " " : "", row->syntax);
		session_text(session, line);
	}
	session_reply(session, FTP_214_HELP, "End");
}
