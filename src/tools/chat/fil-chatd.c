/* fil-chatd.c - a chat: lines in, lines out, and nobody waits for anybody.
 * The main thread waits by one select for connections (serve/server.c); each
 * member has a thread (session.c), and a queue that the others' threads fill
 * and flush (serve/room.c, serve/outbox.c).
 * See also: fil-chatd(8), src/lessons/chat_threads.c */
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "net/listen.h"
#include "serve/privilege.h"
#include "serve/server.h"
#include "tools/chat/chat.h"

#define PROGRAM	"fil-chatd"

struct chatd_options {
	int	 port, tls_port;
	struct chat_options chat;
	struct server_options server;
};

static int listen_all(struct server *, const struct chatd_options *,
    struct cause *);
static enum opt_outcome read_options(struct chatd_options *, int, char **);
static int serve(const struct chatd_options *);

#define AT(field)	offsetof(struct chatd_options, field)

static const struct opt own_rows[] = {
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT",
	    N_("TCP port (4000; 0: any free one)") },
	{ 0, "tls-port", OPT_PORT, AT(tls_port), 0, "PORT",
	    N_("TLS port (4001; 0: any free one)") },
	{ 0, "users", OPT_STRING, AT(chat.users), 0, "FILE",
	    N_("these nicks need /login (see fil-passwd)") },
	{ 0, "allow-plain-login", OPT_SET, AT(chat.allow_plain_login), 1, NULL,
	    N_("passwords in the clear from other machines") },
	{ 0, "history", OPT_NUMBER, AT(chat.history), HISTORY_MAX, "N",
	    N_("lines that a newcomer is shown (20)") },
	{ 0, "line-rate", OPT_NUMBER, AT(chat.line_rate), 1000000, "N",
	    N_("lines a second of a member (10; 0: any)") },
	{ 0, "queue-bytes", OPT_NUMBER, AT(chat.queue_bytes), 1 << 30, "N",
	    N_("bytes that may wait for a member (262144)") },
	{ 0, "log", OPT_STRING, AT(chat.log), 0, "FILE", NULL },
	{ 0, "motd", OPT_STRING, AT(chat.motd), 0, "FILE",
	    N_("where words are kept; newcomers are shown") },
};

int
main(int argc, char *argv[])
{
	struct chatd_options options = { .port = 4000, .tls_port = 4001,
	    .chat = CHAT_OPTIONS_DEFAULT, .server = SERVER_OPTIONS_DEFAULT };
	enum opt_outcome outcome;

	intl_init();
	options.server.idle_timeout_ms = 0;	/* one may only listen */
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.server.log_level, options.server.log_color);
	return (serve(&options));
}

/* From the first socket to the last client; the exit status. */
static int
serve(const struct chatd_options *options)
{
	static struct server server;
	static struct chat chat;
	struct service service = chat_service;
	struct cause cause;

	service.context = &chat;
	if (server_init(&server, &options->server, &service, &cause) == -1 ||
	    chat_init(&chat, &options->chat, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	if (listen_all(&server, options, &cause) == -1) {
		log_cause(_("cannot listen on"), &cause);
		return (1);
	}
	if (privilege_drop(options->server.user, &cause) == -1) {
		log_cause(_("cannot become"), &cause);
		return (1);
	}
	server_announce(&server, PROGRAM);
	log_line(LOG_LEVEL_EVENT, _("waiting for connections"));

	if (server_run(&server, &cause) == -1) {
		log_cause(_("cannot go on:"), &cause);
		return (1);
	}
	if (server_drain(&server) == -1 || chat_fini(&chat) == -1)
		_exit(0);	/* stuck threads still use all of it */
	server_fini(&server);
	return (0);
}

static int
listen_all(struct server *server, const struct chatd_options *options,
    struct cause *cause)
{
	if (server_listen(server, ENDPOINT_TCP, tcp_listen, options->port,
	    cause) == -1)
		return (-1);
	if (server_has_tls(server) && server_listen(server, ENDPOINT_TLS,
	    tcp_listen, options->tls_port, cause) == -1)
		return (-1);
	return (0);
}

static enum opt_outcome
read_options(struct chatd_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ own_rows, OPT_COUNT(own_rows), options },
		{ server_tls_option_rows, server_tls_option_rows_len,
		    &options->server },
		{ server_option_rows, server_option_rows_len,
		    &options->server },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "",
	    .purpose = N_("A chat for nc and for fil-chat, over TCP and TLS."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);
	const char *mistake;

	if (outcome != OPT_RUN)
		return (outcome);
	mistake = server_options_mistake(&options->server, 0);
	if (mistake != NULL)
		return (opt_mistake(&program, mistake));
	if (options->chat.queue_bytes < CHAT_QUEUE_MIN)
		return (opt_mistake(&program,
		    _("--queue-bytes is at least 65536")));
	return (OPT_RUN);
}
