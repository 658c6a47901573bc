/* fil-proxy.c - a TCP relay that shows the conversation.
 * The main thread waits by one select for connections (serve/server.c); each
 * client has two threads, one a direction (connection.c, net/relay.c).
 * See also: fil-proxy(8), src/lessons/proxy_threads.c */
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "net/listen.h"
#include "serve/privilege.h"
#include "serve/server.h"
#include "tools/proxy/connection.h"
#include "tools/proxy/proxy.h"
#include "tools/proxy/proxy_options.h"

#define PROGRAM	"fil-proxy"

static int proxy_open(struct proxy *, struct server *,
    const struct proxy_options *);

int
main(int argc, char *argv[])
{
	struct proxy_options options = { .seed = -1,
	    .server = SERVER_OPTIONS_DEFAULT };
	static struct server server;
	static struct proxy proxy;
	struct service service = connection_service;
	enum opt_outcome outcome;
	struct cause cause;

	intl_init();
	/* A conversation may be silent: the two ends know best. */
	options.server.idle_timeout_ms = 0;
	outcome = proxy_options_read(PROGRAM, &options, argc, argv);
	if (outcome != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, options.server.log_level, options.server.log_color);

	service.context = &proxy;
	if (server_init(&server, &options.server, &service, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (1);
	}
	if (proxy_open(&proxy, &server, &options) == -1)
		return (1);
	server_announce(&server, PROGRAM);

	if (server_run(&server, &cause) == -1) {
		log_cause(_("cannot go on:"), &cause);
		return (1);
	}
	proxy_stop(&proxy);
	/* Threads that are stuck still use server and proxy. */
	if (server_drain(&server) == -1) {
		proxy_abandon(&proxy);
		_exit(0);
	}
	if (proxy_fini(&proxy) == -1)
		_exit(0);
	server_fini(&server);
	return (0);
}

/* Listen first: what a port that is taken costs is no capture file. */
static int
proxy_open(struct proxy *proxy, struct server *server,
    const struct proxy_options *options)
{
	struct cause cause;

	if (server_listen(server, options->listen_tls ? ENDPOINT_TLS :
	    ENDPOINT_TCP, tcp_listen, options->port, &cause) == -1) {
		log_cause(_("cannot listen on"), &cause);
		return (-1);
	}
	if (privilege_drop(options->server.user, &cause) == -1) {
		log_cause(_("cannot become"), &cause);
		return (-1);
	}
	if (proxy_init(proxy, options, &cause) == -1) {
		log_cause(_("cannot start:"), &cause);
		return (-1);
	}
	return (0);
}
