/* timeline_read.c - the records of a log.
 * Whatever stands there is taken for data: a log may come from anywhere.
 * See also: explain/timeline.h, explain/record.h */
#include "explain/timeline.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"

#define CLOCK_MAX	((int64_t)1 << 60)	/* ns: 36 years */
#define DATE_MAX	((int64_t)1 << 61)	/* ns: until 2043 */

/* A log while it is read. */
struct reading {
	struct timeline	*timeline;
	size_t		 log;		/* how many came before */
	int64_t		 shift_ns;	/* from its clock to the common one */
	char		*program;	/* of the process that began last */
	size_t		 first_event;
};

static int add_event(struct reading *, const json_t *, int);
static struct timeline_event *event_of_call(struct reading *, size_t,
    int64_t);
static void event_ends(struct timeline_event *, const json_t *);
static size_t lane_of(struct reading *, const json_t *);
static int64_t moment(const struct reading *, const json_t *, const char *);
static int64_t number(const json_t *, const char *);
static int read_line(struct reading *, const char *);
static int read_start(struct reading *, const json_t *);
static const char *text(const json_t *, const char *);
static char *text_copy(const json_t *, const char *);
static int64_t within(int64_t, int64_t);

/* Nonsense must not overflow when it is added up. */
static int64_t
within(int64_t value, int64_t bound)
{
	return (value > bound ? bound : value < -bound ? -bound : value);
}

static int64_t
number(const json_t *record, const char *name)
{
	return (json_integer_value(json_object_get(record, name)));
}

/* A moment of the log's clock on the common one. */
static int64_t
moment(const struct reading *reading, const json_t *record, const char *name)
{
	return (within(within(number(record, name), CLOCK_MAX) +
	    reading->shift_ns, DATE_MAX));
}

static const char *
text(const json_t *record, const char *name)
{
	const char *value = json_string_value(json_object_get(record, name));

	return (value != NULL ? value : "");
}

static char *
text_copy(const json_t *record, const char *name)
{
	return (strdup(text(record, name)));
}

int
timeline_read(struct timeline *timeline, const char *path,
    struct cause *cause)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	int result;

	if (file == NULL) {
		cause_errno(cause, "open", errno, path);
		return (-1);
	}
	result = timeline_read_from(timeline, file, path, cause);
	if (file != stdin)
		fclose(file);
	return (result);
}

int
timeline_read_from(struct timeline *timeline, FILE *file, const char *path,
    struct cause *cause)
{
	struct reading reading = { .timeline = timeline,
	    .log = timeline->logs++, .first_event = timeline->events_len };
	char line[TIMELINE_LINE_MAX], object[CAUSE_OBJECT_SIZE];
	int result = 0, count = 0;

	while (result == 0 && fgets(line, sizeof(line), file) != NULL) {
		count++;
		result = read_line(&reading, line);
	}
	if (result == 0 && ferror(file)) {
		cause_errno(cause, "read", errno, path);
		result = -1;
	} else if (result == -1) {
		snprintf(object, sizeof(object), "%s:%d", path, count);
		cause_said(cause, "read",
		    N_("no record of fil-explain --log"), object);
	}
	free(reading.program);
	return (result);
}

static int
read_line(struct reading *reading, const char *line)
{
	json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *phase;
	int result = -1;

	if (record == NULL)
		return (-1);
	phase = text(record, "phase");
	if (strcmp(phase, "start") == 0)
		result = read_start(reading, record);
	else if (strcmp(phase, "begin") == 0)
		result = add_event(reading, record, 1);
	else if (strcmp(phase, "end") == 0)
		result = add_event(reading, record, 0);
	json_decref(record);
	return (result);
}

/* Clocks of one machine are one; those of two are compared by their dates. */
static int
read_start(struct reading *reading, const json_t *record)
{
	struct timeline *timeline = reading->timeline;
	int64_t clock = within(number(record, "wall"), DATE_MAX) -
	    within(number(record, "t"), CLOCK_MAX);

	free(reading->program);
	if ((reading->program = text_copy(record, "program")) == NULL)
		return (-1);
	if (timeline->boot == NULL) {
		timeline->boot = text_copy(record, "boot");
		timeline->clock_ns = clock;
	}
	if (timeline->boot == NULL)
		return (-1);
	reading->shift_ns = strcmp(timeline->boot,
	    text(record, "boot")) == 0 ? 0 : clock - timeline->clock_ns;
	return (0);
}

/* The lane of the record's thread; SIZE_MAX: memory is short. */
static size_t
lane_of(struct reading *reading, const json_t *record)
{
	struct timeline *timeline = reading->timeline;
	int64_t pid = number(record, "pid"), tid = number(record, "tid");
	struct timeline_lane *lane;

	for (size_t i = timeline->lanes_len; i-- > 0;) {
		lane = &timeline->lanes[i];
		if (lane->log == reading->log && lane->pid == pid &&
		    lane->tid == tid) {
			/* A thread may get its name late. */
			if (strcmp(lane->name, text(record, "thread")) != 0) {
				free(lane->name);
				lane->name = text_copy(record, "thread");
			}
			return (lane->name != NULL ? i : SIZE_MAX);
		}
	}
	if (timeline_grow((void **)&timeline->lanes, &timeline->lanes_size,
	    timeline->lanes_len, sizeof(*lane)) == -1)
		return (SIZE_MAX);
	lane = &timeline->lanes[timeline->lanes_len++];
	*lane = (struct timeline_lane){ .pid = pid, .tid = tid,
	    .log = reading->log, .name = text_copy(record, "thread"),
	    .program = strdup(reading->program != NULL ? reading->program :
	    "?") };
	return (lane->name != NULL && lane->program != NULL ?
	    timeline->lanes_len - 1 : SIZE_MAX);
}

/* The event that a begin record has left open, or a new one. */
static struct timeline_event *
event_of_call(struct reading *reading, size_t lane, int64_t begin_ns)
{
	struct timeline *timeline = reading->timeline;
	struct timeline_event *event;

	for (size_t i = timeline->events_len; i-- > reading->first_event;) {
		event = &timeline->events[i];
		if (event->lane == lane && event->begin_ns == begin_ns &&
		    event->is_open)
			return (event);
		/* A thread waits in one call only. */
		if (event->lane == lane)
			break;
	}
	if (timeline_grow((void **)&timeline->events, &timeline->events_size,
	    timeline->events_len, sizeof(*event)) == -1)
		return (NULL);
	event = &timeline->events[timeline->events_len++];
	memset(event, 0, sizeof(*event));
	event->lane = lane;
	event->begin_ns = begin_ns;
	event->is_open = 1;
	return (event);
}

static int
add_event(struct reading *reading, const json_t *record, int is_open)
{
	struct timeline *timeline = reading->timeline;
	int64_t t = moment(reading, record, "t");
	int64_t begin = is_open ? t : moment(reading, record, "begin");
	size_t lane = lane_of(reading, record);
	struct timeline_event *event;

	if (lane == SIZE_MAX ||
	    (event = event_of_call(reading, lane, begin)) == NULL)
		return (-1);
	event->end_ns = t < begin ? begin : t;
	event->waited |= is_open;
	if (begin < timeline->begin_ns)
		timeline->begin_ns = begin;
	if (event->end_ns > timeline->end_ns)
		timeline->end_ns = event->end_ns;
	event_ends(event, record);
	event->is_open = is_open;
	return (event->call != NULL && event->local != NULL &&
	    event->peer != NULL && event->args != NULL &&
	    event->proto != NULL ? 0 : -1);
}

/* What the record tells; an end tells more than a beginning did. */
static void
event_ends(struct timeline_event *event, const json_t *record)
{
	const json_t *fd = json_object_get(record, "fd");

	free(event->call);
	free(event->local);
	free(event->peer);
	free(event->args);
	free(event->proto);
	event->call = text_copy(record, "call");
	event->local = text_copy(record, "local");
	event->peer = text_copy(record, "peer");
	event->args = text_copy(record, "args");
	event->proto = text_copy(record, "proto");
	event->fd = json_is_integer(fd) ? (int)json_integer_value(fd) : -1;
	event->is_listener = json_is_true(json_object_get(record, "listens"));
	event->is_datagram = strcmp(text(record, "proto"), "udp") == 0;
	event->direction = strcmp(text(record, "dir"), "out") == 0 ? 1 :
	    strcmp(text(record, "dir"), "in") == 0 ? -1 : 0;
	event->sock = number(record, "sock");
	event->result = number(record, "result");
	event->offset = (uint64_t)number(record, "offset");
	event->bytes = (uint64_t)number(record, "bytes");
	event->has_moved = event->bytes > 0 && event->local != NULL &&
	    event->local[0] != '\0';
	snprintf(event->error, sizeof(event->error), "%s",
	    text(record, "errno"));
}
