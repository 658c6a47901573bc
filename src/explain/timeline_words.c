/* timeline_words.c - what pictures and texts of a timeline say alike.
 * See also: explain/timeline_draw.h */
#include <string.h>

#include "base/intl.h"
#include "base/text.h"
#include "explain/timeline_draw.h"

#define SAFE_SIZE	1024

int
draw_shows(const struct panel *panel, const struct timeline_event *event)
{
	return (event->end_ns >= panel->from_ns &&
	    event->begin_ns <= panel->to_ns);
}

int
draw_is_spoken(const struct panel *panel, size_t lane)
{
	const struct timeline *timeline = &panel->timeline;

	for (size_t i = 0; i < timeline->events_len; i++)
		if (timeline->events[i].lane == lane &&
		    draw_shows(panel, &timeline->events[i]))
			return (1);
	return (0);
}

void
draw_safe(const struct pen *pen, const char *text)
{
	char safe[SAFE_SIZE];

	text_safe(safe, sizeof(safe), text, strlen(text), TEXT_ONE_LINE);
	for (const char *c = safe; *c != '\0'; c++)
		if (pen->form == PEN_MERMAID && strchr(";#<>:", *c) != NULL)
			putc('.', pen->out);
		else if (pen->form != PEN_MARKUP ||
		    strchr("<>&\"", *c) == NULL)
			putc(*c, pen->out);
		else
			fprintf(pen->out, "&#%d;", *c);
}

void
draw_lane(const struct pen *pen, const struct panel *panel, size_t lane)
{
	draw_safe(pen, panel->timeline.lanes[lane].program);
	putc(' ', pen->out);
	draw_safe(pen, panel->timeline.lanes[lane].name);
}

void
draw_call(const struct pen *pen, const struct timeline_event *event)
{
	const char *arrow = event->direction > 0 ? " → " :
	    event->direction < 0 ? " ← " : " – ";

	draw_safe(pen, event->call);
	putc('(', pen->out);
	if (event->fd != -1)
		fprintf(pen->out, "%d", event->fd);
	if (event->local[0] != '\0') {
		putc(' ', pen->out);
		draw_safe(pen, event->local);
	}
	if (event->peer[0] != '\0' && !event->is_listener) {
		fputs(arrow, pen->out);
		draw_safe(pen, event->peer);
	}
	draw_safe(pen, event->args);
	putc(')', pen->out);
	if (event->is_open)
		fputs(" ...", pen->out);
	else if (event->error[0] != '\0') {
		fputs(" = -1 ", pen->out);
		draw_safe(pen, event->error);
	} else
		fprintf(pen->out, " = %lld", (long long)event->result);
}

/* Whose bytes: the thread's name, where its log is there too. */
void
draw_wait(const struct pen *pen, const struct panel *panel,
    const struct timeline_event *event)
{
	size_t lane;

	if (event->is_listener) {
		fputs(_("for a client"), pen->out);
		return;
	}
	if (event->peer[0] == '\0') {
		fputs(event->direction < 0 ? _("for a datagram") :
		    strncmp(event->call, "pthread", 7) == 0 ?
		    _("for a thread") : _("for all of them"), pen->out);
		return;
	}
	fprintf(pen->out, "%s ", _("for"));
	lane = timeline_lane_of(&panel->timeline, event);
	if (lane != SIZE_MAX)
		draw_lane(pen, panel, lane);
	else
		draw_safe(pen, event->peer);
}
