/* tftp_packet.c - the six packets of TFTP.
 * See also: proto/tftp_packet.h, tests/check_tftp_packet.c */
#include "proto/tftp_packet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/text.h"

#define SHOWN_NAME	256		/* of a name or an error's text */

/* What is left of a packet; every field is taken by field_next. */
struct fields {
	const char	*at, *end;
};

/* Where a packet is built; once something did not fit, nothing more is
 * written. */
struct room {
	uint8_t		*buf;
	size_t		 size, len;
	int		 full;
};

static enum tftp_mode mode_find(const char *);
static const char *field_next(struct fields *);
static int option_find(const char *);
static void option_note(struct tftp_options *, const char *, const char *);
static enum tftp_verdict parse_options(struct fields *,
    struct tftp_options *);
static enum tftp_verdict parse_request(struct fields *,
    struct tftp_packet *);
static void put_options(struct room *, const struct tftp_options *);
static void put_text(struct room *, const char *);
static void put_word(struct room *, unsigned);
static unsigned word_at(const uint8_t *);

static const char *const option_names[TFTP_OPTIONS] = {
	[TFTP_BLKSIZE] = "blksize", [TFTP_TIMEOUT] = "timeout",
	[TFTP_TSIZE] = "tsize", [TFTP_WINDOWSIZE] = "windowsize",
};

static const char *const mode_names[] = {
	[TFTP_OCTET] = "octet", [TFTP_NETASCII] = "netascii",
	[TFTP_MODE_UNKNOWN] = "unknown",
};

static const char *const opcode_names[] = {
	[TFTP_RRQ] = "RRQ", [TFTP_WRQ] = "WRQ", [TFTP_DATA] = "DATA",
	[TFTP_ACK] = "ACK", [TFTP_ERROR] = "ERROR", [TFTP_OACK] = "OACK",
};

static const char *const code_texts[] = {
	[TFTP_SEE_TEXT] = "Not defined, see error message",
	[TFTP_NOT_FOUND] = "File not found",
	[TFTP_ACCESS_VIOLATION] = "Access violation",
	[TFTP_DISK_FULL] = "Disk full or allocation exceeded",
	[TFTP_ILLEGAL_OPERATION] = "Illegal TFTP operation",
	[TFTP_UNKNOWN_TRANSFER] = "Unknown transfer ID",
	[TFTP_FILE_EXISTS] = "File already exists",
	[TFTP_NO_SUCH_USER] = "No such user",
	[TFTP_BAD_OPTIONS] = "Option negotiation refused",
};

enum tftp_verdict
tftp_packet_parse(const void *buf, size_t len, struct tftp_packet *packet)
{
	const uint8_t *bytes = buf;
	struct fields fields;

	memset(packet, 0, sizeof(*packet));
	if (len < TFTP_HEADER_SIZE)
		return (TFTP_SHORT);
	packet->opcode = (enum tftp_opcode)word_at(bytes);
	fields = (struct fields){ (const char *)bytes + 2,
	    (const char *)bytes + len };
	switch (packet->opcode) {
	case TFTP_RRQ:
	case TFTP_WRQ:
		return (parse_request(&fields, packet));
	case TFTP_OACK:
		return (parse_options(&fields, &packet->options));
	case TFTP_ERROR:
		packet->code = (int)word_at(bytes + 2);
		packet->data = bytes + TFTP_HEADER_SIZE;
		packet->data_len = strnlen((const char *)packet->data,
		    len - TFTP_HEADER_SIZE);
		return (TFTP_GOOD);
	case TFTP_DATA:
	case TFTP_ACK:
		packet->block = (uint16_t)word_at(bytes + 2);
		packet->data = bytes + TFTP_HEADER_SIZE;
		packet->data_len = len - TFTP_HEADER_SIZE;
		return (TFTP_GOOD);
	default:
		return (TFTP_MALFORMED);
	}
}

size_t
tftp_build_request(void *buf, size_t size, const struct tftp_packet *request)
{
	struct room room = { .buf = buf, .size = size };

	put_word(&room, request->opcode);
	put_text(&room, request->name);
	put_text(&room, tftp_mode_name(request->mode));
	put_options(&room, &request->options);
	return (room.full ? 0 : room.len);
}

size_t
tftp_build_oack(void *buf, size_t size, const struct tftp_options *options)
{
	struct room room = { .buf = buf, .size = size };

	put_word(&room, TFTP_OACK);
	put_options(&room, options);
	return (room.full ? 0 : room.len);
}

size_t
tftp_build_error(void *buf, size_t size, enum tftp_code code,
    const char *text)
{
	struct room room = { .buf = buf, .size = size };
	char cut[SHOWN_NAME];

	snprintf(cut, sizeof(cut), "%s", text != NULL ? text :
	    tftp_code_text((int)code));
	put_word(&room, TFTP_ERROR);
	put_word(&room, code);
	put_text(&room, cut);
	return (room.full ? 0 : room.len);
}

void
tftp_build_header(uint8_t header[TFTP_HEADER_SIZE], enum tftp_opcode opcode,
    uint64_t block)
{
	header[0] = 0;
	header[1] = (uint8_t)opcode;
	header[2] = (uint8_t)(block >> 8);
	header[3] = (uint8_t)block;
}

const char *
tftp_mode_name(enum tftp_mode mode)
{
	return (mode_names[mode]);
}

const char *
tftp_code_text(int code)
{
	if (code < 0 || code > TFTP_BAD_OPTIONS)
		code = TFTP_SEE_TEXT;
	return (code_texts[code]);
}

const char *
tftp_packet_text(const void *buf, size_t len, char *text, size_t size)
{
	struct tftp_packet packet;
	enum tftp_verdict verdict = tftp_packet_parse(buf, len, &packet);
	char safe[SHOWN_NAME], options[SHOWN_NAME];
	const char *shown = packet.name != NULL ? packet.name :
	    (const char *)packet.data;

	if (verdict != TFTP_GOOD) {
		snprintf(text, size, "nothing known <%zu bytes>", len);
		return (text);
	}
	text_safe(safe, sizeof(safe), shown != NULL ? shown : "",
	    packet.name != NULL ? strlen(packet.name) :
	    packet.opcode == TFTP_ERROR ? packet.data_len : 0,
	    TEXT_ONE_LINE);
	tftp_options_text(&packet.options, options, sizeof(options));
	if (packet.name != NULL)
		snprintf(text, size, "%s <file=%s, mode=%s%s%s>",
		    opcode_names[packet.opcode], safe,
		    tftp_mode_name(packet.mode),
		    options[0] != '\0' ? "," : "", options);
	else if (packet.opcode == TFTP_DATA)
		snprintf(text, size, "DATA <block=%d, %zu bytes>",
		    packet.block, packet.data_len);
	else if (packet.opcode == TFTP_ACK)
		snprintf(text, size, "ACK <block=%d>", packet.block);
	else if (packet.opcode == TFTP_ERROR)
		snprintf(text, size, "ERROR <code=%d, msg=%s>", packet.code,
		    safe);
	else
		snprintf(text, size, "OACK <%s>", options[0] == '\0' ? "" :
		    options + 1);
	return (text);
}

size_t
tftp_options_text(const struct tftp_options *options, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < TFTP_OPTIONS; i++)
		if (options->given[i])
			len += (size_t)snprintf(text + len,
			    len < size ? size - len : 0, " %s=%" PRIu64,
			    option_names[i], options->values[i]);
	return (len);
}

static enum tftp_verdict
parse_request(struct fields *fields, struct tftp_packet *packet)
{
	const char *name = field_next(fields);
	const char *mode = field_next(fields);

	if (name == NULL || name[0] == '\0' || mode == NULL)
		return (TFTP_MALFORMED);
	if (parse_options(fields, &packet->options) != TFTP_GOOD)
		return (TFTP_MALFORMED);
	packet->name = name;
	packet->mode = mode_find(mode);
	return (TFTP_GOOD);
}

/* Some boot ROMs fill a request up with NULs: an option without a name is the
 * end. */
static enum tftp_verdict
parse_options(struct fields *fields, struct tftp_options *options)
{
	while (fields->at < fields->end && *fields->at != '\0') {
		const char *name = field_next(fields);
		const char *value = field_next(fields);

		if (name == NULL || value == NULL) {
			memset(options, 0, sizeof(*options));
			return (TFTP_MALFORMED);
		}
		option_note(options, name, value);
	}
	return (TFTP_GOOD);
}

/* The text up to the next NUL; NULL if there is none before the end. */
static const char *
field_next(struct fields *fields)
{
	const char *field = fields->at;
	const char *nul = field == fields->end ? NULL :
	    memchr(field, '\0', (size_t)(fields->end - field));

	if (nul == NULL)
		return (NULL);
	fields->at = nul + 1;
	return (field);
}

/* RFC 2347: an option may be specified once; case does not matter. */
static void
option_note(struct tftp_options *options, const char *name, const char *value)
{
	int option = option_find(name);
	uint64_t number;

	if (option == TFTP_OPTIONS)
		options->unknown = 1;
	if (option == TFTP_OPTIONS || options->given[option])
		return;
	if (num_parse(value, strlen(value), INT64_MAX, &number) == -1) {
		options->unreadable = 1;
		return;
	}
	options->given[option] = 1;
	options->values[option] = number;
}

static int
option_find(const char *name)
{
	int i = 0;

	while (i < TFTP_OPTIONS && strcasecmp(name, option_names[i]) != 0)
		i++;
	return (i);
}

static enum tftp_mode
mode_find(const char *name)
{
	int i = TFTP_OCTET;

	while (i < TFTP_MODE_UNKNOWN && strcasecmp(name, mode_names[i]) != 0)
		i++;
	return ((enum tftp_mode)i);
}

static void
put_options(struct room *room, const struct tftp_options *options)
{
	char number[24];

	for (int i = 0; i < TFTP_OPTIONS; i++) {
		if (!options->given[i])
			continue;
		snprintf(number, sizeof(number), "%" PRIu64,
		    options->values[i]);
		put_text(room, option_names[i]);
		put_text(room, number);
	}
}

static void
put_text(struct room *room, const char *text)
{
	size_t len = strlen(text) + 1;

	if (room->full || room->size - room->len < len) {
		room->full = 1;
		return;
	}
	memcpy(room->buf + room->len, text, len);
	room->len += len;
}

static void
put_word(struct room *room, unsigned word)
{
	if (room->full || room->size - room->len < 2) {
		room->full = 1;
		return;
	}
	room->buf[room->len++] = (uint8_t)(word >> 8);
	room->buf[room->len++] = (uint8_t)word;
}

static unsigned
word_at(const uint8_t *bytes)
{
	return ((unsigned)bytes[0] << 8 | bytes[1]);
}
