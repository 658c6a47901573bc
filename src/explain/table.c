/* table.c - the signal that asks for a table, sent to those who know it.
 * See also: explain/table.h, proc(5) */
#include "explain/table.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cause.h"
#include "base/intl.h"
#include "base/log.h"
#include "explain/begin.h"

static int is_caught(pid_t);

/* Has the process a handler for it?  SigCgt is a mask in hexadecimal. */
static int
is_caught(pid_t pid)
{
	char path[64], line[256];
	unsigned long long mask = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((file = fopen(path, "re")) == NULL)
		return (-1);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "SigCgt:", 7) == 0)
			mask = strtoull(line + 7, NULL, 16);
	fclose(file);
	return ((mask >> (BEGIN_TABLE_SIGNAL - 1) & 1) != 0);
}

static int
has_library(pid_t pid)
{
	char path[64], line[4096];
	int found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	if ((file = fopen(path, "re")) == NULL)
		return (-1);
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = strstr(line, "/" BEGIN_LIBRARY) != NULL;
	fclose(file);
	return (found);
}

int
table_ask(pid_t pid)
{
	char name[32];
	struct cause cause;
	int known = is_caught(pid) == 1 ? has_library(pid) : is_caught(pid);

	snprintf(name, sizeof(name), "%d", (int)pid);
	if (known == 0) {
		log_line(LOG_LEVEL_ERROR,
		    _("process %s does not run under fil-explain"), name);
		return (-1);
	}
	if (known == -1)
		cause_errno(&cause, "open", errno, name);
	else if (kill(pid, BEGIN_TABLE_SIGNAL) == 0)
		return (0);
	else
		cause_errno(&cause, "kill", errno, name);
	log_cause(_("cannot ask process"), &cause);
	return (-1);
}
