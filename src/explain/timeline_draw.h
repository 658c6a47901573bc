/* timeline_draw.h - timelines as pictures and as text.
 * See also: explain/timeline.h */
#ifndef EXPLAIN_TIMELINE_DRAW_H
#define EXPLAIN_TIMELINE_DRAW_H

#include <stdio.h>

#include "explain/timeline.h"

/* A timeline with its place on the page; several have one scale. */
struct panel {
	struct timeline	 timeline;
	const char	*title;		/* NULL: none */
	int64_t		 from_ns, to_ns;	/* what is shown of it */
};

/* What the text is written into: some characters mean something there. */
enum pen_form { PEN_PLAIN, PEN_MARKUP, PEN_MERMAID };

struct pen {
	FILE		*out;
	enum pen_form	 form;
};

/*
 * draw_svg - the panels one above the other, as one image
 * draw_page - the same in a page that needs nothing else
 * draw_text - a ladder: a line an event, in the order of time
 * draw_mermaid - a sequence diagram in mermaid's language
 * Blocks: as long as the stream does.   Threads: safe.
 */
void	draw_svg(FILE *out, const struct panel *panels, size_t len);
void	draw_page(FILE *out, const struct panel *panels, size_t len);
void	draw_text(FILE *out, const struct panel *panels, size_t len);
void	draw_mermaid(FILE *out, const struct panel *panels, size_t len);

/* draw_shows - is any of the event within what is shown? */
int	draw_shows(const struct panel *panel,
	    const struct timeline_event *event);

/* draw_is_spoken - has the lane any event that is shown? */
int	draw_is_spoken(const struct panel *panel, size_t lane);

/* draw_lane - the name of a lane: "mixed_threads thread-2" */
void	draw_lane(const struct pen *pen, const struct panel *panel,
	    size_t lane);

/* draw_call - a call in a line: "recv(5 <- 10.0.0.1:41844, 4096) = 45" */
void	draw_call(const struct pen *pen, const struct timeline_event *event);

/* draw_wait - what an event waits for: "for a client" */
void	draw_wait(const struct pen *pen, const struct panel *panel,
	    const struct timeline_event *event);

/* draw_safe - a text of a log, so that a page or a terminal shows it as it is
 * and obeys none of it */
void	draw_safe(const struct pen *pen, const char *text);

#endif
