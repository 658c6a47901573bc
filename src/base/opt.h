/* opt.h - one table of options a program.
 * The table gives getopt_long, --help and, through --help, the check of the
 * manual page and the bash completion.  Its rows say where each value goes:
 * at an offset in the program's own options structure, so nothing is global.
 * See also: tests/check_opt.c */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define OPT_LIST_MAX	16
#define OPT_MISTAKE_SIZE 256
#define OPT_COMMAND	(-1)		/* operands_max: a program to be run
					 * and its arguments, options too */

/* What an option does with the field at its offset. */
enum opt_kind {
	OPT_SET,	/* int: becomes the row's value; takes no argument */
	OPT_STRING,	/* const char *: the argument itself */
	OPT_LIST,	/* struct opt_list: arguments one after the other */
	OPT_NUMBER,	/* int64_t: a whole number from 0 to the row's value */
	OPT_PORT,	/* int: a port number, 0 to 65535 */
	OPT_SECONDS,	/* int64_t: milliseconds, given in seconds */
	OPT_CHOICE,	/* int: the place of the argument in arg, "a|b|c" */
	OPT_HELP,	/* --help, --version: see OPT_COMMON_ROWS */
	OPT_VERSION
};

struct opt_list {
	const char	*items[OPT_LIST_MAX];
	size_t		 len;
};

struct opt {
	int		 short_name;	/* 'p', or 0 */
	const char	*long_name;	/* "port" */
	enum opt_kind	 kind;
	size_t		 offset;	/* of the field, in the group's base */
	int64_t		 value;		/* OPT_SET, OPT_NUMBER: see there */
	const char	*arg;		/* "PORT" in --help; NULL: none */
	const char	*help;		/* one line, marked with N_(); NULL:
					 * said with the next row's, on its
					 * line (never of a group's last) */
};

/* Rows that fill one structure; a program may have several (its own, and
 * those that all servers share). */
struct opt_group {
	const struct opt *rows;
	size_t		 len;
	void		*base;
};

struct opt_program {
	const char	*name;		/* "fil-mixedd" */
	const char	*operands;	/* "[HOST [MESSAGE]]", or "" */
	const char	*purpose;	/* one line, marked with N_() */
	int		 operands_max;	/* or OPT_COMMAND */
	const struct opt_group *groups;
	size_t		 groups_len;
};

enum opt_outcome {
	OPT_RUN,			/* go on; operands begin at optind */
	OPT_ANSWERED,			/* --help or --version: exit 0 */
	OPT_MISTAKE			/* said on stderr: exit 2 */
};

#define OPT_COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

/*
 * opt_parse - read a command line into the groups' structures
 * Prints the answer to --help and --version on standard output, and a mistake
 * with what to do about it on standard error, its bytes made safe.
 * An argument with CR or LF is refused: it could forge a protocol line; those
 * of OPT_COMMAND go elsewhere.
 * Blocks: no.   Threads: no (getopt_long is not).   Ref: POSIX XBD 12.2.
 */
enum opt_outcome opt_parse(const struct opt_program *program, int argc,
	    char *const argv[]);

/*
 * opt_exit_status - how a program ends that does not go on after opt_parse
 * Returns 0, 1 if the answer could not be printed, or 2 for a mistake.
 * Blocks: as long as standard output does.   Threads: safe.
 */
int	opt_exit_status(enum opt_outcome outcome);

/*
 * opt_mistake - say on standard error what is wrong with a command line that
 * opt_parse took, and how to get help
 *   text   translated
 * Returns OPT_MISTAKE.
 * Blocks: as long as standard error does.   Threads: safe.
 */
enum opt_outcome opt_mistake(const struct opt_program *program,
	    const char *text);

/*
 * opt_help - print what --help prints: at most 80 columns, a line an option, or
 * several that belong together
 * Blocks: as long as the stream does.   Threads: safe.
 */
void	opt_help(const struct opt_program *program, FILE *stream);

/* The rows that every program ends with. */
#define OPT_COMMON_ROWS \
	{ 'h', "help", OPT_HELP, 0, 0, NULL, NULL }, \
	{ 'V', "version", OPT_VERSION, 0, 0, NULL, \
	    N_("show this help; show the version") }

#endif
