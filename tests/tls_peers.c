/* tls_peers.c - both ends of a connection, for the suites of stream and tls.
 * See also: tests/tls_peers.h */
#include "tls_peers.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/clock.h"
#include "suite.h"

static const char *const priorities[PAIR_KINDS] = {
	[PAIR_TLS12] = TLS12, [PAIR_TLS13] = TLS13,
};

const char *
text_of(const struct cause *cause)
{
	static char text[CAUSE_TEXT_SIZE];

	return (cause_text(cause, text, sizeof(text)));
}

static char
byte_at(size_t place)
{
	return ((char)(place * 2654435761u >> 13));
}

void
great_fill(char *bytes, size_t place, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = byte_at(place + i);
}

int
is_great(const char *bytes, ssize_t len, size_t place)
{
	int wrong = 0;

	for (ssize_t i = 0; i < len; i++)
		wrong |= bytes[i] != byte_at(place++);
	return (!wrong);
}

void
say(struct stream *stream, const char *text)
{
	ck_assert_int_eq(stream_send_all(stream, text, strlen(text)), 0);
}

void
hear(struct stream *stream, const char *text)
{
	int64_t deadline = clock_deadline(SUITE_PATIENCE_MS);
	char buf[64];
	size_t len = 0;

	while (len < strlen(text)) {
		ssize_t n = stream_recv_within(stream, buf + len,
		    strlen(text) - len, deadline);

		ck_assert_msg(n > 0, "%s after %zu bytes of: %s",
		    n == 0 ? "the end" : strerror(errno), len, text);
		len += (size_t)n;
	}
	ck_assert_mem_eq(buf, text, len);
}

/* As servers and clients do before a handshake: no piece of it has to wait for
 * an acknowledgement. */
static void
send_at_once(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void *
accept_main(void *arg)
{
	struct accepting *accepting = arg;

	accepting->result = tls_accept(accepting->server, &accepting->stream,
	    accepting->deadline, &accepting->cause);
	return (NULL);
}

void
accept_start(struct accepting *accepting, struct tls_server *server, int fd)
{
	send_at_once(fd);
	stream_init(&accepting->stream, fd);
	accepting->server = server;
	accepting->cause.kind = CAUSE_NONE;
	if (accepting->deadline == 0)
		accepting->deadline = clock_deadline(SUITE_PATIENCE_MS);
	ck_assert_int_eq(pthread_create(&accepting->thread, NULL,
	    accept_main, accepting), 0);
}

int
accept_end(struct accepting *accepting)
{
	ck_assert_int_eq(pthread_join(accepting->thread, NULL), 0);
	return (accepting->result);
}

struct tls_server *
server_of(const struct tls_options *options)
{
	struct cause cause;
	struct tls_server *server = tls_server_open(options, &cause);

	ck_assert_msg(server != NULL, "%s", text_of(&cause));
	return (server);
}

struct tls_client *
client_of(const struct tls_options *options)
{
	struct cause cause;
	struct tls_client *client = tls_client_open(options, &cause);

	ck_assert_msg(client != NULL, "%s", text_of(&cause));
	return (client);
}

void
pair_open(struct pair *pair, enum pair_kind kind)
{
	int fds[2];

	suite_tcp_pair(fds);
	pair_of(pair, kind, fds);
}

void
pair_of(struct pair *pair, enum pair_kind kind, const int fds[2])
{
	struct tls_options options = { .cert = "server.pem",
	    .key = "server.key", .ca = "ca.pem",
	    .priority = priorities[kind] };
	struct accepting accepting = { .deadline = 0 };
	struct cause cause;
	int result;

	*pair = (struct pair){ .tls_server = NULL };
	stream_init(&pair->server, fds[1]);
	stream_init(&pair->client, fds[0]);
	if (kind == PAIR_CLEAR)
		return;
	pair->tls_server = server_of(&options);
	options.cert = options.key = NULL;
	pair->tls_client = client_of(&options);
	send_at_once(fds[0]);
	accept_start(&accepting, pair->tls_server, fds[1]);
	result = tls_connect(pair->tls_client, &pair->client, "localhost",
	    clock_deadline(SUITE_PATIENCE_MS), &cause);
	ck_assert_msg(result == 0, "%s", text_of(&cause));
	ck_assert_int_eq(accept_end(&accepting), 0);
	pair->server = accepting.stream;
}

void
pair_close(struct pair *pair)
{
	stream_fini(&pair->server);
	stream_fini(&pair->client);
	tls_server_free(pair->tls_server);
	tls_client_free(pair->tls_client);
	close(pair->server.fd);
	close(pair->client.fd);
}

void
raw_open(struct raw *raw, int fd, unsigned flags, const char *priority,
    const char *cert)
{
	char pem[64], key[64];

	*raw = (struct raw){ .gnutls = NULL };
	send_at_once(fd);
	ck_assert_int_eq(gnutls_certificate_allocate_credentials(
	    &raw->credentials), 0);
	if (cert != NULL) {
		snprintf(pem, sizeof(pem), "%s.pem", cert);
		snprintf(key, sizeof(key), "%s.key", cert);
		ck_assert_int_ge(gnutls_certificate_set_x509_key_file(
		    raw->credentials, pem, key, GNUTLS_X509_FMT_PEM), 0);
	}
	ck_assert_int_eq(gnutls_init(&raw->gnutls, flags |
	    GNUTLS_NO_SIGNAL), 0);
	ck_assert_int_eq(gnutls_credentials_set(raw->gnutls,
	    GNUTLS_CRD_CERTIFICATE, raw->credentials), 0);
	ck_assert_int_eq(gnutls_priority_set_direct(raw->gnutls, priority,
	    NULL), 0);
	gnutls_transport_set_int(raw->gnutls, fd);
}

int
raw_shake_hands(struct raw *raw)
{
	int code;

	do
		code = gnutls_handshake(raw->gnutls);
	while (code < 0 && !gnutls_error_is_fatal(code));
	return (code);
}

void
raw_close(struct raw *raw)
{
	gnutls_deinit(raw->gnutls);
	gnutls_certificate_free_credentials(raw->credentials);
	tls_server_free(raw->tls_server);
	tls_client_free(raw->tls_client);
}

void
raw_say(struct raw *raw, const char *text)
{
	ck_assert_int_eq(gnutls_record_send(raw->gnutls, text, strlen(text)),
	    (int)strlen(text));
}

void
raw_hear(struct raw *raw, const char *text)
{
	char buf[64];
	ssize_t n;

	do	/* a ticket is no data */
		n = gnutls_record_recv(raw->gnutls, buf, sizeof(buf));
	while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
	ck_assert_int_eq(n, (int)strlen(text));
	ck_assert_mem_eq(buf, text, strlen(text));
}

void
raw_client_of(struct raw *raw, struct stream *server, const char *priority)
{
	struct accepting accepting = { .deadline = 0 };
	struct tls_server *tls = server_of(&(struct tls_options){
	    .cert = "server.pem", .key = "server.key" });
	int fds[2];

	suite_tcp_pair(fds);
	accept_start(&accepting, tls, fds[1]);
	raw_open(raw, fds[0], GNUTLS_CLIENT, priority, NULL);
	ck_assert_int_eq(raw_shake_hands(raw), 0);
	ck_assert_int_eq(accept_end(&accepting), 0);
	*server = accepting.stream;
	raw->tls_server = tls;
}

static void *
raw_main(void *arg)
{
	struct raw *raw = arg;

	raw_shake_hands(raw);
	return (NULL);
}

void
raw_server_of(struct raw *raw, struct stream *client, const char *priority)
{
	struct tls_client *tls = client_of(&(struct tls_options){
	    .ca = "ca.pem" });
	struct cause cause;
	pthread_t thread;
	int fds[2];

	suite_tcp_pair(fds);
	stream_init(client, fds[0]);
	send_at_once(fds[0]);
	raw_open(raw, fds[1], GNUTLS_SERVER, priority, "server");
	ck_assert_int_eq(pthread_create(&thread, NULL, raw_main, raw), 0);
	ck_assert_int_eq(tls_connect(tls, client, "localhost",
	    clock_deadline(SUITE_PATIENCE_MS), &cause), 0);
	pthread_join(thread, NULL);
	raw->tls_client = tls;
}
