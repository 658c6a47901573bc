/* fil-timeline.c - draw what several threads did at one time.
 * See also: fil-timeline(1), explain/timeline.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "explain/timeline.h"
#include "explain/timeline_draw.h"

#define PROGRAM		"fil-timeline"
#define LOGS_MAX	64

enum format { FORMAT_PAGE, FORMAT_SVG, FORMAT_TEXT, FORMAT_MERMAID };

struct timeline_options {
	int		 format, each;
	int64_t		 from_ms, to_ms;
};

static int draw(const struct timeline_options *, const struct panel *,
    size_t);
static void panel_window(struct panel *, const struct timeline_options *);
static size_t panels_count(const struct timeline_options *, int);
static int panels_read(struct panel *, const struct timeline_options *,
    char **, int);
static enum opt_outcome read_options(struct timeline_options *, int, char **);
static const char *title_of(char *);

#define AT(field)	offsetof(struct timeline_options, field)

static const struct opt rows[] = {
	{ 0, "svg", OPT_SET, AT(format), FORMAT_SVG, NULL,
	    N_("the image alone, without a page") },
	{ 0, "text", OPT_SET, AT(format), FORMAT_TEXT, NULL,
	    N_("a ladder of text") },
	{ 0, "mermaid", OPT_SET, AT(format), FORMAT_MERMAID, NULL,
	    N_("a sequence diagram for mermaid") },
	{ 0, "each", OPT_SET, AT(each), 1, NULL,
	    N_("a timeline of its own for each LOG, one scale") },
	{ 0, "from", OPT_SECONDS, AT(from_ms), 0, "S", NULL },
	{ 0, "to", OPT_SECONDS, AT(to_ms), 0, "S",
	    N_("leave out what is before; after") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct timeline_options options = { .format = FORMAT_PAGE };
	struct panel panels[LOGS_MAX] = { { .title = NULL } };
	enum opt_outcome outcome;
	size_t len;
	int status;

	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, LOG_LEVEL_EVENT, LOG_COLOR_AUTO);
	len = panels_count(&options, argc - optind);
	for (size_t i = 0; i < len; i++)
		timeline_init(&panels[i].timeline);
	status = panels_read(panels, &options, argv + optind, argc - optind);
	if (status == 0)
		status = draw(&options, panels, len);
	for (size_t i = 0; i < len; i++)
		timeline_fini(&panels[i].timeline);
	return (status == 0 ? 0 : 1);
}

static enum opt_outcome
read_options(struct timeline_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "LOG...", .operands_max = LOGS_MAX,
	    .purpose = N_("Draw the logs of fil-explain: a lane a thread, an "
	    "arrow a message."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome != OPT_RUN)
		return (outcome);
	if (optind == argc)
		return (opt_mistake(&program, _("which LOG?")));
	if (options->each && options->format == FORMAT_MERMAID)
		return (opt_mistake(&program,
		    _("a diagram of mermaid shows one timeline")));
	if (options->to_ms != 0 && options->to_ms <= options->from_ms)
		return (opt_mistake(&program, _("--to is not after --from")));
	return (OPT_RUN);
}

static size_t
panels_count(const struct timeline_options *options, int logs)
{
	return (options->each ? (size_t)logs : 1);
}

static int
panels_read(struct panel *panels, const struct timeline_options *options,
    char **logs, int len)
{
	struct cause cause;
	int i;

	for (i = 0; i < len; i++)
		if (timeline_read(&panels[options->each ? i : 0].timeline,
		    logs[i], &cause) == -1) {
			log_cause(_("cannot read the log"), &cause);
			return (-1);
		}
	for (i = 0; i < (int)panels_count(options, len); i++) {
		if (timeline_pair(&panels[i].timeline, &cause) == -1) {
			log_cause(_("cannot draw"), &cause);
			return (-1);
		}
		if (options->each)
			panels[i].title = title_of(logs[i]);
		panel_window(&panels[i], options);
	}
	return (0);
}

/* "logs/one at a time.log": the name without folder and ending. */
static const char *
title_of(char *path)
{
	char *slash = strrchr(path, '/'), *dot;

	if (slash != NULL)
		path = slash + 1;
	if ((dot = strrchr(path, '.')) != NULL && dot != path)
		*dot = '\0';
	return (path);
}

/* Seconds count from the first event. */
static void
panel_window(struct panel *panel, const struct timeline_options *options)
{
	const struct timeline *timeline = &panel->timeline;

	if (timeline->events_len == 0)
		return;
	panel->from_ns = timeline->begin_ns + options->from_ms * 1000000;
	panel->to_ns = options->to_ms == 0 ? timeline->end_ns :
	    timeline->begin_ns + options->to_ms * 1000000;
	if (panel->to_ns < panel->from_ns)
		panel->to_ns = panel->from_ns;
}

static int
draw(const struct timeline_options *options, const struct panel *panels,
    size_t len)
{
	static void (*const drawings[])(FILE *, const struct panel *,
	    size_t) = {
		[FORMAT_PAGE] = draw_page, [FORMAT_SVG] = draw_svg,
		[FORMAT_TEXT] = draw_text, [FORMAT_MERMAID] = draw_mermaid,
	};
	struct cause cause;

	drawings[options->format](stdout, panels, len);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return (0);
	cause_errno(&cause, "write", errno, NULL);
	log_cause(_("not drawn:"), &cause);
	return (-1);
}
