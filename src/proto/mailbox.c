/* mailbox.c - user@domain, the address of a mailbox.
 * See also: proto/mailbox.h, tests/check_mailbox.c */
#include "proto/mailbox.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"

#define USER_MAX	64
#define LABEL_MAX	63
#define IPV6_TAG	"IPv6:"

static int is_alphanumeric(char);
static int is_name(const char *);
static int is_quoted(const char *, size_t);
static int is_words(const char *, size_t);
static int literal(const char *, char [MAILBOX_DOMAIN_SIZE]);

static const char *const wrong[] = {
	[MAILBOX_NO_DOMAIN] = N_("an address is USER@DOMAIN"),
	[MAILBOX_NOT_ASCII] = N_("addresses beyond ASCII are not known here"),
	[MAILBOX_TOO_LONG] = N_("the address is too long"),
	[MAILBOX_BAD_USER] = N_("no mailbox can have such a name"),
	[MAILBOX_BAD_DOMAIN] = N_("no domain can have such a name"),
};

enum mailbox_verdict
mailbox_check(const char *text)
{
	const char *at = strrchr(text, '@');
	size_t len = strlen(text), user_len;
	char number[MAILBOX_DOMAIN_SIZE];

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] > 0x7f)
			return (MAILBOX_NOT_ASCII);
	if (at == NULL || at[1] == '\0')
		return (MAILBOX_NO_DOMAIN);
	user_len = (size_t)(at - text);
	if (len > MAILBOX_MAX || user_len > USER_MAX)
		return (MAILBOX_TOO_LONG);
	if (!is_words(text, user_len) && !is_quoted(text, user_len))
		return (MAILBOX_BAD_USER);
	if (!is_name(at + 1) && !literal(at + 1, number))
		return (MAILBOX_BAD_DOMAIN);
	return (MAILBOX_GOOD);
}

const char *
mailbox_wrong(enum mailbox_verdict verdict)
{
	return (wrong[verdict]);
}

int
mailbox_domain(const char *mailbox, char host[MAILBOX_DOMAIN_SIZE])
{
	const char *domain = strrchr(mailbox, '@') + 1;

	if (literal(domain, host))
		return (1);
	snprintf(host, MAILBOX_DOMAIN_SIZE, "%s", domain);
	return (0);
}

/* RFC 5321 Dot-string: atoms with one dot between. */
static int
is_words(const char *text, size_t len)
{
	int after_dot = 1;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.' && after_dot)
			return (0);
		after_dot = text[i] == '.';
		if (!after_dot && !is_alphanumeric(text[i]) &&
		    strchr("!#$%&'*+-/=?^_`{|}~", text[i]) == NULL)
			return (0);
	}
	return (!after_dot);
}

/* RFC 5321 Quoted-string. */
static int
is_quoted(const char *text, size_t len)
{
	if (len < 2 || text[0] != '"' || text[len - 1] != '"')
		return (0);
	for (size_t i = 1; i < len - 1; i++) {
		if (text[i] == '"' || text[i] < ' ' || text[i] > '~')
			return (0);
		if (text[i] == '\\' && ++i == len - 1)
			return (0);
		if (text[i] < ' ' || text[i] > '~')
			return (0);
	}
	return (1);
}

/* RFC 1123 2.1: letters, digits and hyphens, and no hyphen at an end. */
static int
is_name(const char *domain)
{
	for (;;) {
		size_t len = strcspn(domain, ".");

		if (len == 0 || len > LABEL_MAX || domain[0] == '-' ||
		    domain[len - 1] == '-')
			return (0);
		for (size_t i = 0; i < len; i++)
			if (!is_alphanumeric(domain[i]) && domain[i] != '-')
				return (0);
		if (domain[len] == '\0')
			return (1);
		domain += len + 1;
	}
}

/* RFC 5321 4.1.3: the number of an address in brackets, if it is one. */
static int
literal(const char *domain, char number[MAILBOX_DOMAIN_SIZE])
{
	unsigned char address[sizeof(struct in6_addr)];
	int family = AF_INET;

	if (domain[0] != '[' ||
	    strcmp(domain + strcspn(domain, "]"), "]") != 0)
		return (0);
	domain++;
	if (strncasecmp(domain, IPV6_TAG, sizeof(IPV6_TAG) - 1) == 0) {
		domain += sizeof(IPV6_TAG) - 1;
		family = AF_INET6;
	}
	snprintf(number, MAILBOX_DOMAIN_SIZE, "%s", domain);
	number[strcspn(number, "]")] = '\0';
	return (inet_pton(family, number, address) == 1);
}

static int
is_alphanumeric(char c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'));
}
