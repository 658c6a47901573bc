/* resolver.c - questions to DNS, each with a resolver state of its own.
 * See also: tools/smtp/resolver.h, tests/system/smtp_dns.py */
#define _DEFAULT_SOURCE		/* HOST_NOT_FOUND */
#include "tools/smtp/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <arpa/nameser.h>
#include <resolv.h>

#include "base/clock.h"
#include "net/io.h"

#define ANSWER_SIZE	65535		/* the length of TCP has two bytes */
#define QUESTIONS_MAX	8		/* for one chain of aliases */
#define PATIENCE_MS	60000

/* What a thread is given; it frees it. */
struct question {
	int		 fd;		/* of a pair: the answer goes there */
	struct sockaddr_in server;
	int		 has_server;
	ns_type		 type;
	char		 name[MX_NAME_SIZE];
};

/* What it gives back: one message. */
struct reply {
	int		 len;		/* -1: it failed */
	int		 error;		/* of h_errno */
	unsigned char	 bytes[ANSWER_SIZE];
};

static enum mx_verdict ask_once(const struct resolver *, enum mx_type,
    struct mx_answer *);
static void *ask_main(void *);
static enum mx_verdict hear(const struct reply *, enum mx_type,
    struct mx_answer *);
static enum mx_verdict no_answer(const struct reply *);
static int start(const struct resolver *, ns_type, const char *);

static const ns_type types[] = {
	[MX_TYPE_MX] = ns_t_mx,
	[MX_TYPE_A] = ns_t_a,
	[MX_TYPE_AAAA] = ns_t_aaaa,
};

enum mx_verdict
resolver_ask(const struct resolver *resolver, const char *name,
    enum mx_type type, struct mx_answer *answer)
{
	enum mx_verdict verdict = MX_ELSEWHERE;
	int aliases = 0;

	snprintf(answer->name, sizeof(answer->name), "%s", name);
	/* A server that knows only the alias leaves the rest to us. */
	for (int i = 0; verdict == MX_ELSEWHERE; i++) {
		if (i == QUESTIONS_MAX)
			return (MX_LOOP);
		answer->aliases = 0;
		verdict = ask_once(resolver, type, answer);
		aliases += answer->aliases;
	}
	answer->aliases = aliases;
	return (verdict);
}

static enum mx_verdict
ask_once(const struct resolver *resolver, enum mx_type type,
    struct mx_answer *answer)
{
	struct reply *reply = malloc(sizeof(*reply));
	int fd = start(resolver, types[type], answer->name);
	enum mx_verdict verdict = MX_SILENT;

	if (reply != NULL && fd != -1 && recv_within(fd, reply,
	    sizeof(*reply), clock_deadline(resolver->timeout_ms > 0 ?
	    resolver->timeout_ms : PATIENCE_MS)) > 0)
		verdict = hear(reply, type, answer);
	if (fd != -1)
		close(fd);
	free(reply);
	return (verdict);
}

/* Begin a question.  Returns where its answer will come, or -1. */
static int
start(const struct resolver *resolver, ns_type type, const char *name)
{
	struct question *question = calloc(1, sizeof(*question));
	pthread_t thread;
	int fds[2];

	if (question == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET, 0,
	    fds) == -1) {
		free(question);
		return (-1);
	}
	question->fd = fds[1];
	question->type = type;
	snprintf(question->name, sizeof(question->name), "%s", name);
	if (resolver->server != NULL) {
		question->has_server = 1;
		question->server = *resolver->server;
	}
	if (pthread_create(&thread, NULL, ask_main, question) != 0) {
		close(fds[0]);
		close(fds[1]);
		free(question);
		return (-1);
	}
	pthread_detach(thread);
	return (fds[0]);
}

/* The thread of one question.  If nobody waits any more, send fails. */
static void *
ask_main(void *arg)
{
	struct question *question = arg;
	struct reply *reply = calloc(1, sizeof(*reply));
	struct __res_state state = { .options = 0 };

	if (reply != NULL && res_ninit(&state) == 0) {
		if (question->has_server) {
			state.nscount = 1;
			state.nsaddr_list[0] = question->server;
		}
		reply->len = res_nquery(&state, question->name, ns_c_in,
		    question->type, reply->bytes, ANSWER_SIZE);
		reply->error = state.res_h_errno;
		res_nclose(&state);
		send(question->fd, reply, sizeof(*reply), MSG_NOSIGNAL);
	}
	close(question->fd);
	free(reply);
	free(question);
	return (NULL);
}

static enum mx_verdict
hear(const struct reply *reply, enum mx_type type, struct mx_answer *answer)
{
	enum mx_verdict verdict;

	if (reply->len == -1)
		return (no_answer(reply));
	if (reply->len > ANSWER_SIZE)
		return (MX_MALFORMED);
	verdict = mx_parse(reply->bytes, (size_t)reply->len, type, answer);
	/* Over TCP nothing is left to be cut. */
	return (verdict == MX_CUT ? MX_MALFORMED : verdict);
}

/* res_nquery has no error of its own for a server that fails: it says "try
 * again", as it does if none answers.  What came is in the buffer all the
 * same. */
static enum mx_verdict
no_answer(const struct reply *reply)
{
	HEADER header;

	memcpy(&header, reply->bytes, sizeof(header));
	switch (reply->error) {
	case HOST_NOT_FOUND:
		return (MX_NO_NAME);
	case NO_DATA:
		return (MX_NONE);
	case NO_RECOVERY:
		return (MX_REFUSED);
	default:
		break;
	}
	if (header.qr && header.rcode == ns_r_servfail)
		return (MX_SERVER_FAILED);
	return (header.qr && header.rcode != ns_r_noerror ? MX_REFUSED :
	    MX_SILENT);
}
