/* ftp_command.c - one line of an FTP control connection: a verb, an argument.
 * See also: proto/ftp_command.h, tests/check_ftp_command.c */
#include "proto/ftp_command.h"

#include <string.h>

/* RFC 854: what follows IAC. */
#define TELNET_IAC	0xff
#define TELNET_WILL	0xfb	/* WILL, WONT, DO, DONT: and an option */
#define TELNET_SE	0xf0		/* the first of the commands */

static int is_letter(char);
static size_t telnet_strip(char *, size_t);
static size_t verb_take(char [FTP_VERB_SIZE], const char *, size_t);

enum ftp_command_verdict
ftp_command_parse(struct ftp_command *command, char *line, size_t len)
{
	size_t verb;

	len = telnet_strip(line, len);
	line[len] = '\0';
	verb = verb_take(command->verb, line, len);
	command->argument = line + len;
	command->argument_len = 0;
	if (len == 0)
		return (FTP_COMMAND_EMPTY);
	if (memchr(line, '\0', len) != NULL || memchr(line, '\r', len) != NULL)
		return (FTP_COMMAND_NUL);
	if (verb < 3 || verb >= FTP_VERB_SIZE ||
	    (verb < len && line[verb] != ' '))
		return (FTP_COMMAND_BAD_VERB);
	if (verb < len) {
		/* One space; another one is the first byte of a name. */
		command->argument = line + verb + 1;
		command->argument_len = len - verb - 1;
	}
	return (FTP_COMMAND_GOOD);
}

ssize_t
ftp_command_format(char *buf, size_t size, const char *verb,
    const char *argument)
{
	size_t len = strlen(verb);

	if (len + 2 + (argument != NULL) > size)
		return (-1);
	memcpy(buf, verb, len);
	if (argument != NULL)
		buf[len++] = ' ';
	for (; argument != NULL && *argument != '\0'; argument++) {
		if (*argument == '\r' || *argument == '\n' || len + 4 > size)
			return (-1);
		if ((unsigned char)*argument == TELNET_IAC)
			buf[len++] = *argument;
		buf[len++] = *argument;
	}
	buf[len++] = '\r';
	buf[len++] = '\n';
	return ((ssize_t)len);
}

/* Returns how much is left of the line. */
static size_t
telnet_strip(char *line, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? (unsigned char)line[i + 1] :
		    TELNET_SE;

		if ((unsigned char)line[i] != TELNET_IAC) {
			line[kept++] = line[i];
		} else if (next == TELNET_IAC) {
			line[kept++] = line[++i];
		} else if (next >= TELNET_WILL) {
			i += 2;
		} else if (next >= TELNET_SE) {
			i++;
		}
	}
	return (kept);
}

/* The letters that a line begins with: how many, and the first four. */
static size_t
verb_take(char verb[FTP_VERB_SIZE], const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && is_letter(line[n])) {
		/* Not toupper: in Turkish it has two kinds of I. */
		if (n < FTP_VERB_SIZE - 1)
			verb[n] = (char)(line[n] & ~0x20);
		n++;
	}
	verb[n < FTP_VERB_SIZE - 1 ? n : FTP_VERB_SIZE - 1] = '\0';
	return (n);
}

static int
is_letter(char c)
{
	return ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
}
