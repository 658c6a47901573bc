/* message.h - the fil protocol: one JSON object a line.
 *	request  {"id":7,"command":"MESSAGE","text":"salut"}
 *	reply    {"id":7,"status":"ok","seq":42}
 *	event    {"event":"message","from":"pc3","text":"salut","seq":42}
 * A message is read from a line, or built member by member and written as one.
 * Building cannot fail on the way: what went wrong is told when it is written.
 *
 *	message_init_reply(&reply, &id, MESSAGE_OK);
 *	message_set_number(&reply, "seq", seq);
 *	len = message_format(&reply, line, sizeof(line));
 *	message_fini(&reply);
 *
 * Nothing need be called before: jansson chooses the seed of its tables at the
 * first use, once, whichever thread comes first.
 * The JSON is jansson's.  Known, and accepted: if malloc fails just behind a
 * number or a word of 15, 31, 63... characters, jansson aborts, or takes
 * another number where its assertions are compiled out (its issue 362).
 * Ref: fil-protocol(7), RFC 8259.   See also: proto/json_shape.h,
 * tests/check_message.c, tests/fuzz/fuzz_message.c */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MESSAGE_LINE_MAX	8192	/* of a request, without line end */
#define MESSAGE_TEXT_MAX	4096	/* of MESSAGE, without escapes */
#define MESSAGE_ID_MAX		64
#define MESSAGE_DEPTH_MAX	16	/* an object in no other is 1 deep */
#define MESSAGE_REPLY_MAX	65536	/* of any line of a server */

/* What a server sends can be longer than what it takes: a text may come as it
 * is and go out with a backslash before each byte.  512 bytes are for all
 * else: two names of 64 bytes, each escaped too, time, seq, the newline. */
#define MESSAGE_EVENT_MAX	(2 * MESSAGE_TEXT_MAX + 512)

struct json_t;				/* of <jansson.h> */

/* Only message.c looks inside. */
struct message {
	struct json_t	*object;
	int		 failed;	/* something could not be set */
};

enum message_id_kind {
	MESSAGE_ID_NONE,
	MESSAGE_ID_NUMBER,
	MESSAGE_ID_TEXT
};

/* What a request is told by, and its reply again. */
struct message_id {
	enum message_id_kind kind;
	int64_t		 number;
	char		 text[MESSAGE_ID_MAX + 1];
};

/* Why a request was refused; message.c has their names and texts. */
enum message_code {
	MESSAGE_OK,			/* it was not */
	MESSAGE_BAD_JSON,
	MESSAGE_BAD_REQUEST,
	MESSAGE_LINE_TOO_LONG,
	MESSAGE_UNKNOWN_COMMAND,
	MESSAGE_NOT_OVER_UDP,
	MESSAGE_BAD_TOKEN,
	MESSAGE_TLS_REQUIRED,
	MESSAGE_NO_ACCOUNTS,
	MESSAGE_BAD_CREDENTIALS,
	MESSAGE_TOO_MANY_ATTEMPTS,
	MESSAGE_ALREADY_LOGGED_IN,
	MESSAGE_NOT_LOGGED_IN,
	MESSAGE_NO_SUCH_USER,
	MESSAGE_TEXT_TOO_LONG,
	MESSAGE_BAD_TEXT,
	MESSAGE_BAD_PORT,
	MESSAGE_NO_UDP,
	MESSAGE_SERVER_ERROR,
	MESSAGE_CODES			/* how many there are */
};

enum message_member {
	MESSAGE_FOUND,
	MESSAGE_MISSING,
	MESSAGE_WRONG_TYPE		/* null, too: a private message "to"
					 * null must not go to everybody */
};

/*
 * message_parse - read a line
 *   buf, len   the line without its end: any bytes, of any length
 *   message    receives it; message_fini also after a failure
 *   id         receives its id: none if it has none, or null, or none that
 *              could be read
 * Returns MESSAGE_OK;
 * MESSAGE_BAD_JSON, without an id: not JSON in UTF-8 (a blank line, a byte
 * order mark, half a surrogate pair);
 * MESSAGE_BAD_REQUEST: JSON, but no object, or with an id that is neither an
 * integer nor a text of at most MESSAGE_ID_MAX bytes; or with more than we
 * take: more than MESSAGE_DEPTH_MAX brackets open, two members of one name,
 * text with a NUL, a number beyond int64_t or double.  These leave the id if
 * the line has the shape of an object and the id is there once;
 * MESSAGE_SERVER_ERROR, without an id: no memory.
 * Of several faults a raw NUL is told first (bad-json), then the depth, then
 * the first in the line: what stands behind it need not be JSON.
 * Time and memory grow as len does: for 8192 bytes, less than 1 MiB.
 * Blocks: no.   Threads: safe; a message belongs to one thread.
 */
enum message_code message_parse(const void *buf, size_t len,
	    struct message *message, struct message_id *id);

/* message_fini - free it.  Takes a zeroed one. */
void	message_fini(struct message *message);

/*
 * message_wipe_text - overwrite a secret, before message_fini
 * Does nothing if there is no such text.
 * Blocks: no.   Threads: the message's.
 */
void	message_wipe_text(struct message *message, const char *name);

/*
 * message_get_text, _number, _flag - a member's value
 *   text   a string of UTF-8 that ends with its NUL and holds no other; it
 *          lives as long as the message.  NULL unless it was found
 *   number   an integer; 1.0 is of the wrong type
 *   number, flag   as they were unless found
 * Blocks: no.   Threads: the message's.
 */
enum message_member message_get_text(const struct message *message,
	    const char *name, const char **text);
enum message_member message_get_number(const struct message *message,
	    const char *name, int64_t *number);
enum message_member message_get_flag(const struct message *message,
	    const char *name, int *flag);

/*
 * message_list_text, _row - the i-th item of a list, from 0
 *   row   receives an object, to be asked as a message is; a part of the
 *         message: never message_fini it
 * Returns MESSAGE_MISSING beyond the last one, or if there is no such list.
 * Blocks: no.   Threads: the message's.
 */
enum message_member message_list_text(const struct message *message,
	    const char *list, size_t i, const char **text);
enum message_member message_list_row(const struct message *message,
	    const char *list, size_t i, struct message *row);

/*
 * message_init_reply, _request, _event, _row - begin to build one
 *   id        of the request; a reply without one says "id":null, a request
 *             says nothing.  NULL: none
 *   code      MESSAGE_OK: "status":"ok", else "error", the code and its text
 *   command, event   "MESSAGE", "message"
 * A row is an object for message_append_row.
 * Blocks: no.   Threads: a message belongs to one.
 */
void	message_init_reply(struct message *message,
	    const struct message_id *id, enum message_code code);
void	message_init_request(struct message *message,
	    const struct message_id *id, const char *command);
void	message_init_event(struct message *message, const char *event);
void	message_init_row(struct message *message);

/*
 * message_set_text, _number, _flag - add a member, after those before
 *   text   of UTF-8: anything else is a failure, told by message_format
 * Blocks: no.   Threads: the message's.
 */
void	message_set_text(struct message *message, const char *name,
	    const char *text);
void	message_set_number(struct message *message, const char *name,
	    int64_t number);
void	message_set_flag(struct message *message, const char *name, int flag);

/*
 * message_append_text, _row - add an item to a list; the first one makes it
 *   row   taken over, and left zeroed
 * Blocks: no.   Threads: the message's.
 */
void	message_append_text(struct message *message, const char *list,
	    const char *text);
void	message_append_row(struct message *message, const char *list,
	    struct message *row);

/*
 * message_format - write a message as one line
 *   buf, size   receives the line with its newline, and no NUL
 * Members keep their order.  UTF-8 stays; only quotes, backslashes and C0
 * control characters are escaped, so the newline is the only one.
 * Returns the line's length; -1 if it does not fit, or if something could not
 * be set: bytes that are not UTF-8, or no memory.
 * Blocks: no.   Threads: the message's.
 */
ssize_t	message_format(const struct message *message, char *buf, size_t size);

/*
 * message_code_name, _text - a code as it is on the wire, and for the people
 * who read it there: in English, always
 * Blocks: no.   Threads: safe.
 */
const char *message_code_name(enum message_code code);
const char *message_code_text(enum message_code code);

/*
 * message_text_check - may MESSAGE carry this text?
 * Returns MESSAGE_OK, MESSAGE_TEXT_TOO_LONG, or MESSAGE_BAD_TEXT: it is empty
 * (nobody is told nothing), not UTF-8, or has a control character but tab: C0,
 * DEL, C1.
 * Blocks: no.   Threads: safe.
 */
enum message_code message_text_check(const char *text, size_t len);

#endif
