/* settings.c - commands that say how to transfer, or nothing much.
 * See also: tools/ftpd/commands.h, RFC 959 4.1.2, RFC 2389 */
#include "tools/ftpd/commands.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "proto/ftp_list.h"

static void opts_mlst(struct session *, const char *);

/* Nothing is under way: transfers hear it themselves (session_hear). */
void
command_abor(struct session *session, const char *argument)
{
	(void)argument;
	data_close(&session->data);
	session_reply(session, FTP_226_CLOSING_DATA_CONNECTION,
	    "Nothing was under way");
}

void
command_allo(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_202_SUPERFLUOUS, "No need to");
}

void
command_clnt(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_200_OK, "Noted");
}

void
command_mode(struct session *session, const char *argument)
{
	if (strcasecmp(argument, "S") == 0)
		session_reply(session, FTP_200_OK, "A stream");
	else
		session_reply(session, FTP_504_BAD_PARAMETER, "MODE S only");
}

void
command_noop(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_200_OK, "Still here");
}

void
command_opts(struct session *session, const char *argument)
{
	size_t len = strcspn(argument, " ");
	const char *value = argument + len + (argument[len] == ' ');

	if (len == 4 && strncasecmp(argument, "MLST", len) == 0)
		opts_mlst(session, value);
	else if (len != 4 || strncasecmp(argument, "UTF8", len) != 0)
		session_reply(session, FTP_501_BAD_ARGUMENT,
		    "OPTS UTF8 or OPTS MLST");
	else if (value[0] == '\0' || strcasecmp(value, "ON") == 0)
		session_reply(session, FTP_200_OK, "Names are UTF-8");
	else
		session_reply(session, FTP_504_BAD_PARAMETER,
		    "Names are UTF-8, always");
}

/* RFC 3659 7.9: what is not known is left out; the reply tells the rest. */
static void
opts_mlst(struct session *session, const char *facts)
{
	char text[128] = "MLST OPTS";

	session->facts = 0;
	while (*facts != '\0') {
		size_t len = strcspn(facts, ";");

		session->facts |= ftp_list_fact(facts, len);
		facts += len;
		facts += *facts == ';';
	}
	for (unsigned i = 0; ftp_list_fact_name(i) != NULL; i++)
		if (session->facts & 1U << i) {
			if (text[strlen(text) - 1] != ';')
				strcat(text, " ");
			strcat(text, ftp_list_fact_name(i));
			strcat(text, ";");
		}
	session_reply(session, FTP_200_OK, "%s", text);
}

void
command_quit(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_221_GOODBYE, "Goodbye");
	session->leaving = 1;
}

void
command_rest(struct session *session, const char *argument)
{
	uint64_t offset;

	if (num_parse(argument, strlen(argument), INT64_MAX, &offset) == -1) {
		session_reply(session, FTP_501_BAD_ARGUMENT, "Not an offset");
		return;
	}
	session->rest = offset;
	session_reply(session, FTP_350_PENDING,
	    "The next transfer begins at %ju", (uintmax_t)offset);
}

void
command_smnt(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_502_NOT_IMPLEMENTED, "Nothing is mounted");
}

void
command_stru(struct session *session, const char *argument)
{
	if (strcasecmp(argument, "F") == 0)
		session_reply(session, FTP_200_OK, "Files");
	else
		session_reply(session, FTP_504_BAD_PARAMETER, "STRU F only");
}

/* The format that clients look for, whatever this machine is. */
void
command_syst(struct session *session, const char *argument)
{
	(void)argument;
	session_reply(session, FTP_215_SYSTEM, "UNIX Type: L8");
}

void
command_type(struct session *session, const char *argument)
{
	static const struct {
		const char	*argument;
		int		 ascii;
	} rows[] = { { "A", 1 }, { "A N", 1 }, { "I", 0 }, { "L 8", 0 },
	    { "L8", 0 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcasecmp(argument, rows[i].argument) == 0) {
			session->ascii = rows[i].ascii;
			session_reply(session, FTP_200_OK, session->ascii ?
			    "Lines of text" : "Bytes as they are");
			return;
		}
	session_reply(session, FTP_504_BAD_PARAMETER, "TYPE A, I or L 8");
}
