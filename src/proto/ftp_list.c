/* ftp_list.c - a folder's entries as LIST, MLSD and NLST tell them.
 * Written by hand, not by snprintf: a folder may have 100,000 entries.
 * See also: proto/ftp_list.h, tests/check_ftp_list.c */
#include "proto/ftp_list.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "proto/ftp_reply.h"

#define HALF_A_YEAR	(183 * 86400)
#define NUMBER_SIZE	64		/* two, and a letter between */

static const char *const fact_names[] = { "type", "size", "modify", "perm",
    "unique", "UNIX.mode", "UNIX.uid", "UNIX.gid" };

#define FACTS	(sizeof(fact_names) / sizeof(fact_names[0]))

static char *put_fact(char *, const char *, const char *);
static char *put_name(char *, const char *);
static char *put_number(char *, uint64_t, int, unsigned);
static char *put_text(char *, const char *);
static char *put_time(char *, int64_t, int64_t);
static int control_len(const char *);

int
ftp_list_name_is_plain(const char *name)
{
	for (; *name != '\0'; name++)
		if (control_len(name) > 0)
			return (0);
	return (1);
}

size_t
ftp_list_format_ls(char *line, const struct ftp_entry *entry, int64_t now)
{
	static const char bits[] = "rwxrwxrwx";
	char *at = line;

	*at++ = entry->is_dir ? 'd' : '-';
	for (int i = 0; i < 9; i++)
		*at++ = (entry->mode >> (8 - i) & 1) != 0 ? bits[i] : '-';
	*at++ = ' ';
	at = put_number(at, entry->links, 3, 10);
	*at++ = ' ';
	at = put_number(at, entry->uid, -8, 10);
	*at++ = ' ';
	at = put_number(at, entry->gid, -8, 10);
	*at++ = ' ';
	at = put_number(at, entry->size, 12, 10);
	*at++ = ' ';
	at = put_time(at, entry->modified, now);
	*at++ = ' ';
	at = put_text(put_name(at, entry->name), "\r\n");
	return ((size_t)(at - line));
}

size_t
ftp_list_format_facts(char *line, const struct ftp_entry *entry,
    unsigned facts)
{
	char *at = line, text[NUMBER_SIZE];

	if (facts & FTP_FACT_TYPE)
		at = put_fact(at, "type=", entry->is_dir ? "dir" : "file");
	/* RFC 3659 7.5.7: the size is a file's. */
	if ((facts & FTP_FACT_SIZE) && !entry->is_dir) {
		*put_number(text, entry->size, 0, 10) = '\0';
		at = put_fact(at, "size=", text);
	}
	if (facts & FTP_FACT_MODIFY)
		at = put_fact(at, "modify=",
		    ftp_time_format(entry->modified, text));
	if (facts & FTP_FACT_PERM)
		at = put_fact(at, "perm=", entry->perm);
	if (facts & FTP_FACT_UNIQUE) {
		char *end = put_number(text, entry->device, 0, 16);

		*end++ = 'g';
		*put_number(end, entry->inode, 0, 16) = '\0';
		at = put_fact(at, "unique=", text);
	}
	if (facts & FTP_FACT_MODE) {
		text[0] = '0';
		*put_number(text + 1, entry->mode & 07777, 0, 8) = '\0';
		at = put_fact(at, "UNIX.mode=", text);
	}
	if (facts & FTP_FACT_UID) {
		*put_number(text, entry->uid, 0, 10) = '\0';
		at = put_fact(at, "UNIX.uid=", text);
	}
	if (facts & FTP_FACT_GID) {
		*put_number(text, entry->gid, 0, 10) = '\0';
		at = put_fact(at, "UNIX.gid=", text);
	}
	*at++ = ' ';
	*at = '\0';
	if (entry->name != NULL)
		at = put_text(put_name(at, entry->name), "\r\n");
	return ((size_t)(at - line));
}

unsigned
ftp_list_fact(const char *name, size_t len)
{
	for (unsigned i = 0; i < FACTS; i++)
		if (strlen(fact_names[i]) == len &&
		    strncasecmp(fact_names[i], name, len) == 0)
			return (1U << i);
	return (0);
}

const char *
ftp_list_fact_name(unsigned number)
{
	return (number < FACTS ? fact_names[number] : NULL);
}

static char *
put_text(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len + 1);
	return (at + len);
}

static char *
put_fact(char *at, const char *name, const char *value)
{
	return (put_text(put_text(put_text(at, name), value), ";"));
}

/* At least so wide; a width below 0: to the left. */
static char *
put_number(char *at, uint64_t number, int width, unsigned base)
{
	char digits[24], *digit = digits + sizeof(digits);
	int len;

	do {
		*--digit = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	len = (int)(digits + sizeof(digits) - digit);
	for (int i = len; i < width; i++)
		*at++ = ' ';
	memcpy(at, digit, (size_t)len);
	at += len;
	for (int i = len; i < -width; i++)
		*at++ = ' ';
	return (at);
}

/* "Nov 22 04:15", or "Nov 22  2025": always in English, always UTC. */
static char *
put_time(char *at, int64_t modified, int64_t now)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char text[FTP_TIME_SIZE];
	int month;

	ftp_time_format(modified, text);
	month = (text[4] - '0') * 10 + text[5] - '1';
	memcpy(at, months + (ptrdiff_t)3 * month, 3);
	at[3] = ' ';
	at[4] = text[6] == '0' ? ' ' : text[6];
	at[5] = text[7];
	at[6] = ' ';
	if (modified > now || modified < now - HALF_A_YEAR) {
		at[7] = ' ';
		memcpy(at + 8, text, 4);
	} else {
		memcpy(at + 7, text + 8, 2);
		at[9] = ':';
		memcpy(at + 10, text + 10, 2);
	}
	return (at + 12);
}

static char *
put_name(char *at, const char *name)
{
	const char *end = at + FTP_NAME_MAX;

	while (*name != '\0' && at < end) {
		int len = control_len(name);

		*at++ = len > 0 ? '?' : *name;
		name += len > 0 ? len : 1;
	}
	return (at);
}

/* How many bytes the control character takes that a text begins with; 0: it
 * begins with none. */
static int
control_len(const char *text)
{
	unsigned char first = (unsigned char)text[0];
	unsigned char second;

	if (first != 0xc2)
		return (text_is_control(first) && first < 0x80);
	second = (unsigned char)text[1];
	return (second >= 0x80 && second <= 0x9f ? 2 : 0);
}
