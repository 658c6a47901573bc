/* talk_input.c - what is typed: on its way to the server, or refused.
 * See also: tools/chat/talk.h, proto/chat_command.h */
#include "tools/chat/talk.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"

static void put(struct talk *, const char *, size_t);
static void refuse(struct talk *, const char *);

void
talk_obey(struct talk *talk, const char *line, size_t len)
{
	struct chat_command command;
	enum chat_verdict verdict;
	int is_password = talk->password_next;

	talk->password_next = 0;
	if (len > CHAT_LINE_MAX || memchr(line, '\n', len) != NULL) {
		refuse(talk, len > CHAT_LINE_MAX ?
		    _("a line of more than 1024 bytes is not sent") :
		    _("a line with a line end in it is not sent"));
		if (is_password)	/* another line would be taken for it */
			put(talk, "", 0);
		return;
	}
	verdict = is_password ? CHAT_COMMAND_UNKNOWN :
	    chat_command_parse(line, len, &command);
	if (verdict != CHAT_COMMAND_UNKNOWN && command.verb == CHAT_LOGIN) {
		if (talk->person || secret_is_given(&talk->options->secret)) {
			talk_login(talk, line, len);
			return;
		}
		talk->password_next = 1;
	}
	if (verdict == CHAT_COMMAND_GOOD && command.verb == CHAT_QUIT)
		talk->leaving = talk->quit = 1;
	/* Without a connection nobody has to be told. */
	if (!talk->quit || talk->stream.fd != -1)
		put(talk, line, len);
}

static void
put(struct talk *talk, const char *line, size_t len)
{
	while (!typed_has_room(&talk->out, len) && !talk->over &&
	    talk->stream.fd != -1)
		talk_wait(talk, -1, NULL);
	if (talk->over)
		return;
	/* Nothing waited: the server could not be late. */
	if (talk->out.len == 0)
		talk->active_ms = clock_now_ms();
	if (typed_put(&talk->out, line, len) == -1)
		refuse(talk, _("not connected, and too much waits to be sent: "
		    "this line is not kept"));
	else if (talk->stream.fd != -1)
		talk_send(talk);
	else
		log_line(LOG_LEVEL_EVENT, _("not connected: this line is kept, "
		    "and sent as soon as there is a connection"));
}

static void
refuse(struct talk *talk, const char *why)
{
	log_line(LOG_LEVEL_ERROR, "%s", why);
	talk->status |= !talk->person;
}

const char *
talk_word(void *context, const char *before, size_t i)
{
	struct talk *talk = context;

	if (before[0] == '\0' && i < CHAT_VERBS - 1) {
		snprintf(talk->word, sizeof(talk->word), "/%s",
		    chat_command_name((enum chat_verb)(CHAT_SAY + 1 + i)));
		return (talk->word);
	}
	return (people_at(&talk->people,
	    before[0] == '\0' ? i - (CHAT_VERBS - 1) : i));
}
