/* fil-explain.c - run a program that tells what its socket calls do.
 * The telling is done by a library that the dynamic linker puts before libc;
 * here its settings go into the environment, and the program is run.
 * See also: fil-explain(1), explain/call.h, explain/begin.c */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/intl.h"
#include "base/log.h"
#include "base/opt.h"
#include "explain/begin.h"
#include "explain/output.h"
#include "explain/table.h"
#include "explain/target.h"

#define PROGRAM		"fil-explain"
#define PRELOAD		"LD_PRELOAD"

struct explain_options {
	int		 level;
	int64_t		 bytes, table;
	const char	*output, *log;
};

static int cannot_run(const char *, enum target_verdict);
static int environment(const struct explain_options *);
static int environment_file(const char *, const char *);
static int environment_language(void);
static int library_find(char *, size_t);
static enum opt_outcome read_options(struct explain_options *, int, char **);
static int preload(void);
static int run(char **);

#define AT(field)	offsetof(struct explain_options, field)

static const struct opt rows[] = {
	{ 0, "level", OPT_CHOICE, AT(level), 0, "calls|brief|full",
	    N_("no sentence; each once (default); all") },
	{ 'o', "output", OPT_STRING, AT(output), 0, "FILE",
	    N_("there instead of standard error") },
	{ 0, "log", OPT_STRING, AT(log), 0, "FILE",
	    N_("the same for programs: see fil-timeline") },
	{ 0, "bytes", OPT_NUMBER, AT(bytes), 512, "N",
	    N_("show N bytes of what is sent and read (0)") },
	{ 0, "table", OPT_NUMBER, AT(table), INT_MAX, "PID",
	    N_("have a process that runs so tell who waits") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct explain_options options = { .level = OUTPUT_BRIEF,
	    .table = 0 };
	enum opt_outcome outcome;

	intl_init();
	if ((outcome = read_options(&options, argc, argv)) != OPT_RUN)
		return (opt_exit_status(outcome));
	log_open(PROGRAM, LOG_LEVEL_EVENT, LOG_COLOR_AUTO);
	if (options.table != 0)
		return (table_ask((pid_t)options.table) == 0 ? 0 : 1);
	if (environment(&options) == -1 || preload() == -1)
		return (1);
	return (run(argv + optind));
}

static enum opt_outcome
read_options(struct explain_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ rows, OPT_COUNT(rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "PROGRAM [ARGUMENT...]", .operands_max = OPT_COMMAND,
	    .purpose = N_("Run a program that explains its socket and thread "
	    "calls."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome != OPT_RUN)
		return (outcome);
	if (options->table == 0 && optind == argc)
		return (opt_mistake(&program, _("which PROGRAM?")));
	if (options->table != 0 && optind != argc)
		return (opt_mistake(&program,
		    _("--table asks a program that runs: PID alone")));
	return (OPT_RUN);
}

/* What the library is to know: see explain/output.h. */
static int
environment(const struct explain_options *options)
{
	static const char *const levels[] = { "calls", "brief", "full" };
	char number[24];

	setenv(ENV_LEVEL, levels[options->level], 1);
	snprintf(number, sizeof(number), "%d", (int)options->bytes);
	setenv(ENV_BYTES, number, 1);
	/* exec keeps the process: it will be this one. */
	snprintf(number, sizeof(number), "%d", (int)getpid());
	setenv(ENV_PID, number, 1);
	if (environment_file(ENV_OUTPUT, options->output) == -1 ||
	    environment_file(ENV_LOG, options->log) == -1)
		return (-1);
	return (environment_language());
}

/* The file begins empty, and the program may change its folder: its name must
 * say where it is. */
static int
environment_file(const char *name, const char *path)
{
	char whole[PATH_MAX];
	struct cause cause;
	int fd;

	unsetenv(name);
	if (path == NULL)
		return (0);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1 || realpath(path, whole) == NULL) {
		cause_errno(&cause, "open", errno, path);
		log_cause(_("cannot write"), &cause);
		return (-1);
	}
	close(fd);
	return (setenv(name, whole, 1));
}

/* The library has no gettext: it is told the file that gettext has chosen.
 * TRANSLATORS: your language, as the folder of its translations is called. */
static int
environment_language(void)
{
#if ENABLE_NLS
	const char *language = _("en"), *folder = getenv("TEXTDOMAINDIR");
	char path[PATH_MAX];

	unsetenv(ENV_CATALOGUE);
	if (strcmp(language, "en") == 0)
		return (0);
	snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/" PACKAGE ".mo",
	    folder != NULL ? folder : LOCALEDIR, language);
	return (setenv(ENV_CATALOGUE, path, 1));
#else
	return (unsetenv(ENV_CATALOGUE));
#endif
}

/* Before those that are preloaded already. */
static int
preload(void)
{
	char list[2 * PATH_MAX], path[PATH_MAX];
	const char *others = getenv(PRELOAD);
	struct cause cause;

	if (library_find(path, sizeof(path)) == -1) {
		cause_errno(&cause, "access", errno, path);
		log_cause(_("the library is not where it should be:"),
		    &cause);
		return (-1);
	}
	if (strpbrk(path, " :") != NULL) {
		log_line(LOG_LEVEL_ERROR, _("%s: the dynamic linker takes no "
		    "name with a blank or a colon"), path);
		return (-1);
	}
	if (snprintf(list, sizeof(list), "%s%s%s", path, others != NULL ? ":" :
	    "", others != NULL ? others : "") >= (int)sizeof(list)) {
		log_line(LOG_LEVEL_ERROR, _("%s is too long"), PRELOAD);
		return (-1);
	}
	return (setenv(PRELOAD, list, 1));
}

/* In the build tree, beside the program as it was installed, or where it was
 * to be installed. */
static int
library_find(char *path, size_t size)
{
	static const char *const beside[] = { "explain", "../lib/fil" };
	char own[PATH_MAX], *slash;
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);

	own[len > 0 ? len : 0] = '\0';
	if ((slash = strrchr(own, '/')) != NULL)
		*slash = '\0';
	for (int i = 0; i < 2 && slash != NULL; i++) {
		snprintf(path, size, "%.*s/%s/" BEGIN_LIBRARY, PATH_MAX / 2,
		    own, beside[i]);
		if (access(path, R_OK) == 0)
			return (0);
	}
	snprintf(path, size, "%s/" BEGIN_LIBRARY, PKGLIBDIR);
	return (access(path, R_OK));
}

static int
run(char **argv)
{
	char path[PATH_MAX], file[PATH_MAX];
	enum target_verdict verdict = TARGET_MISSING;
	struct cause cause;
	int error;

	if (target_find(argv[0], path, sizeof(path)) == 0) {
		memcpy(file, path, sizeof(file));
		verdict = target_check(file, sizeof(file));
		if (verdict > TARGET_MISSING)
			return (cannot_run(file, verdict));
		execv(path, argv);
		/* A script without a first line: sh runs it. */
		if (errno == ENOEXEC)
			execvp(path, argv);
	}
	error = errno;
	cause_errno(&cause, "exec", error, argv[0]);
	log_cause(_("cannot run"), &cause);
	return (error == ENOENT ? 127 : 126);
}

static int
cannot_run(const char *path, enum target_verdict verdict)
{
	static const char *const why[] = {
		[TARGET_STATIC] = N_("%s is statically linked: it has no "
		"dynamic linker that would take a library of ours (try "
		"strace)"),
		[TARGET_PRIVILEGED] = N_("%s gets rights by being run "
		"(set-uid, set-gid or capabilities): nothing is preloaded "
		"there (run a copy of it)"),
		[TARGET_FOREIGN] = N_("%s is built for another kind of "
		"machine than fil-explain (32 and 64 bits?)"),
	};

	log_line(LOG_LEVEL_ERROR, _(why[verdict]), path);
	return (126);
}
