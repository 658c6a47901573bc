/* fil-passwd.c - add, change and delete the accounts of a users file.
 * See also: fil-passwd(1), serve/users.h, tools/passwd/edit.h */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/name.h"
#include "base/opt.h"
#include "base/wipe.h"
#include "client/secret.h"
#include "serve/password.h"
#include "tools/passwd/edit.h"

#define PROGRAM		"fil-passwd"
#define PROMPT_SIZE	256

struct passwd_options {
	int		 delete;
	int		 log_level;
	const char	*file, *name;
	struct name_rules names;
	struct secret_options secret;
};

static int change_account(const struct passwd_options *);
static int hash_password(const struct passwd_options *, char *);
static int password_ask_twice(const char *, char *, struct cause *);
static int password_read(const struct passwd_options *, char *,
    struct cause *);
static enum opt_outcome read_options(struct passwd_options *, int, char **);
static int report(const struct passwd_options *, enum edit_outcome,
    const struct cause *);
static enum opt_outcome take_operands(const struct opt_program *,
    struct passwd_options *, int, char **);

#define AT(field)	offsetof(struct passwd_options, field)

static const struct opt own_rows[] = {
	{ 'd', "delete", OPT_SET, AT(delete), 1, NULL,
	    N_("delete the account") },
};

static const struct opt common_rows[] = {
	{ 'q', "quiet", OPT_SET, AT(log_level), LOG_LEVEL_WARNING, NULL,
	    N_("say only what went wrong") },
	OPT_COMMON_ROWS
};

int
main(int argc, char *argv[])
{
	struct passwd_options options = { .log_level = LOG_LEVEL_EVENT,
	    .secret = SECRET_OPTIONS_DEFAULT };
	enum opt_outcome outcome;
	struct cause cause;
	int status;

	intl_init();
	name_rules_init(&options.names, &cause);
	outcome = read_options(&options, argc, argv);
	log_open(PROGRAM, options.log_level, LOG_COLOR_AUTO);
	status = outcome == OPT_RUN ? change_account(&options) :
	    opt_exit_status(outcome);
	name_rules_fini(&options.names);
	return (status);
}

static enum opt_outcome
read_options(struct passwd_options *options, int argc, char **argv)
{
	const struct opt_group groups[] = {
		{ own_rows, OPT_COUNT(own_rows), options },
		{ secret_option_rows, secret_option_rows_len,
		    &options->secret },
		{ common_rows, OPT_COUNT(common_rows), options },
	};
	const struct opt_program program = { .name = PROGRAM,
	    .operands = "FILE NAME", .operands_max = 2,
	    .purpose = N_("Add an account to a users file, or change its "
	    "password."),
	    .groups = groups, .groups_len = OPT_COUNT(groups) };
	enum opt_outcome outcome = opt_parse(&program, argc, argv);

	if (outcome != OPT_RUN)
		return (outcome);
	return (take_operands(&program, options, argc, argv));
}

static enum opt_outcome
take_operands(const struct opt_program *program,
    struct passwd_options *options, int argc, char **argv)
{
	enum name_verdict verdict;

	if (argc - optind != 2)
		return (opt_mistake(program, _("FILE and NAME are needed")));
	if (options->delete && secret_is_given(&options->secret))
		return (opt_mistake(program,
		    _("--delete needs no password")));
	options->file = argv[optind];
	options->name = argv[optind + 1];
	verdict = name_check(&options->names, options->name,
	    strlen(options->name));
	if (verdict != NAME_GOOD)
		return (opt_mistake(program, _(name_wrong(verdict))));
	return (OPT_RUN);
}

static int
change_account(const struct passwd_options *options)
{
	char hash[PASSWORD_HASH_SIZE];
	struct edit edit = { .name = options->name, .hash = hash };
	enum edit_outcome outcome;
	struct cause cause;

	if (options->delete)
		edit.hash = NULL;
	else if (hash_password(options, hash) == -1)
		return (1);
	outcome = edit_users(options->file, &edit, &options->names, &cause);
	return (report(options, outcome, &cause));
}

static int
hash_password(const struct passwd_options *options, char *hash)
{
	char password[SECRET_SIZE];
	struct cause cause;
	int result;

	if (password_read(options, password, &cause) == -1) {
		log_cause(_("no password:"), &cause);
		return (-1);
	}
	result = password_hash(password, hash, &cause);
	wipe(password, sizeof(password));
	if (result == -1)
		log_cause(_("no hash:"), &cause);
	return (result);
}

static int
password_read(const struct passwd_options *options, char *password,
    struct cause *cause)
{
	int result;

	if (secret_is_given(&options->secret))
		result = secret_get(&options->secret, "", password, cause);
	else if (isatty(STDIN_FILENO))
		result = password_ask_twice(options->name, password, cause);
	else
		result = secret_read_line(STDIN_FILENO, _("standard input"),
		    password, cause);
	if (result == 0 && password[0] == '\0') {
		cause_said(cause, "read", N_("it is empty"), NULL);
		return (-1);
	}
	return (result);
}

/* What is not seen is easily mistyped. */
static int
password_ask_twice(const char *name, char *password, struct cause *cause)
{
	char prompt[PROMPT_SIZE], again[SECRET_SIZE];
	int same;

	snprintf(prompt, sizeof(prompt), _("Password for %s: "), name);
	if (secret_ask(prompt, password, cause) == -1)
		return (-1);
	if (secret_ask(_("The same again: "), again, cause) == -1) {
		wipe(password, SECRET_SIZE);
		return (-1);
	}
	same = strcmp(password, again) == 0;
	wipe(again, sizeof(again));
	if (same)
		return (0);
	wipe(password, SECRET_SIZE);
	cause_said(cause, "read", N_("the two are not the same"), NULL);
	return (-1);
}

static int
report(const struct passwd_options *options, enum edit_outcome edited,
    const struct cause *cause)
{
	static const char *const done[] = {
		[EDIT_ADDED] = N_("%s was added"),
		[EDIT_CHANGED] = N_("%s has a new password"),
		[EDIT_DELETED] = N_("%s was deleted"),
	};

	if (edited == EDIT_FAILED) {
		log_cause(_("cannot change"), cause);
		return (1);
	}
	if (edited == EDIT_NOBODY) {
		log_line(LOG_LEVEL_ERROR, _("%s has no account of %s"),
		    options->file, options->name);
		return (1);
	}
	log_line(LOG_LEVEL_EVENT, _(done[edited]), options->name);
	return (0);
}
