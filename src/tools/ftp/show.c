/* show.c - a listing on a terminal.
 * See also: tools/ftp/show.h */
#include "tools/ftp/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define NAME_SIZE	1024
#define COLUMNS		80		/* where nobody knows */
#define GAP		2

static size_t columns_of_terminal(void);
static void print_name(const struct listing_entry *, int);
static const char *safe_name(const struct listing_entry *, char[NAME_SIZE]);
static char mark_of(const struct listing_entry *);

static const struct {
	char		 letter;
	char		 mark;		/* behind the name; ' ': none */
	const char	*paint;
} kinds[] = {
	[FTP_KIND_FILE] = { '-', ' ', "" },
	[FTP_KIND_DIR] = { 'd', '/', "\033[1;34m" },
	[FTP_KIND_LINK] = { 'l', '@', "\033[36m" },
	[FTP_KIND_OTHER] = { '?', ' ', "\033[33m" },
};

/* Down the first column, then down the next, as ls(1) does. */
void
show_columns(const struct listing *listing, int colored)
{
	size_t widest = 0, across, down, n = listing->count;
	char name[NAME_SIZE];

	for (size_t i = 0; i < n; i++) {
		size_t width = text_columns(safe_name(&listing->entries[i],
		    name)) + 1 + GAP;

		widest = width > widest ? width : widest;
	}
	if (n == 0)
		return;
	across = columns_of_terminal() / widest;
	across = across > 0 ? across : 1;
	down = (n + across - 1) / across;
	for (size_t row = 0; row < down; row++) {
		for (size_t i = row; i < n; i += down) {
			const struct listing_entry *entry =
			    &listing->entries[i];
			size_t width = text_columns(safe_name(entry, name)) +
			    (mark_of(entry) != ' ');

			print_name(entry, colored);
			if (i + down < n)
				printf("%*s", (int)(widest - width), "");
		}
		putchar('\n');
	}
}

void
show_lines(const struct listing *listing, int colored)
{
	for (size_t i = 0; i < listing->count; i++) {
		const struct listing_entry *entry = &listing->entries[i];
		time_t modified = (time_t)entry->is.modified;
		char when[20] = "";
		struct tm local;

		if (entry->is.has_time &&
		    localtime_r(&modified, &local) != NULL)
			strftime(when, sizeof(when), "%Y-%m-%d %H:%M",
			    &local);
		printf("%c ", kinds[entry->is.kind].letter);
		if (entry->is.has_size)
			printf("%14" PRIu64, entry->is.size);
		else
			printf("%14s", "");
		printf("  %-16s  ", when);
		print_name(entry, colored);
		putchar('\n');
	}
}

static void
print_name(const struct listing_entry *entry, int colored)
{
	char name[NAME_SIZE], mark = mark_of(entry);
	const char *paint = kinds[entry->is.kind].paint;

	safe_name(entry, name);
	if (colored && paint[0] != '\0')
		printf("%s%s\033[0m", paint, name);
	else
		fputs(name, stdout);
	if (mark != ' ')
		putchar(mark);
}

static const char *
safe_name(const struct listing_entry *entry, char name[NAME_SIZE])
{
	text_safe(name, NAME_SIZE, entry->name, entry->is.name_len,
	    TEXT_ONE_LINE);
	return (name);
}

static char
mark_of(const struct listing_entry *entry)
{
	return (kinds[entry->is.kind].mark);
}

static size_t
columns_of_terminal(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return (size.ws_col);
	return (COLUMNS);
}
