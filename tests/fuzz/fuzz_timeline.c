/* fuzz_timeline.c - any bytes as a log of fil-explain, and what is drawn of it.
 * What is read holds together: each event has a lane and an end that is not
 * before its beginning, each arrow leads from a send to a read.  What is drawn
 * has no byte that a terminal obeys, and no markup that came from the log.
 * See also: explain/timeline.h, tests/system/timeline.py */
#include "explain/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "explain/timeline_draw.h"
#include "fuzz.h"

static void check_drawing(void (*)(FILE *, const struct panel *, size_t),
    const struct panel *, int);
static void check_timeline(const struct timeline *);
static int read_log(struct timeline *, const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct panel panel = { .title = "log" };
	struct cause cause = { .kind = CAUSE_NONE };

	timeline_init(&panel.timeline);
	if (size > 0 && read_log(&panel.timeline, data, size) == 0) {
		assert(timeline_pair(&panel.timeline, &cause) == 0);
		check_timeline(&panel.timeline);
		if (panel.timeline.events_len > 0) {
			panel.from_ns = panel.timeline.begin_ns;
			panel.to_ns = panel.timeline.end_ns;
		}
		check_drawing(draw_text, &panel, 0);
		check_drawing(draw_mermaid, &panel, 0);
		check_drawing(draw_svg, &panel, 1);
	}
	timeline_fini(&panel.timeline);
	return (0);
}

static int
read_log(struct timeline *timeline, const uint8_t *data, size_t size)
{
	FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
	struct cause cause = { .kind = CAUSE_NONE };
	int result;

	assert(file != NULL);
	result = timeline_read_from(timeline, file, "log", &cause);
	assert(result == 0 || (cause.kind != CAUSE_NONE &&
	    strncmp(cause.object, "log:", 4) == 0));
	fclose(file);
	return (result);
}

static void
check_timeline(const struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->events_len; i++) {
		const struct timeline_event *event = &timeline->events[i];

		assert(event->lane < timeline->lanes_len);
		assert(event->begin_ns <= event->end_ns);
		assert(event->begin_ns >= timeline->begin_ns);
		assert(event->end_ns <= timeline->end_ns);
		assert(i == 0 || event[-1].begin_ns <= event->begin_ns);
	}
	for (size_t i = 0; i < timeline->arrows_len; i++) {
		const struct timeline_arrow *arrow = &timeline->arrows[i];

		assert(arrow->from < timeline->events_len &&
		    arrow->to < timeline->events_len);
		assert(timeline->events[arrow->from].direction > 0);
		assert(timeline->events[arrow->to].direction < 0);
	}
}

/* Markup is ours alone: every tag that is opened is one of a few. */
static void
check_drawing(void (*draw)(FILE *, const struct panel *, size_t),
    const struct panel *panel, int is_markup)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert(out != NULL);
	draw(out, panel, 1);
	assert(fclose(out) == 0 && strlen(text) == len);
	for (const char *at = text; *at != '\0'; at++) {
		unsigned char c = (unsigned char)*at;

		assert((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t');
		if (is_markup && c == '<')
			assert(strchr("/sdpmrgt", at[1]) != NULL &&
			    strncmp(at, "<script", 7) != 0);
	}
	free(text);
}
