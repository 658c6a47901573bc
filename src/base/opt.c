/* opt.c - one table of options a program.
 * See also: base/opt.h, tests/check_opt.c */
#include "base/opt.h"

#include <getopt.h>
#include <string.h>

#include "base/intl.h"
#include "base/num.h"
#include "base/text.h"

#define OPT_ROWS_MAX	64
#define OPT_LONG_ONLY	256		/* getopt_long's val of the first row */
#define OPT_HELP_COLUMN	31		/* where the sentences begin */

/* The groups' rows, flat, as getopt_long wants them. */
struct opt_parser {
	const struct opt *rows[OPT_ROWS_MAX];
	void		*bases[OPT_ROWS_MAX];
	int		 len;
	struct option	 long_options[OPT_ROWS_MAX + 1];
	char		 short_options[2 * OPT_ROWS_MAX + 3];
};

static int opt_choose(const char *, const char *, int *);
static enum opt_outcome opt_answer(const struct opt_program *, enum opt_kind);
static size_t opt_name(const struct opt *, size_t, FILE *);
static enum opt_outcome opt_refuse(const struct opt_program *,
    const struct opt *, const char *);
static void opt_prepare(struct opt_parser *, const struct opt_program *);
static const struct opt *opt_row(const struct opt_parser *, int, void **);
static int opt_store(const struct opt *, void *, const char *);
static int opt_takes_argument(const struct opt *);
static int opt_text_is_plain(const char *);
static enum opt_outcome opt_try_help(const struct opt_program *);
static enum opt_outcome opt_unknown(const struct opt_program *, int,
    const char *);

enum opt_outcome
opt_parse(const struct opt_program *program, int argc, char *const argv[])
{
	struct opt_parser parser = { .len = 0 };
	int key;

	/* Its own messages would repeat an argument raw on the terminal. */
	opterr = 0;
	opt_prepare(&parser, program);
	while ((key = getopt_long(argc, argv, parser.short_options,
	    parser.long_options, NULL)) != -1) {
		void *field = NULL;
		const struct opt *row = opt_row(&parser, key, &field);

		if (row == NULL)
			return (opt_unknown(program, key, argv[optind - 1]));
		if (row->kind == OPT_HELP || row->kind == OPT_VERSION)
			return (opt_answer(program, row->kind));
		if (opt_store(row, field, optarg) == -1)
			return (opt_refuse(program, row, optarg));
	}
	if (program->operands_max == OPT_COMMAND)
		return (OPT_RUN);
	for (int i = optind; i < argc; i++)
		if (i - optind >= program->operands_max ||
		    !opt_text_is_plain(argv[i]))
			return (opt_refuse(program, NULL, argv[i]));
	return (OPT_RUN);
}

int
opt_exit_status(enum opt_outcome outcome)
{
	if (outcome == OPT_MISTAKE)
		return (2);
	return (fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1);
}

enum opt_outcome
opt_mistake(const struct opt_program *program, const char *text)
{
	fprintf(stderr, "%s: %s\n", program->name, text);
	return (opt_try_help(program));
}

void
opt_help(const struct opt_program *program, FILE *stream)
{
	size_t column = 0;

	fprintf(stream, _("Usage: %s [OPTION...]"), program->name);
	fprintf(stream, "%s%s\n%s\n\n", program->operands[0] != '\0' ?
	    " " : "", program->operands, _(program->purpose));
	for (size_t g = 0; g < program->groups_len; g++)
		for (size_t i = 0; i < program->groups[g].len; i++) {
			const struct opt *row = &program->groups[g].rows[i];

			column = opt_name(row, column, stream);
			if (row->help == NULL)
				continue;
			fprintf(stream, "%*s  %s\n",
			    column < OPT_HELP_COLUMN ?
			    (int)(OPT_HELP_COLUMN - column) : 0, "",
			    _(row->help));
			column = 0;
		}
}

static void
opt_prepare(struct opt_parser *parser, const struct opt_program *program)
{
	char *letter = parser->short_options;

	if (program->operands_max == OPT_COMMAND)
		*letter++ = '+';	/* its first word ends our options */
	*letter++ = ':';		/* a missing argument is told apart */
	for (size_t g = 0; g < program->groups_len; g++)
		for (size_t i = 0; i < program->groups[g].len; i++) {
			const struct opt *row = &program->groups[g].rows[i];
			int n = parser->len;

			if (n == OPT_ROWS_MAX)
				return;
			parser->rows[n] = row;
			parser->bases[n] = program->groups[g].base;
			parser->long_options[n] = (struct option){
			    row->long_name, opt_takes_argument(row), NULL,
			    OPT_LONG_ONLY + n };
			if (row->short_name != 0) {
				*letter++ = (char)row->short_name;
				if (opt_takes_argument(row))
					*letter++ = ':';
			}
			parser->len++;
		}
}

/* The row that getopt_long means by key, and where its field is. */
static const struct opt *
opt_row(const struct opt_parser *parser, int key, void **field)
{
	for (int i = 0; i < parser->len; i++) {
		const struct opt *row = parser->rows[i];

		if (key != OPT_LONG_ONLY + i &&
		    (row->short_name == 0 || key != row->short_name))
			continue;
		if (parser->bases[i] != NULL)
			*field = (char *)parser->bases[i] + row->offset;
		return (row);
	}
	return (NULL);
}

static int
opt_store(const struct opt *row, void *field, const char *arg)
{
	struct opt_list *list = field;
	uint64_t number;

	if (opt_takes_argument(row) && !opt_text_is_plain(arg))
		return (-1);
	switch (row->kind) {
	case OPT_SET:
		*(int *)field = (int)row->value;
		return (0);
	case OPT_STRING:
		*(const char **)field = arg;
		return (0);
	case OPT_LIST:
		if (list->len == OPT_LIST_MAX)
			return (-1);
		list->items[list->len++] = arg;
		return (0);
	case OPT_NUMBER:
		if (num_parse(arg, strlen(arg), (uint64_t)row->value,
		    &number) == -1)
			return (-1);
		*(int64_t *)field = (int64_t)number;
		return (0);
	case OPT_PORT:
		if (num_parse(arg, strlen(arg), 65535, &number) == -1)
			return (-1);
		*(int *)field = (int)number;
		return (0);
	case OPT_SECONDS:
		return (num_parse_ms(arg, INT32_MAX, field));
	case OPT_CHOICE:
		return (opt_choose(row->arg, arg, field));
	case OPT_HELP:
	case OPT_VERSION:
		break;
	}
	return (-1);
}

/* The place of word in "a|b|c". */
static int
opt_choose(const char *choices, const char *word, int *place)
{
	size_t len = strlen(word);

	for (int n = 0; ; n++) {
		size_t end = strcspn(choices, "|");

		if (end == len && memcmp(choices, word, len) == 0) {
			*place = n;
			return (0);
		}
		if (choices[end] == '\0')
			return (-1);
		choices += end + 1;
	}
}

static int
opt_takes_argument(const struct opt *row)
{
	return (row->arg != NULL);
}

static int
opt_text_is_plain(const char *text)
{
	return (strpbrk(text, "\r\n") == NULL);
}

static enum opt_outcome
opt_refuse(const struct opt_program *program, const struct opt *row,
    const char *arg)
{
	static const char *const expected[] = {
		[OPT_STRING] = N_("not usable"),
		[OPT_LIST] = N_("given too often"),
		[OPT_NUMBER] = N_("not a whole number, or too large"),
		[OPT_PORT] = N_("not a port from 0 to 65535"),
		[OPT_SECONDS] = N_("not a number of seconds"),
		[OPT_CHOICE] = N_("not one of"),
	};
	const char *why;
	char safe[OPT_MISTAKE_SIZE];

	if (!opt_text_is_plain(arg))
		why = _("an argument must be one line");
	else
		why = row != NULL ? _(expected[row->kind]) :
		    _("one argument too many");
	text_safe(safe, sizeof(safe), arg, strlen(arg), TEXT_ONE_LINE);
	fprintf(stderr, "%s: %s%s%s%s: %s%s%s\n", program->name,
	    row != NULL ? "--" : "", row != NULL ? row->long_name : "",
	    row != NULL ? " " : "", safe, why,
	    row != NULL && row->kind == OPT_CHOICE ? " " : "",
	    row != NULL && row->kind == OPT_CHOICE ? row->arg : "");
	return (opt_try_help(program));
}

/* What getopt_long did not take: optopt is a short option's letter, or 0, or
 * the key of a long one. */
static enum opt_outcome
opt_unknown(const struct opt_program *program, int key, const char *arg)
{
	char letter[] = { '-', (char)optopt, '\0' }, safe[OPT_MISTAKE_SIZE];

	if (optopt > 0 && optopt < OPT_LONG_ONLY)
		arg = letter;
	text_safe(safe, sizeof(safe), arg, strlen(arg), TEXT_ONE_LINE);
	fprintf(stderr, "%s: %s: %s\n", program->name, safe, key == ':' ?
	    _("an argument is needed") : _("no such option"));
	return (opt_try_help(program));
}

static enum opt_outcome
opt_try_help(const struct opt_program *program)
{
	fprintf(stderr, _("Try \"%s --help\".\n"), program->name);
	return (OPT_MISTAKE);
}

static enum opt_outcome
opt_answer(const struct opt_program *program, enum opt_kind kind)
{
	if (kind == OPT_HELP)
		opt_help(program, stdout);
	else
		printf("%s (fil) %s\n", program->name, PACKAGE_VERSION);
	return (OPT_ANSWERED);
}

/* "-p, --port PORT", at a column of the line.  Returns where it ends. */
static size_t
opt_name(const struct opt *row, size_t column, FILE *stream)
{
	char letter[] = { '-', (char)row->short_name, ',', ' ', '\0' };
	const char *arg = row->arg != NULL ? row->arg : "";
	const char *blanks = column > 0 ? ", " : "  ";

	if (row->short_name == 0) {
		/* The long names stand below each other. */
		letter[0] = '\0';
		blanks = column > 0 ? ", " : "      ";
	}
	fprintf(stream, "%s%s--%s%s%s", blanks, letter, row->long_name,
	    arg[0] != '\0' ? " " : "", arg);
	return (column + strlen(blanks) + strlen(letter) + 2 +
	    strlen(row->long_name) + (arg[0] != '\0') + text_columns(arg));
}
