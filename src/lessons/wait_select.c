/* wait_select.c - hello after 5 s, world after 2 s: one select, two deadlines.
 * Observe   ./wait_select: 5 s, world then hello, as with threads, but by one
 *           thread.  This is what the loop of asyncio does for its sleepers.
 * Weakness  the order of things, which was in the lines of the program, is now
 *           in a table of who waits until when. */
#include <sys/select.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define NAME "wait_select"

static void
die(const char *primitive, const char *hint)
{
	fprintf(stderr, NAME ": %s: %s%s\n", primitive, strerror(errno), hint);
	exit(1);
}

/* Milliseconds that only go up: the clock on the wall may be set back. */
static long long
now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		die("clock_gettime", "");
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The hour on the wall, for people. */
static void
say_time(const char *what)
{
	time_t now = time(NULL);
	char text[sizeof("12:03:04")];
	struct tm tm;

	if (now == -1 || localtime_r(&now, &tm) == NULL)
		die("localtime_r", "");
	if (strftime(text, sizeof(text), "%H:%M:%S", &tm) == 0)
		die("strftime", "");
	printf("%s à %s\n", what, text);
}

/* --scale 0.1 makes every wait ten times shorter; no other form is taken. */
static double
parse_scale(int argc, char *argv[])
{
	double scale = 1;
	char *end = "";

	if (argc == 3 && strcmp(argv[1], "--scale") == 0 &&
	    argv[2][strspn(argv[2], "0123456789.")] == '\0')
		scale = strtod(argv[2], &end);
	else if (argc != 1)
		scale = 0;
	errno = EINVAL;
	if (*end != '\0' || scale < 0.001 || scale > 1000)
		die("arguments", " (usage : " NAME " [--scale FACTEUR])");
	return scale;
}

struct wait {
	long long due_ms;
	const char *word;		/* NULL once it is said */
};

/* Say what is due.  Returns the milliseconds to the next, -1: none is left. */
static long long
say_due(struct wait *waits, int count)
{
	long long left_ms, next_ms = -1;
	int i;

	for (i = 0; i < count; i++) {
		if (waits[i].word == NULL)
			continue;
		left_ms = waits[i].due_ms - now_ms();
		if (left_ms <= 0) {
			puts(waits[i].word);
			waits[i].word = NULL;
		} else if (next_ms == -1 || left_ms < next_ms)
			next_ms = left_ms;
	}
	return next_ms;
}

int
main(int argc, char *argv[])
{
	double scale = parse_scale(argc, argv);
	struct wait waits[] = { { 0, "hello" }, { 0, "world" } };
	long long begin_ms, elapsed_ms, left_ms;
	struct timeval timeout;

	if (setvbuf(stdout, NULL, _IOLBF, 0) != 0)
		die("setvbuf", "");
	begin_ms = now_ms();
	say_time("début");
	waits[0].due_ms = begin_ms + (long long)(5000 * scale);
	waits[1].due_ms = begin_ms + (long long)(2000 * scale);
	while ((left_ms = say_due(waits, 2)) != -1) {
		timeout.tv_sec = left_ms / 1000;
		timeout.tv_usec = left_ms % 1000 * 1000;
		/* No descriptor at all: select is only a timer here. */
		if (select(0, NULL, NULL, NULL, &timeout) == -1 &&
		    errno != EINTR)
			die("select", "");
	}
	say_time("fin");
	elapsed_ms = now_ms() - begin_ms;
	printf("durée : %lld,%03lld s\n", elapsed_ms / 1000, elapsed_ms % 1000);
	return ferror(stdout) ? 1 : 0;
}
