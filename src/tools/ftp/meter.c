/* meter.c - how far a transfer is, and how it went, for a person.
 * See also: tools/ftp/meter.h */
#include "tools/ftp/meter.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

void
meter_begin(struct meter *meter, const char *label, uint64_t total, int how)
{
	*meter = (struct meter){ .how = how };
	progress_begin(&meter->progress, total, how == 0);
	if (label != NULL)
		snprintf(meter->progress.label, sizeof(meter->progress.label),
		    "%.*s  ", PROGRESS_LABEL_SIZE - 3, label);
}

void
meter_set(struct meter *meter, uint64_t done)
{
	meter->done = meter->begun_at = done;
	meter->marks = done / METER_HASH_BYTES;
}

void
meter_moved(struct meter *meter, size_t n)
{
	meter->done += n;
	progress_update(&meter->progress, meter->done);
	for (; (meter->how & METER_HASH) &&
	    meter->marks < meter->done / METER_HASH_BYTES; meter->marks++)
		log_text("#", 1);
}

void
meter_pause(struct meter *meter)
{
	int shown = meter->progress.shown;

	progress_end(&meter->progress);
	meter->progress.shown = shown;
}

void
meter_end(struct meter *meter, const char *name)
{
	char text[PROGRESS_TEXT_SIZE];

	progress_end(&meter->progress);
	if ((meter->how & METER_HASH) && meter->marks > 0)
		log_text("\n", 1);
	if (name != NULL && !(meter->how & METER_QUIET))
		log_line(LOG_LEVEL_EVENT, "%s%s: %s", meter->progress.label,
		    name, progress_text(meter->done - meter->begun_at,
		    PROGRESS_UNKNOWN, clock_now_ms() -
		    meter->progress.begin_ms, text));
}
