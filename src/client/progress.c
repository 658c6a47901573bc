/* progress.c - how far a transfer is, for a person who waits.
 * See also: client/progress.h, tests/check_progress.c */
#include "client/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"

#define DRAW_MS		100
#define SIZE_TEXT	24
#define DAY_S		86400

static void draw(struct progress *, const char *);
static int is_for_a_person(void);
static const char *size_text(double, char *);

void
progress_begin(struct progress *progress, uint64_t total, int wanted)
{
	*progress = (struct progress){ .total = total,
	    .shown = wanted && is_for_a_person(),
	    .begin_ms = clock_now_ms() };
	progress->next_ms = progress->begin_ms + DRAW_MS;
}

void
progress_update(struct progress *progress, uint64_t done)
{
	char text[PROGRESS_TEXT_SIZE];
	int64_t now_ms;

	if (!progress->shown ||
	    (now_ms = clock_now_ms()) < progress->next_ms)
		return;
	progress->next_ms = now_ms + DRAW_MS;
	draw(progress, progress_text(done, progress->total,
	    now_ms - progress->begin_ms, text));
}

void
progress_end(struct progress *progress)
{
	if (progress->columns > 0) {
		draw(progress, "");
		log_text("\r", 1);
	}
	progress->shown = 0;
	progress->columns = 0;
}

const char *
progress_text(uint64_t done, uint64_t total, int64_t elapsed_ms,
    char text[PROGRESS_TEXT_SIZE])
{
	char size[SIZE_TEXT], rate[SIZE_TEXT];
	double seconds = (double)elapsed_ms / 1000;
	double a_second = elapsed_ms > 0 ? (double)done / seconds : 0;
	int known = total != PROGRESS_UNKNOWN && total >= done && total > 0;
	int len = 0;

	if (known)
		len = snprintf(text, PROGRESS_TEXT_SIZE, "%3d%%  ",
		    (int)((double)done / (double)total * 100));
	len += snprintf(text + len, PROGRESS_TEXT_SIZE - (size_t)len,
	    "%s  %s/s", size_text((double)done, size),
	    size_text(a_second, rate));
	if (known && done > 0 && elapsed_ms > 0) {
		double left = (double)(total - done) / a_second;

		if (left < DAY_S)
			snprintf(text + len,
			    PROGRESS_TEXT_SIZE - (size_t)len,
			    _("  %d:%02d left"), (int)left / 60,
			    (int)left % 60);
	}
	return (text);
}

/* What was longer before is covered by blanks. */
static void
draw(struct progress *progress, const char *text)
{
	char line[2 * (PROGRESS_LABEL_SIZE + PROGRESS_TEXT_SIZE) + 2];
	const char *label = text[0] != '\0' ? progress->label : "";
	size_t columns = text_columns(label) + text_columns(text);
	int blanks = columns < progress->columns ?
	    (int)(progress->columns - columns) : 0;

	log_text(line, (size_t)snprintf(line, sizeof(line), "\r%s%s%*s",
	    label, text, blanks, ""));
	progress->columns = columns;
}

static int
is_for_a_person(void)
{
	const char *term = getenv("TERM");

	return (isatty(STDERR_FILENO) && term != NULL &&
	    strcmp(term, "dumb") != 0);
}

static const char *
size_text(double bytes, char *text)
{
	static const char *const units[] = { N_("B"), N_("KiB"), N_("MiB"),
	    N_("GiB"), N_("TiB"), N_("PiB") };
	size_t i = 0;

	while (bytes >= 1024 && i + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		i++;
	}
	snprintf(text, SIZE_TEXT, i == 0 ? "%.0f %s" : "%.1f %s", bytes,
	    _(units[i]));
	return (text);
}
