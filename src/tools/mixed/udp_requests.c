/* udp_requests.c - the fil protocol in datagrams: MESSAGE and PING, with the
 * token of a session.
 * See also: tools/mixed/udp_requests.h, tests/system/protocol.py */
#include "tools/mixed/udp_requests.h"

#include <string.h>

#include "base/clock.h"
#include "serve/lifecycle.h"
#include "tools/mixed/mixed.h"

#define UDP_REPLY_MAX	512		/* with a valid token */

static enum message_code check_request(struct mixed *, struct udp_request *);
static int is_answer(const struct message *);
static int post(struct udp_requests *, const struct udp_request *);
static int reply(struct udp_request *, enum message_code, struct message *);
static void say(struct mixed *, struct udp_request *);
static void *speaker_main(void *);

int
udp_requests_init(struct udp_requests *requests, struct mixed *mixed,
    struct cause *cause)
{
	int error;

	memset(requests, 0, sizeof(*requests));
	if ((error = pthread_mutex_init(&requests->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, NULL);
		return (-1);
	}
	if ((error = pthread_cond_init(&requests->posted, NULL)) != 0) {
		cause_errno(cause, "pthread_cond_init", error, NULL);
		pthread_mutex_destroy(&requests->lock);
		return (-1);
	}
	requests->mixed = mixed;
	return (0);
}

/* What still waits is not said: its speakers have gone. */
void
udp_requests_fini(struct udp_requests *requests)
{
	if (requests->mixed == NULL)
		return;
	pthread_mutex_lock(&requests->lock);
	requests->stopping = 1;
	pthread_cond_signal(&requests->posted);
	pthread_mutex_unlock(&requests->lock);
	if (requests->started)
		pthread_join(requests->thread, NULL);
	for (size_t i = 0; i < requests->len; i++)
		message_fini(&requests->waiting[(requests->first + i) %
		    UDP_REQUESTS_MAX].message);
	pthread_cond_destroy(&requests->posted);
	pthread_mutex_destroy(&requests->lock);
	requests->mixed = NULL;
}

int
udp_requests_answer(struct udp_requests *requests,
    const struct datagram *datagram)
{
	struct mixed *mixed = requests->mixed;
	struct udp_request request = { .datagram = *datagram };
	struct message answer;
	const char *command;
	char now[TIME_SIZE];
	enum message_code code = MESSAGE_LINE_TOO_LONG;

	if (datagram->len <= MESSAGE_LINE_MAX)
		code = message_parse(datagram->data, datagram->len,
		    &request.message, &request.id);

	request.datagram.data = NULL;
	if (is_answer(&request.message)) {
		message_fini(&request.message);
		return (0);
	}
	if (code == MESSAGE_OK)
		code = check_request(mixed, &request);
	message_get_text(&request.message, "command", &command);
	if (code == MESSAGE_OK && strcmp(command, "MESSAGE") == 0) {
		if (post(requests, &request) == 0)
			return (1);
		code = MESSAGE_SERVER_ERROR;
	}
	message_init_reply(&answer, &request.id, MESSAGE_OK);
	if (code == MESSAGE_OK)
		message_set_text(&answer, "time", clock_utc(now, sizeof(now)));
	return (reply(&request, code, &answer));
}

/* MESSAGE_OK: it is MESSAGE or PING, and the speaker is known. */
static enum message_code
check_request(struct mixed *mixed, struct udp_request *request)
{
	const char *command, *token;

	if (message_get_text(&request->message, "command", &command) !=
	    MESSAGE_FOUND)
		return (MESSAGE_BAD_REQUEST);
	if (message_get_text(&request->message, "token", &token) !=
	    MESSAGE_FOUND || directory_find(&mixed->directory, token,
	    &request->speaker) == -1)
		return (MESSAGE_BAD_TOKEN);
	request->is_known = 1;
	return (strcmp(command, "MESSAGE") == 0 ||
	    strcmp(command, "PING") == 0 ? MESSAGE_OK : MESSAGE_NOT_OVER_UDP);
}

/* Our own words, come back or come from another server like this one: to
 * answer them would go on for ever (CVE-2024-2169). */
static int
is_answer(const struct message *message)
{
	const char *text;

	return (message_get_text(message, "status", &text) !=
	    MESSAGE_MISSING || message_get_text(message, "event", &text) !=
	    MESSAGE_MISSING);
}

/* Leave a request to the speaker's thread.  Returns -1 if too many wait. */
static int
post(struct udp_requests *requests, const struct udp_request *request)
{
	int result = -1;

	pthread_mutex_lock(&requests->lock);
	if (!requests->started)
		requests->started = pthread_create(&requests->thread, NULL,
		    speaker_main, requests) == 0;
	if (requests->started && requests->len < UDP_REQUESTS_MAX) {
		requests->waiting[(requests->first + requests->len++) %
		    UDP_REQUESTS_MAX] = *request;
		pthread_cond_signal(&requests->posted);
		result = 0;
	}
	pthread_mutex_unlock(&requests->lock);
	return (result);
}

static void *
speaker_main(void *arg)
{
	struct udp_requests *requests = arg;

	lifecycle_leave_signals();
	pthread_mutex_lock(&requests->lock);
	while (!requests->stopping) {
		struct udp_request request;

		if (requests->len == 0) {
			pthread_cond_wait(&requests->posted, &requests->lock);
			continue;
		}
		request = requests->waiting[requests->first];
		requests->first = (requests->first + 1) % UDP_REQUESTS_MAX;
		requests->len--;
		pthread_mutex_unlock(&requests->lock);
		say(requests->mixed, &request);
		pthread_mutex_lock(&requests->lock);
	}
	pthread_mutex_unlock(&requests->lock);
	return (NULL);
}

static void
say(struct mixed *mixed, struct udp_request *request)
{
	struct speech speech = { .speaker = &request->speaker, .via = "udp" };
	struct message answer;

	message_init_reply(&answer, &request->id, MESSAGE_OK);
	reply(request, mixed_run_message(mixed, &speech,
	    &request->message, &answer), &answer);
}

/* Send the reply, if it may be sent, and forget the request.
 *   answer   of status ok; taken over */
static int
reply(struct udp_request *request, enum message_code code,
    struct message *answer)
{
	char line[UDP_REPLY_MAX + 1];
	ssize_t len;
	int sent;

	mixed_log_request("UDP", &request->datagram.from, &request->message,
	    code);
	if (code != MESSAGE_OK) {
		message_fini(answer);
		message_init_reply(answer, &request->id, code);
	}
	/* A datagram is one object: the newline stays here. */
	len = message_format(answer, line, sizeof(line)) - 1;
	sent = len > 0 && (request->is_known ||
	    (size_t)len < request->datagram.len);
	if (sent)
		server_reply(&request->datagram, line, (size_t)len);
	message_fini(answer);
	message_fini(&request->message);
	return (sent);
}
