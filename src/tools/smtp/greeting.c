/* greeting.c - what a client calls itself in EHLO.
 * See also: tools/smtp/greeting.h */
#include "tools/smtp/greeting.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/address.h"
#include "proto/mailbox.h"

void
greeting_name(int fd, char name[GREETING_NAME_SIZE])
{
	char mailbox[GREETING_NAME_SIZE + 2], text[ADDRESS_TEXT_SIZE];
	struct address addr = { .len = sizeof(addr.storage) };

	greeting_host(name);
	snprintf(mailbox, sizeof(mailbox), "x@%s", name);
	if (strchr(name, '.') != NULL &&
	    mailbox_check(mailbox) == MAILBOX_GOOD)
		return;
	if (getsockname(fd, &addr.sa, &addr.len) == -1) {
		snprintf(name, GREETING_NAME_SIZE, "localhost");
		return;
	}
	/* "127.0.0.1:41844", "[::1]:41844", "[fe80::1%eth0]:41844" */
	address_format(&addr, text, sizeof(text));
	if (text[0] == '[')
		snprintf(name, GREETING_NAME_SIZE, "[IPv6:%.*s]",
		    (int)strcspn(text + 1, "%]"), text + 1);
	else
		snprintf(name, GREETING_NAME_SIZE, "[%.*s]",
		    (int)strcspn(text, ":"), text);
}

void
greeting_host(char name[GREETING_NAME_SIZE])
{
	if (gethostname(name, GREETING_NAME_SIZE) == -1)
		snprintf(name, GREETING_NAME_SIZE, "localhost");
	/* POSIX does not promise it. */
	name[GREETING_NAME_SIZE - 1] = '\0';
}
