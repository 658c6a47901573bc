/* timeline_text.c - a timeline for a terminal, and for mermaid.
 * See also: explain/timeline_draw.h */
#include <string.h>

#include "base/intl.h"
#include "explain/timeline_draw.h"

static void draw_rung(const struct pen *, const struct panel *, size_t);
static const struct timeline_event *fed_by(const struct timeline *, size_t);
static void mermaid_event(const struct pen *, const struct panel *, size_t);

/* The read that got the bytes of this event, or NULL. */
static const struct timeline_event *
fed_by(const struct timeline *timeline, size_t event)
{
	for (size_t i = 0; i < timeline->arrows_len; i++)
		if (timeline->arrows[i].from == event)
			return (&timeline->events[timeline->arrows[i].to]);
	return (NULL);
}

void
draw_text(FILE *out, const struct panel *panels, size_t len)
{
	const struct pen pen = { out, PEN_PLAIN };

	for (size_t p = 0; p < len; p++) {
		if (panels[p].title != NULL) {
			fputs("== ", out);
			draw_safe(&pen, panels[p].title);
			fputs(" ==\n", out);
		}
		for (size_t i = 0; i < panels[p].timeline.events_len; i++)
			if (draw_shows(&panels[p],
			    &panels[p].timeline.events[i]))
				draw_rung(&pen, &panels[p], i);
	}
}

/* "    1.204 s  server thread-2  recv(...) = 7  [waited 1.2 s for ...]" */
static void
draw_rung(const struct pen *pen, const struct panel *panel, size_t i)
{
	const struct timeline_event *event = &panel->timeline.events[i];
	const struct timeline_event *read = fed_by(&panel->timeline, i);

	fprintf(pen->out, "%9.3f s  ", (double)(event->begin_ns -
	    panel->from_ns) / 1e9);
	draw_lane(pen, panel, event->lane);
	fputs("  ", pen->out);
	draw_call(pen, event);
	if (event->waited) {
		fprintf(pen->out, "  [%s %.3f s ", _("waited"),
		    (double)(event->end_ns - event->begin_ns) / 1e9);
		draw_wait(pen, panel, event);
		putc(']', pen->out);
	}
	if (read != NULL) {
		fputs("  ==> ", pen->out);
		draw_lane(pen, panel, read->lane);
	}
	putc('\n', pen->out);
}

void
draw_mermaid(FILE *out, const struct panel *panels, size_t len)
{
	const struct pen pen = { out, PEN_MERMAID };
	size_t lanes = 0;

	fputs("sequenceDiagram\n", out);
	for (size_t p = 0; p < len; p++) {
		const struct timeline *timeline = &panels[p].timeline;

		for (size_t i = 0; i < timeline->lanes_len; i++) {
			if (!draw_is_spoken(&panels[p], i))
				continue;
			fprintf(out, "    participant P%zuL%zu as ", p, i);
			draw_lane(&pen, &panels[p], i);
			putc('\n', out);
			lanes++;
		}
		for (size_t i = 0; i < timeline->events_len; i++)
			if (draw_shows(&panels[p], &timeline->events[i]))
				mermaid_event(&pen, &panels[p], i);
	}
	/* A diagram of nobody is an error there. */
	if (lanes == 0)
		fputs("    participant nobody\n", out);
}

/* A message that arrives, or a wait; other calls would hide them. */
static void
mermaid_event(const struct pen *pen, const struct panel *panel, size_t i)
{
	const struct timeline_event *event = &panel->timeline.events[i];
	const struct timeline_event *read = fed_by(&panel->timeline, i);
	size_t p = 0;

	if (read != NULL)
		fprintf(pen->out, "    P%zuL%zu->>P%zuL%zu: %llu %s\n", p,
		    event->lane, p, read->lane,
		    (unsigned long long)event->bytes, _("bytes"));
	else if (event->waited && event->end_ns - event->begin_ns > 1000000) {
		fprintf(pen->out, "    Note over P%zuL%zu: ", p, event->lane);
		draw_safe(pen, event->call);
		fprintf(pen->out, " %.3f s ", (double)(event->end_ns -
		    event->begin_ns) / 1e9);
		draw_wait(pen, panel, event);
		putc('\n', pen->out);
	}
}
