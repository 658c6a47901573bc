/* tlsload.c - TLS handshakes, and bytes through one session, by GnuTLS.
 * tlsload PORT full|resume 1.2|1.3 AT-ONCE SECONDS PING
 *                 connect, handshake, PING and its first answer, close; again
 * tlsload PORT bulk 1.3 MIB PING
 *                 MIB down; PING is "target" (see target.c) or a request
 * In PING, \n and \r are what they are in C.  The certificate is not verified.
 * See also: load.h, benches/tls.py */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "load.h"

enum { THREADS_MAX = 64, PING_MAX = 256, FAILED_MAX = 20 };

struct run {
	int		 port, resuming;
	const char	*priority;
	char		 ping[PING_MAX];
	size_t		 ping_len;
	gnutls_certificate_credentials_t trust;
	gnutls_datum_t	 ticket;	/* of the first connection */
	uint64_t	 began;
	double		 seconds;
	pthread_mutex_t	 lock;
	/* guarded by lock: */
	uint64_t	 good, bad, resumed;
	struct latencies latencies;
};

static void	bulk(struct run *, double);
static void	connection_close(gnutls_session_t, int);
static int	connection_open(struct run *, gnutls_session_t *, int);
static void	first_ticket(struct run *);
static void	*handshakes_main(void *);
static int	once(struct run *, int *);
static void	ping_from(struct run *, const char *);
static int	ping_answered(struct run *, gnutls_session_t);
static void	repeat(struct run *, int);

int
main(int argc, char *argv[])
{
	static struct run run = { .lock = PTHREAD_MUTEX_INITIALIZER };

	if (argc < 6)
		load_fail("usage: tlsload PORT full|resume|bulk VERSION ...");
	signal(SIGPIPE, SIG_IGN);
	run.port = (int)load_number(argv[1]);
	run.resuming = strcmp(argv[2], "resume") == 0;
	run.priority = strcmp(argv[3], "1.2") == 0 ?
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2" : "NORMAL:-VERS-ALL:+VERS-TLS1.3";
	ping_from(&run, argv[argc - 1]);
	gnutls_certificate_allocate_credentials(&run.trust);
	if (strcmp(argv[2], "bulk") == 0) {
		bulk(&run, load_number(argv[4]));
		return (0);
	}
	if (argc != 7)
		load_fail("how many at once, for how many seconds?");
	run.seconds = load_number(argv[5]);
	repeat(&run, (int)load_number(argv[4]));
	return (0);
}

static void
ping_from(struct run *run, const char *text)
{
	for (; *text != '\0' && run->ping_len < PING_MAX; text++) {
		char c = *text;

		if (c == '\\' && text[1] != '\0')
			c = *++text == 'n' ? '\n' : *text == 'r' ? '\r' : c;
		run->ping[run->ping_len++] = c;
	}
}

static int
connection_open(struct run *run, gnutls_session_t *session, int resuming)
{
	int status, fd = load_connect(run->port);

	if (fd == -1)
		return (-1);
	load_timeout(fd, 10);
	gnutls_init(session, GNUTLS_CLIENT);
	gnutls_priority_set_direct(*session, run->priority, NULL);
	gnutls_credentials_set(*session, GNUTLS_CRD_CERTIFICATE, run->trust);
	gnutls_transport_set_int(*session, fd);
	if (resuming)
		gnutls_session_set_data(*session, run->ticket.data,
		    run->ticket.size);
	do
		status = gnutls_handshake(*session);
	while (status < 0 && !gnutls_error_is_fatal(status));
	if (status == 0)
		return (fd);
	connection_close(*session, fd);
	return (-1);
}

/* Without close_notify: who closes how is not what is measured. */
static void
connection_close(gnutls_session_t session, int fd)
{
	gnutls_deinit(session);
	close(fd);
}

static int
ping_answered(struct run *run, gnutls_session_t session)
{
	char buf[4096];
	ssize_t n;

	if (gnutls_record_send(session, run->ping, run->ping_len) !=
	    (ssize_t)run->ping_len)
		return (0);
	do
		n = gnutls_record_recv(session, buf, sizeof(buf));
	while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
	return (n > 0);
}

static int
once(struct run *run, int *was_resumed)
{
	gnutls_session_t session;
	int good, fd = connection_open(run, &session, run->resuming);

	if (fd == -1)
		return (0);
	good = ping_answered(run, session);
	*was_resumed = gnutls_session_is_resumed(session);
	connection_close(session, fd);
	return (good);
}

/* TLS 1.3 sends the ticket after the handshake: an answer comes after it. */
static void
first_ticket(struct run *run)
{
	gnutls_session_t session;
	int fd = connection_open(run, &session, 0);

	if (fd == -1 || !ping_answered(run, session))
		load_fail("the first connection");
	if (gnutls_session_get_data2(session, &run->ticket) != 0)
		load_fail("no session to resume");
	connection_close(session, fd);
}

static void
repeat(struct run *run, int count)
{
	pthread_t thread[THREADS_MAX];
	double seconds;
	int i;

	if (count < 1 || count > THREADS_MAX)
		load_fail("1 to %d at once", THREADS_MAX);
	first_ticket(run);
	run->began = load_now();
	for (i = 0; i < count; i++)
		if (pthread_create(&thread[i], NULL, handshakes_main, run) != 0)
			load_fail("pthread_create");
	for (i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	seconds = load_seconds(run->began);
	printf("{\"hs_s\": %.1f, \"p99_us\": %.0f, \"n\": %" PRIu64 ", "
	    "\"failed\": %" PRIu64 ", \"resumed\": %" PRIu64 "}\n",
	    (double)run->good / seconds, latency_us(&run->latencies, .99),
	    run->good, run->bad, run->resumed);
}

static void *
handshakes_main(void *arg)
{
	struct run *run = arg;
	int good, was_resumed, failed = 0;
	uint64_t began;

	while (load_seconds(run->began) < run->seconds && failed < FAILED_MAX) {
		was_resumed = 0;
		began = load_now();
		good = once(run, &was_resumed);
		failed += !good;
		pthread_mutex_lock(&run->lock);
		if (good)
			latency_add(&run->latencies, load_now() - began);
		run->good += good;
		run->bad += !good;
		run->resumed += was_resumed != 0;
		pthread_mutex_unlock(&run->lock);
	}
	return (NULL);
}

static void
bulk(struct run *run, double mib)
{
	static char buf[65536];
	uint64_t bytes = (uint64_t)(mib * 1048576), got = 0, began;
	gnutls_session_t session;
	ssize_t n;

	if (memcmp(run->ping, "target", 6) == 0) {
		run->ping[0] = 'D';
		memcpy(run->ping + 1, &bytes, sizeof(bytes));
		run->ping_len = 1 + sizeof(bytes);
	}
	if (connection_open(run, &session, 0) == -1)
		load_fail("handshake");
	began = load_now();
	gnutls_record_send(session, run->ping, run->ping_len);
	while (got < bytes) {
		n = gnutls_record_recv(session, buf, sizeof(buf));
		if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
			continue;
		if (n <= 0)
			load_fail("only %" PRIu64 " bytes", got);
		got += (uint64_t)n;
	}
	printf("{\"gb_s\": %.4f, \"cipher\": \"%s\"}\n",
	    (double)got / 1e9 / load_seconds(began),
	    gnutls_cipher_get_name(gnutls_cipher_get(session)));
}
