/* wait_sequential.c - hello after 5 s, world after 2 s: one after the other.
 * Observe   ./wait_sequential: 7 s, hello then world.  Each line of the
 *           program waits for the line above it; 5 + 2 = 7.
 * Weakness  the second wait has nothing to do with the first, and yet waits
 *           for it.  Cures: diff wait_sequential.c wait_threads.c, and then
 *           diff wait_sequential.c wait_select.c */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define NAME "wait_sequential"

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

/* A signal may end nanosleep early: it then says how much is left. */
static void
wait_and_say(long long ms, const char *word)
{
	struct timespec left = { .tv_sec = ms / 1000 };

	left.tv_nsec = ms % 1000 * 1000000;
	while (nanosleep(&left, &left) == -1)
		if (errno != EINTR)
			die("nanosleep", "");
	puts(word);
}

int
main(int argc, char *argv[])
{
	double scale = parse_scale(argc, argv);
	long long begin_ms, elapsed_ms;

	if (setvbuf(stdout, NULL, _IOLBF, 0) != 0)
		die("setvbuf", "");
	begin_ms = now_ms();
	say_time("début");
	wait_and_say((long long)(5000 * scale), "hello");
	wait_and_say((long long)(2000 * scale), "world");
	say_time("fin");
	elapsed_ms = now_ms() - begin_ms;
	printf("durée : %lld,%03lld s\n", elapsed_ms / 1000, elapsed_ms % 1000);
	return ferror(stdout) ? 1 : 0;
}
