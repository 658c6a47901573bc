/* dialogue.c - one attempt to hand a message over.
 * See also: tools/smtp/dialogue.h, tests/system/smtp_hostile.py */
#include "tools/smtp/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wipe.h"
#include "client/connection.h"
#include "client/hear.h"
#include "proto/base64.h"
#include "tools/smtp/greeting.h"
#include "tools/smtp/wire.h"

#define COMMAND_SIZE	1536
#define LAST_WORDS_S	1		/* of one that hangs up on us */
#define TLS_S		120

enum phase {
	PHASE_GREETING,
	PHASE_EHLO,
	PHASE_HELO,
	PHASE_STARTTLS,
	PHASE_AUTH,
	PHASE_MAIL,
	PHASE_RCPT,
	PHASE_DATA,
	PHASE_TEXT,
	PHASE_QUIT
};

struct dialogue {
	const struct errand *errand;
	const char	*host;
	struct wire	 wire;
	struct smtp_reply reply;	/* the last one */
	struct smtp_features features;
	struct letter_text text;
	struct outcome	 outcome;
	int		 is_broken;	/* nothing more can be said */
};

static int ask(struct dialogue *, enum phase, const char *);
static int authenticate(struct dialogue *);
static int broke(struct dialogue *, const char *, const struct cause *);
static int encrypt(struct dialogue *);
static int end_with(struct dialogue *, int, int);
static int exchange(struct dialogue *, enum phase, const char *,
    const char *);
static int expect(struct dialogue *, enum phase);
static int greet(struct dialogue *);
static int hear(struct dialogue *, enum phase);
static int hear_last_words(struct dialogue *, const struct cause *);
static int hello(struct dialogue *);
static int lacks(struct dialogue *, const char *);
static int secure(struct dialogue *);
static int send_envelope(struct dialogue *);
static int send_text(struct dialogue *);

/* Of each phase: how long its reply may take (RFC 5321 4.5.3.2), the first
 * digit that is hoped for, how the program ends after 5yz, and whether that is
 * an answer about this message, which another exchanger need not repeat. */
static const struct {
	const char	*name;
	int		 limit_s;
	int		 hoped;
	int		 refused;
	int		 is_final;
} phases[] = {
	[PHASE_GREETING] = { N_("connection"), 300, 2, SMTP_UNAVAILABLE, 0 },
	[PHASE_EHLO] = { "EHLO", 300, 2, SMTP_UNAVAILABLE, 0 },
	[PHASE_HELO] = { "HELO", 300, 2, SMTP_UNAVAILABLE, 0 },
	[PHASE_STARTTLS] = { "STARTTLS", 120, 2, SMTP_UNAVAILABLE, 0 },
	[PHASE_AUTH] = { "AUTH", 120, 2, SMTP_NO_PERMISSION, 1 },
	[PHASE_MAIL] = { "MAIL", 300, 2, SMTP_UNAVAILABLE, 1 },
	[PHASE_RCPT] = { "RCPT", 300, 2, SMTP_NO_USER, 1 },
	[PHASE_DATA] = { "DATA", 120, 3, SMTP_UNAVAILABLE, 1 },
	[PHASE_TEXT] = { N_("message"), 600, 2, SMTP_UNAVAILABLE, 1 },
	[PHASE_QUIT] = { "QUIT", 5, 2, SMTP_UNAVAILABLE, 0 },
};

/* Each goes on where the one before it ended well. */
static int (*const steps[])(struct dialogue *) = {
	greet, hello, secure, authenticate, send_envelope, send_text,
};

struct outcome
dialogue_run(const struct errand *errand, const char *host,
    const struct address *addr)
{
	struct dialogue dialogue = { .errand = errand, .host = host,
	    .wire = { .timeout_ms = errand->timeout_ms,
	    .transcript = &errand->transcript } };
	struct cause cause;
	int result = 0;

	if (wire_open(&dialogue.wire, addr, &cause) == -1) {
		log_cause(_("cannot connect to"), &cause);
		return ((struct outcome){ SMTP_UNAVAILABLE, 0 });
	}
	log_line(LOG_LEVEL_DETAIL, _("connected to %s"), dialogue.wire.peer);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) &&
	    result == 0; i++)
		result = steps[i](&dialogue);
	/* Who has answered is told good-bye; the answer changes nothing. */
	if (!dialogue.is_broken && wire_say(&dialogue.wire, "QUIT", NULL,
	    &cause) == 0)
		(void)wire_hear(&dialogue.wire, phases[PHASE_QUIT].limit_s,
		    &dialogue.reply, NULL, &cause);
	wire_close(&dialogue.wire);
	letter_text_fini(&dialogue.text);
	return (dialogue.outcome);
}

static int
greet(struct dialogue *dialogue)
{
	if (dialogue->errand->encryption == ENCRYPTION_FROM_START &&
	    encrypt(dialogue) == -1)
		return (-1);
	return (ask(dialogue, PHASE_GREETING, NULL));
}

/* What a server could do before is forgotten: under TLS it is asked again. */
static int
hello(struct dialogue *dialogue)
{
	char name[GREETING_NAME_SIZE], line[GREETING_NAME_SIZE + 8];

	greeting_name(dialogue->wire.stream.fd, name);
	dialogue->features = (struct smtp_features){ .size = 0 };
	snprintf(line, sizeof(line), "EHLO %s", name);
	if (exchange(dialogue, PHASE_EHLO, line, NULL) == -1)
		return (-1);
	if (dialogue->reply.code != 500 && dialogue->reply.code != 502)
		return (expect(dialogue, PHASE_EHLO));
	/* RFC 5321 3.2: an old server, that has never heard of EHLO. */
	dialogue->features = (struct smtp_features){ .size = 0 };
	snprintf(line, sizeof(line), "HELO %s", name);
	return (ask(dialogue, PHASE_HELO, line));
}

static int
secure(struct dialogue *dialogue)
{
	int wanted = dialogue->errand->encryption;

	if (wanted == ENCRYPTION_NO || wanted == ENCRYPTION_FROM_START)
		return (0);
	if (!dialogue->features.starttls && wanted == ENCRYPTION_REQUIRE)
		return (lacks(dialogue, "STARTTLS"));
	if (!dialogue->features.starttls)
		return (0);
	if (exchange(dialogue, PHASE_STARTTLS, "STARTTLS", NULL) == -1)
		return (-1);
	if (dialogue->reply.code != 220 && wanted == ENCRYPTION_AUTO) {
		log_line(LOG_LEVEL_EVENT, _("%s begins no TLS: the message "
		    "goes in the clear"), dialogue->wire.peer);
		return (0);
	}
	if (expect(dialogue, PHASE_STARTTLS) == -1)
		return (-1);
	/* Whoever is on the way can put words in before the handshake, which
	 * would be believed as if said under it: RFC 3207 6, CVE-2011-0411. */
	if (hear_has_more(&dialogue->wire.reader)) {
		log_line(LOG_LEVEL_ERROR, _("%s: more was said in the clear "
		    "than the answer to STARTTLS: somebody may have put it "
		    "there"), dialogue->wire.peer);
		dialogue->is_broken = 1;
		return (end_with(dialogue, SMTP_TEMPORARY, 0));
	}
	if (encrypt(dialogue) == -1)
		return (-1);
	return (hello(dialogue));
}

static int
encrypt(struct dialogue *dialogue)
{
	struct wire *wire = &dialogue->wire;
	const struct destination to = { .host = dialogue->host,
	    .timeout_ms = wire_limit_ms(wire, TLS_S),
	    .tls = dialogue->errand->tls };
	struct cause cause;

	if (connection_encrypt(&to, &wire->stream, wire->peer, &cause) == -1)
		return (broke(dialogue, cause.kind == CAUSE_CERTIFICATE ?
		    _("not to be trusted:") : _("no TLS with"), &cause));
	if (dialogue->errand->encryption == ENCRYPTION_AUTO)
		log_line(LOG_LEVEL_EVENT, _("encrypted, but nobody has "
		    "verified who %s is (--starttls require)"),
		    dialogue->wire.peer);
	return (0);
}

/* RFC 4616 2: NUL user NUL password, in one word. */
static int
authenticate(struct dialogue *dialogue)
{
	const struct errand *errand = dialogue->errand;
	char plain[COMMAND_SIZE / 2], line[COMMAND_SIZE];
	size_t user_len, len;
	int result;

	if (errand->user == NULL)
		return (0);
	if (!dialogue->features.auth_plain)
		return (lacks(dialogue, "AUTH PLAIN"));
	user_len = strlen(errand->user);
	len = 1 + user_len + 1 + strlen(errand->password);
	plain[0] = '\0';
	memcpy(plain + 1, errand->user, user_len + 1);
	memcpy(plain + 1 + user_len + 1, errand->password,
	    len - user_len - 2);
	snprintf(line, sizeof(line), "AUTH PLAIN ");
	base64_encode(plain, len, line + strlen(line));
	result = exchange(dialogue, PHASE_AUTH, line, "AUTH PLAIN ********");
	wipe(plain, sizeof(plain));
	wipe(line, sizeof(line));
	return (result == 0 ? expect(dialogue, PHASE_AUTH) : -1);
}

static int
send_envelope(struct dialogue *dialogue)
{
	const struct letter *letter = dialogue->errand->letter;
	const struct smtp_features *features = &dialogue->features;
	char line[COMMAND_SIZE], size[32] = "";
	struct cause cause;

	if (letter_format(letter, features->eight_bit, &dialogue->text,
	    &cause) == -1) {
		log_cause(_("no message:"), &cause);
		return (end_with(dialogue, SMTP_SYSTEM, 1));
	}
	if (features->size_max > 0 &&
	    dialogue->text.len > features->size_max) {
		log_line(LOG_LEVEL_ERROR, _("%s: it takes no message of more "
		    "than %llu bytes, and this one has %zu"),
		    dialogue->wire.peer,
		    (unsigned long long)features->size_max,
		    dialogue->text.len);
		return (end_with(dialogue, SMTP_UNAVAILABLE, 1));
	}
	if (features->size)
		snprintf(size, sizeof(size), " SIZE=%zu", dialogue->text.len);
	snprintf(line, sizeof(line), "MAIL FROM:<%s>%s%s", letter->from,
	    size, dialogue->text.is_eight_bit ? " BODY=8BITMIME" : "");
	if (ask(dialogue, PHASE_MAIL, line) == -1)
		return (-1);
	snprintf(line, sizeof(line), "RCPT TO:<%s>", letter->to);
	return (ask(dialogue, PHASE_RCPT, line));
}

/* Once the dot is sent, silence does not mean no: whoever tries again may
 * deliver twice. */
static int
send_text(struct dialogue *dialogue)
{
	struct cause cause;

	if (ask(dialogue, PHASE_DATA, "DATA") == -1)
		return (-1);
	if (wire_say_text(&dialogue->wire, dialogue->text.bytes,
	    dialogue->text.len, &cause) == -1) {
		if (hear_last_words(dialogue, &cause) == -1)
			return (-1);
	} else if (hear(dialogue, PHASE_TEXT) == -1) {
		log_line(LOG_LEVEL_ERROR, _("%s has the whole message, and "
		    "has not said whether it takes it: it may arrive all the "
		    "same"), dialogue->wire.peer);
		dialogue->outcome.is_final = 1;
		return (-1);
	}
	if (expect(dialogue, PHASE_TEXT) == -1)
		return (-1);
	log_line(LOG_LEVEL_EVENT, _("%s has accepted the message for %s"),
	    dialogue->wire.peer, dialogue->errand->letter->to);
	return (end_with(dialogue, SMTP_ACCEPTED, 1));
}

static int
ask(struct dialogue *dialogue, enum phase phase, const char *line)
{
	if (exchange(dialogue, phase, line, NULL) == -1)
		return (-1);
	return (expect(dialogue, phase));
}

/* A command and its reply, whatever it is. */
static int
exchange(struct dialogue *dialogue, enum phase phase, const char *line,
    const char *shown)
{
	struct cause cause;

	if (line != NULL && wire_say(&dialogue->wire, line, shown, &cause) ==
	    -1)
		return (hear_last_words(dialogue, &cause));
	return (hear(dialogue, phase));
}

static int
hear(struct dialogue *dialogue, enum phase phase)
{
	struct cause cause;

	if (wire_hear(&dialogue->wire, phases[phase].limit_s,
	    &dialogue->reply, phase == PHASE_EHLO ? &dialogue->features :
	    NULL, &cause) == 0)
		return (0);
	return (broke(dialogue, _("the dialogue broke off:"), &cause));
}

/* A server that hangs up while we speak may have said why before. */
static int
hear_last_words(struct dialogue *dialogue, const struct cause *cause)
{
	struct cause other;

	dialogue->is_broken = 1;
	if (wire_hear(&dialogue->wire, LAST_WORDS_S, &dialogue->reply, NULL,
	    &other) == 0 && dialogue->reply.code >= 400)
		return (0);
	return (broke(dialogue, _("the dialogue broke off:"), cause));
}

/* Is the reply what was hoped for?  If not, that is told. */
static int
expect(struct dialogue *dialogue, enum phase phase)
{
	const struct smtp_reply *reply = &dialogue->reply;
	char text[TEXT_SAFE_GROWTH * SMTP_REPLY_TEXT_SIZE], enhanced[40] = "";
	int first = reply->code / 100;

	if (first == phases[phase].hoped)
		return (0);
	if (reply->enhanced[0] != 0)
		snprintf(enhanced, sizeof(enhanced), " %d.%d.%d",
		    reply->enhanced[0], reply->enhanced[1],
		    reply->enhanced[2]);
	text_safe(text, sizeof(text), reply->text, strlen(reply->text),
	    TEXT_ONE_LINE);
	log_line(LOG_LEVEL_ERROR, first == 5 ?
	    _("%s: refused, at %s: %d%s %s") : first == 4 ?
	    _("%s: refused for now, at %s: %d%s %s") :
	    _("%s: an answer out of place, at %s: %d%s %s"),
	    dialogue->wire.peer, _(phases[phase].name), reply->code,
	    enhanced, text);
	if (first == 5)
		return (end_with(dialogue, phases[phase].refused,
		    phases[phase].is_final));
	return (end_with(dialogue, SMTP_TEMPORARY, 0));
}

/* The server does not offer what the user insists on. */
static int
lacks(struct dialogue *dialogue, const char *feature)
{
	log_line(LOG_LEVEL_ERROR, _("%s does not offer %s"),
	    dialogue->wire.peer, feature);
	return (end_with(dialogue, SMTP_UNAVAILABLE, 0));
}

static int
broke(struct dialogue *dialogue, const char *doing, const struct cause *cause)
{
	log_cause(doing, cause);
	dialogue->is_broken = 1;
	return (end_with(dialogue, cause->kind == CAUSE_CERTIFICATE ?
	    SMTP_CERTIFICATE : SMTP_TEMPORARY, 0));
}

/* Returns -1: there is no next step. */
static int
end_with(struct dialogue *dialogue, int status, int is_final)
{
	dialogue->outcome = (struct outcome){ status, is_final };
	return (-1);
}
