/* fuzz_opt.c - any command line, given to a program with every kind of option.
 * Input: the arguments, each ended by NUL, as in /proc/PID/cmdline.
 * See also: base/opt.h, tests/check_opt.c */
#include "base/opt.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "fuzz.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define REPORTS_TO(fd)	__sanitizer_set_report_fd((void *)(intptr_t)(fd))
#endif
#endif
#ifndef REPORTS_TO
#define REPORTS_TO(fd)	((void)(fd))
#endif

#define ARGS_MAX	64
#define COUNT_MAX	1000
#define OPERANDS_MAX	2
#define CANARY		INT64_C(0x5ca1ab1e0ddba11)
#define UNSET		(-1)

struct sample {
	int64_t		 before;	/* canaries: no row may touch them */
	int		 family;
	const char	*name;
	struct opt_list	 bind;
	int64_t		 count;
	int		 port;
	int64_t		 timeout_ms;
	int		 color;
	int64_t		 after;
};

struct extra {
	int		 loud;
};

/* A command line: its bytes, and where its arguments begin. */
struct line {
	char		*bytes;
	size_t		 size;
	char		*argv[ARGS_MAX + 1];
	int		 argc;
};

#define AT(field)	offsetof(struct sample, field)

static const struct opt sample_rows[] = {
	{ '4', "ipv4", OPT_SET, AT(family), 4, NULL, NULL },
	{ '6', "ipv6", OPT_SET, AT(family), 6, NULL, "only that family" },
	{ 'n', "name", OPT_STRING, AT(name), 0, "NAME", "who it is" },
	{ 'b', "bind", OPT_LIST, AT(bind), 0, "ADDR", "where to listen" },
	{ 0, "count", OPT_NUMBER, AT(count), COUNT_MAX, "N", "how many" },
	{ 'p', "port", OPT_PORT, AT(port), 0, "PORT", "which port" },
	{ 't', "timeout", OPT_SECONDS, AT(timeout_ms), 0, "S", "how long" },
	{ 0, "color", OPT_CHOICE, AT(color), 0, "auto|always|never",
	    "when to use colours" },
};

static const struct opt extra_rows[] = {
	{ 'l', "loud", OPT_SET, offsetof(struct extra, loud), 1, NULL,
	    "be loud" },
	OPT_COMMON_ROWS
};

static void check_list(const struct line *, const struct opt_list *);
static void check_operands(const struct line *);
static void check_sample(const struct line *, const struct sample *);
static void check_text(const struct line *, const char *);
static void line_free(struct line *);
static int line_init(struct line *, const uint8_t *, size_t);
static enum opt_outcome parse_quietly(const struct opt_program *,
    struct line *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sample sample = { .before = CANARY, .family = UNSET,
	    .count = UNSET, .port = UNSET, .timeout_ms = UNSET,
	    .color = UNSET, .after = CANARY };
	struct extra extra = { 0 };
	const struct opt_group groups[] = {
		{ sample_rows, OPT_COUNT(sample_rows), &sample },
		{ extra_rows, OPT_COUNT(extra_rows), &extra },
	};
	const struct opt_program program = { .name = "fil-sample",
	    .operands = "[HOST [FILE]]", .purpose = "Do nothing at all.",
	    .operands_max = OPERANDS_MAX, .groups = groups,
	    .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome;
	struct line line;

	if (line_init(&line, data, size) == -1)
		return (0);
	outcome = parse_quietly(&program, &line);
	assert(outcome == OPT_RUN || outcome == OPT_ANSWERED ||
	    outcome == OPT_MISTAKE);
	check_sample(&line, &sample);
	assert(extra.loud == 0 || extra.loud == 1);
	if (outcome == OPT_RUN)
		check_operands(&line);
	line_free(&line);
	return (0);
}

/* An argument takes a NUL or the end of the input; its bytes end where memory
 * does, so that the sanitizer sees a byte too far. */
static int
line_init(struct line *line, const uint8_t *data, size_t size)
{
	*line = (struct line){ .size = size + 1, .argc = 1 };
	if ((line->bytes = malloc(line->size)) == NULL)
		return (-1);
	if (size > 0)
		memcpy(line->bytes, data, size);
	line->bytes[size] = '\0';
	line->argv[0] = (char *)"/some/where/fil-sample";
	for (size_t i = 0; i < size && line->argc < ARGS_MAX;
	    i += strlen(line->bytes + i) + 1)
		line->argv[line->argc++] = line->bytes + i;
	return (0);
}

static void
line_free(struct line *line)
{
	free(line->bytes);
}

/* opt_parse, while standard output and error lead nowhere. */
static enum opt_outcome
parse_quietly(const struct opt_program *program, struct line *line)
{
	static int null_fd = -1, out_fd, err_fd;
	enum opt_outcome outcome;

	if (null_fd == -1) {
		null_fd = open("/dev/null", O_WRONLY);
		out_fd = dup(STDOUT_FILENO);
		err_fd = dup(STDERR_FILENO);
		assert(null_fd != -1 && out_fd != -1 && err_fd != -1);
		REPORTS_TO(err_fd);
	}
	fflush(stdout);
	dup2(null_fd, STDOUT_FILENO);
	dup2(null_fd, STDERR_FILENO);
#ifdef __GLIBC__
	optind = 0;		/* forgets what it was in the middle of */
#else
	optind = 1;
#endif
	outcome = opt_parse(program, line->argc, line->argv);
	fflush(stdout);
	dup2(out_fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	assert(opt_exit_status(outcome) == (outcome == OPT_MISTAKE ? 2 : 0));
	return (outcome);
}

/* Whatever the outcome: a field holds its default or a value that its row
 * allows. */
static void
check_sample(const struct line *line, const struct sample *sample)
{
	assert(sample->before == CANARY && sample->after == CANARY);
	assert(sample->family == UNSET || sample->family == 4 ||
	    sample->family == 6);
	assert(sample->count >= UNSET && sample->count <= COUNT_MAX);
	assert(sample->port >= UNSET && sample->port <= 65535);
	assert(sample->timeout_ms >= UNSET &&
	    sample->timeout_ms <= INT32_MAX);
	assert(sample->color >= UNSET && sample->color <= 2);
	if (sample->name != NULL)
		check_text(line, sample->name);
	check_list(line, &sample->bind);
}

static void
check_list(const struct line *line, const struct opt_list *list)
{
	assert(list->len <= OPT_LIST_MAX);
	for (size_t i = 0; i < OPT_LIST_MAX; i++)
		if (i < list->len)
			check_text(line, list->items[i]);
		else
			assert(list->items[i] == NULL);
}

/* From optind on, after getopt_long has put them last. */
static void
check_operands(const struct line *line)
{
	assert(optind >= 1 && optind <= line->argc);
	assert(line->argc - optind <= OPERANDS_MAX);
	for (int i = optind; i < line->argc; i++)
		check_text(line, line->argv[i]);
}

/* A text that was taken: part of the command line, and one line. */
static void
check_text(const struct line *line, const char *text)
{
	assert(text >= line->bytes && text < line->bytes + line->size);
	assert(strchr(text, '\r') == NULL && strchr(text, '\n') == NULL);
}
