/* timeline_svg.c - a lane a thread, a box a call, an arrow a message.
 * Blocked time is shaded and says what for; the rest of a call is shown by
 * pointing at it.  One image, which needs no script and no other file.
 * Ref: SVG 1.1.   See also: explain/timeline_draw.h */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "explain/timeline_draw.h"

#define WIDTH		1200
#define LABELS		190		/* the names, on the left */
#define PLOT		(WIDTH - LABELS - 20)
#define LANE		34		/* from one lane to the next */
#define BOX		18
#define TITLE		34		/* above each panel, with its ticks */
#define GAP		16		/* below it */
#define LEGEND		40
#define CALL_WIDTH	4		/* at least */
#define LETTER		6		/* so wide, in a wait's text */
#define TICKS		10

/* Where things stand. */
struct plot {
	struct pen	 pen;
	const struct panel *panel;
	int64_t		 length_ns;	/* of all panels */
	int		 top;
};

static void draw_arrows(const struct plot *);
static void draw_box(const struct plot *, const struct timeline_event *);
static void draw_boxes(const struct plot *, int);
static void draw_hint(const struct plot *, const struct timeline_event *);
static void draw_legend(FILE *, int);
static int draw_panel(struct plot *);
static void draw_reason(const struct plot *, const struct timeline_event *);
static void draw_ticks(const struct plot *, int);
static const char *kind_of(const struct timeline_event *);
static int lane_y(const struct plot *, size_t);
static int64_t longest(const struct panel *, size_t);
static double x_of(const struct plot *, int64_t);

static const char style[] =
    "<style>\n"
    "text{font:12px sans-serif;fill:#222}\n"
    ".title{font-weight:bold;font-size:15px}\n"
    ".name{text-anchor:end}\n"
    ".tick{font-size:10px;fill:#666;text-anchor:middle}\n"
    ".grid{stroke:#e4e4e4}\n"
    ".life{stroke:#b8b8b8}\n"
    ".wait{fill:url(#shade);stroke:#8798ab;stroke-width:.7}\n"
    ".for{font-size:11px;fill:#333}\n"
    ".accept{fill:#2a9d4e}.connect{fill:#8e44ad}.recv{fill:#1f6fb4}\n"
    ".send{fill:#e07b00}.poll{fill:#6c7a89}.other{fill:#777}\n"
    ".error{fill:#c0392b}\n"
    ".arrow{stroke:#e07b00;stroke-width:1.1;fill:none;opacity:.75}\n"
    "</style>\n"
    "<defs><pattern id=\"shade\" width=\"7\" height=\"7\" "
    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
    "<rect width=\"7\" height=\"7\" fill=\"#eef2f7\"/>"
    "<rect width=\"2\" height=\"7\" fill=\"#d3dde8\"/></pattern>\n"
    "<marker id=\"head\" markerWidth=\"7\" markerHeight=\"6\" refX=\"6\" "
    "refY=\"3\" orient=\"auto\"><path d=\"M0 0L7 3L0 6z\" "
    "fill=\"#e07b00\"/></marker></defs>\n";

static int64_t
longest(const struct panel *panels, size_t len)
{
	int64_t length = 1;

	for (size_t i = 0; i < len; i++)
		if (panels[i].to_ns - panels[i].from_ns > length)
			length = panels[i].to_ns - panels[i].from_ns;
	return (length);
}

static double
x_of(const struct plot *plot, int64_t when_ns)
{
	const struct panel *panel = plot->panel;

	if (when_ns < panel->from_ns)
		when_ns = panel->from_ns;
	if (when_ns > panel->to_ns)
		when_ns = panel->to_ns;
	return (LABELS + (double)(when_ns - panel->from_ns) * PLOT /
	    (double)plot->length_ns);
}

/* The middle of a lane: those that say nothing take no room. */
static int
lane_y(const struct plot *plot, size_t lane)
{
	int above = 0;

	for (size_t i = 0; i < lane; i++)
		above += draw_is_spoken(plot->panel, i);
	return (plot->top + TITLE + above * LANE + LANE / 2);
}

void
draw_svg(FILE *out, const struct panel *panels, size_t len)
{
	struct plot plot = { .pen = { out, PEN_MARKUP },
	    .length_ns = longest(panels, len) };
	int height = LEGEND;

	for (size_t i = 0; i < len; i++) {
		plot.panel = &panels[i];
		plot.top = 0;
		height += lane_y(&plot, panels[i].timeline.lanes_len) +
		    GAP - LANE / 2;
	}
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n%s"
	    "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
	    WIDTH, height, WIDTH, height, style);
	plot.top = 0;
	for (size_t i = 0; i < len; i++) {
		plot.panel = &panels[i];
		plot.top = draw_panel(&plot);
	}
	draw_legend(out, plot.top);
	fputs("</svg>\n", out);
}

/* Returns where the next one begins. */
static int
draw_panel(struct plot *plot)
{
	const struct timeline *timeline = &plot->panel->timeline;
	int bottom = lane_y(plot, timeline->lanes_len) - LANE / 2, y;

	if (plot->panel->title != NULL) {
		fprintf(plot->pen.out, "<text class=\"title\" x=\"8\" "
		    "y=\"%d\">", plot->top + 20);
		draw_safe(&plot->pen, plot->panel->title);
		fputs("</text>\n", plot->pen.out);
	}
	draw_ticks(plot, bottom);
	for (size_t i = 0; i < timeline->lanes_len; i++) {
		if (!draw_is_spoken(plot->panel, i))
			continue;
		y = lane_y(plot, i);
		fprintf(plot->pen.out, "<text class=\"name\" x=\"%d\" "
		    "y=\"%d\">", LABELS - 8, y + 4);
		draw_lane(&plot->pen, plot->panel, i);
		fprintf(plot->pen.out, "</text>\n<path class=\"life\" "
		    "d=\"M%d %dH%d\"/>\n", LABELS, y, WIDTH - 20);
	}
	draw_boxes(plot, 0);
	draw_boxes(plot, 1);
	draw_arrows(plot);
	return (bottom + GAP);
}

/* Calls that follow each other at once lie upon each other: what moves bytes or
 * connects is drawn last, to be seen. */
static void
draw_boxes(const struct plot *plot, int is_last)
{
	const struct timeline *timeline = &plot->panel->timeline;

	for (size_t i = 0; i < timeline->events_len; i++) {
		const struct timeline_event *event = &timeline->events[i];
		const char *kind = kind_of(event);
		int is_plain = strcmp(kind, "other") == 0 ||
		    strcmp(kind, "poll") == 0 || event->is_open;

		if (draw_shows(plot->panel, event) && is_last == !is_plain)
			draw_box(plot, event);
	}
}

/* Lines at round times: 1, 2 or 5 of some unit, about ten of them. */
static void
draw_ticks(const struct plot *plot, int bottom)
{
	static const int steps[] = { 1, 2, 5, 10 };
	double length = (double)plot->length_ns, unit = 1, step;
	int i = 0;

	while (unit * 10 * TICKS < length)
		unit *= 10;
	while (unit * steps[i] * TICKS < length && i < 3)
		i++;
	step = unit * steps[i];
	for (double t = 0; t <= length; t += step) {
		double x = LABELS + t * PLOT / length;

		fprintf(plot->pen.out,
		    "<path class=\"grid\" d=\"M%.1f %dV%d\"/>"
		    "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%g s</text>\n",
		    x, plot->top + TITLE - 4, bottom, x,
		    plot->top + TITLE - 8, t / 1e9);
	}
}

static const char *
kind_of(const struct timeline_event *event)
{
	static const struct {
		const char *part, *kind;
	} kinds[] = {
		{ "accept", "accept" }, { "connect", "connect" },
		{ "recv", "recv" }, { "read", "recv" }, { "send", "send" },
		{ "write", "send" }, { "splice", "send" },
		{ "poll", "poll" }, { "select", "poll" },
	};

	/* EAGAIN is how a socket that does not wait says "later". */
	if (event->error[0] != '\0' && strcmp(event->error, "EAGAIN") != 0 &&
	    strcmp(event->error, "EINPROGRESS") != 0)
		return ("error");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(event->call, "pthread", 7) != 0 &&
		    strstr(event->call, kinds[i].part) != NULL)
			return (kinds[i].kind);
	return ("other");
}

/* A wait is a shaded box with its name, if there is room; the call itself a
 * narrow one at its end. */
static void
draw_box(const struct plot *plot, const struct timeline_event *event)
{
	double x = x_of(plot, event->begin_ns), end = x_of(plot,
	    event->end_ns);
	const char *kind = kind_of(event);
	int height = strcmp(kind, "other") == 0 ? BOX / 2 : BOX;
	int y = lane_y(plot, event->lane);

	fputs("<g>", plot->pen.out);
	draw_hint(plot, event);
	if (event->waited && end - x > 1) {
		fprintf(plot->pen.out, "<rect class=\"wait\" x=\"%.1f\" "
		    "y=\"%d\" width=\"%.1f\" height=\"%d\"/>", x,
		    y - BOX / 2, end - x, BOX);
		draw_reason(plot, event);
	}
	if (event->waited || end - x < CALL_WIDTH)
		x = end - CALL_WIDTH / 2.0;
	if (!event->is_open)
		fprintf(plot->pen.out, "<rect class=\"%s\" x=\"%.1f\" "
		    "y=\"%d\" width=\"%.1f\" height=\"%d\"/>", kind, x,
		    y - height / 2, end - x < CALL_WIDTH ?
		    (double)CALL_WIDTH : end - x, height);
	fputs("</g>\n", plot->pen.out);
}

/* What is shown when somebody points at it. */
static void
draw_hint(const struct plot *plot, const struct timeline_event *event)
{
	fprintf(plot->pen.out, "<title>%.3f s: ", (double)(event->begin_ns -
	    plot->panel->from_ns) / 1e9);
	draw_call(&plot->pen, event);
	if (event->waited) {
		fprintf(plot->pen.out, " – %s %.3f s ", _("waited"),
		    (double)(event->end_ns - event->begin_ns) / 1e9);
		draw_wait(&plot->pen, plot->panel, event);
	}
	fputs("</title>", plot->pen.out);
}

/* In a wait: the call and whom it waits for, or the call alone, or nothing, as
 * there is room. */
static void
draw_reason(const struct plot *plot, const struct timeline_event *event)
{
	double x = x_of(plot, event->begin_ns), end = x_of(plot,
	    event->end_ns);
	size_t room = (size_t)((end - x - CALL_WIDTH) / LETTER), len = 0;
	char *reason = NULL;
	struct pen pen = { open_memstream(&reason, &len), PEN_MARKUP };

	if (pen.out == NULL)
		return;
	draw_wait(&pen, plot->panel, event);
	fprintf(pen.out, ", %.2f s", (double)(event->end_ns -
	    event->begin_ns) / 1e9);
	if (fclose(pen.out) == 0 && strlen(event->call) < room) {
		fprintf(plot->pen.out, "<text class=\"for\" x=\"%.1f\" "
		    "y=\"%d\">", x + 4, lane_y(plot, event->lane) + 4);
		draw_safe(&plot->pen, event->call);
		if (strlen(event->call) + 1 + len < room)
			fprintf(plot->pen.out, " %s", reason);
		fputs("</text>", plot->pen.out);
	}
	free(reason);
}

static void
draw_arrows(const struct plot *plot)
{
	const struct timeline *timeline = &plot->panel->timeline;

	for (size_t i = 0; i < timeline->arrows_len; i++) {
		const struct timeline_event *from =
		    &timeline->events[timeline->arrows[i].from];
		const struct timeline_event *to =
		    &timeline->events[timeline->arrows[i].to];
		int from_y = lane_y(plot, from->lane);
		int to_y = lane_y(plot, to->lane);
		int down = to_y > from_y ? BOX / 2 : -BOX / 2;

		if (!draw_shows(plot->panel, from) ||
		    !draw_shows(plot->panel, to) || from_y == to_y)
			continue;
		fprintf(plot->pen.out, "<path class=\"arrow\" "
		    "marker-end=\"url(#head)\" d=\"M%.1f %dL%.1f %d\">"
		    "<title>%llu %s</title></path>\n",
		    x_of(plot, from->end_ns), from_y + down,
		    x_of(plot, to->end_ns), to_y - down,
		    (unsigned long long)from->bytes, _("bytes"));
	}
}

static void
draw_legend(FILE *out, int top)
{
	static const struct {
		const char *kind, *text;
	} rows[] = {
		{ "wait", N_("asleep in a call") }, { "accept", "accept" },
		{ "connect", "connect" }, { "recv", N_("recv, read") },
		{ "send", N_("send, write") },
		{ "poll", N_("poll, select, epoll") },
		{ "other", N_("another call") },
		{ "error", N_("it failed") },
	};
	int x = LABELS;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fprintf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" "
		    "width=\"12\" height=\"12\"/><text x=\"%d\" y=\"%d\">"
		    "%s</text>\n", rows[i].kind, x, top + 8, x + 17,
		    top + 18, _(rows[i].text));
		x += 122;
	}
}

void
draw_page(FILE *out, const struct panel *panels, size_t len)
{
	fprintf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<title>fil-timeline</title>\n"
	    "<style>body{margin:1em;font:14px sans-serif;color:#222}"
	    "svg{max-width:100%%;height:auto}</style>\n</head>\n<body>\n"
	    "<p>%s</p>\n", _("en"), _("A lane a thread.  Point at a box to "
	    "see the call.  An arrow leads from each send to the read that "
	    "got its bytes."));
	draw_svg(out, panels, len);
	fputs("</body>\n</html>\n", out);
}
