/* fuzz_users.c - any bytes as a file of accounts.
 * What is taken holds to what the header says of it, each name is found in any
 * case, and another file that is written from it says the same.
 * See also: serve/users.h, tests/check_users.c */
#include "serve/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void check_cause(const struct cause *);
static void check_row(const struct users *, const struct user *);
static void check_same(const struct users *, const struct name_rules *);
static char *write_again(const struct users *, size_t *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name_rules rules;
	struct users users = { .path = "users", .names = &rules };
	struct cause cause = { .kind = CAUSE_NONE };
	char *exact = malloc(size > 0 ? size : 1);

	assert(exact != NULL && name_rules_init(&rules, &cause) == 0);
	if (size > 0)
		memcpy(exact, data, size);
	if (users_parse(&users, exact, size, &cause) == -1) {
		assert(users.text == NULL && users.rows == NULL);
		check_cause(&cause);
	} else {
		for (size_t i = 0; i < users.len; i++)
			check_row(&users, &users.rows[i]);
		check_same(&users, &rules);
	}
	users_fini(&users);
	name_rules_fini(&rules);
	free(exact);
	return (0);
}

/* "users:LINE", what, why. */
static void
check_cause(const struct cause *cause)
{
	unsigned long line;
	char rest;

	assert(cause->kind == CAUSE_SAID && cause->said != NULL);
	assert(sscanf(cause->object, "users:%lu%c", &line, &rest) == 1);
	assert(line >= 1);
}

static void
check_row(const struct users *users, const struct user *row)
{
	size_t len = strlen(row->name);
	char other[NAME_SIZE];

	assert(name_fold(users->names, row->name, len, other) == NAME_GOOD);
	assert(strcmp(other, row->folded) == 0);
	assert(users_find(users, row->name, len) == row);
	assert(users_find(users, other, strlen(other)) == row);
	assert(row == users->rows ||
	    strcmp(row[-1].folded, row->folded) < 0);
	assert(row->hash[0] != '\0' && strchr(row->hash, ':') == NULL);
	assert(strchr(row->more, ':') == strrchr(row->more, ':'));
	assert(len + strlen(row->hash) + strlen(row->more) < USERS_LINE_MAX);
	assert(row->line >= 1);
}

static void
check_same(const struct users *users, const struct name_rules *rules)
{
	struct users again = { .path = "again", .names = rules };
	struct cause cause;
	size_t len;
	char *text = write_again(users, &len);

	assert(users_parse(&again, text, len, &cause) == 0);
	assert(again.len == users->len);
	for (size_t i = 0; i < users->len; i++) {
		const struct user *a = &users->rows[i], *b = &again.rows[i];

		assert(strcmp(a->name, b->name) == 0);
		assert(strcmp(a->hash, b->hash) == 0);
		assert(strcmp(a->more, b->more) == 0);
		assert(user_is_locked(a) == user_is_locked(b));
	}
	users_fini(&again);
	free(text);
}

static char *
write_again(const struct users *users, size_t *len)
{
	char *text = malloc(users->len * (USERS_LINE_MAX + 2) + 1);

	assert(text != NULL);
	*len = 0;
	for (size_t i = 0; i < users->len; i++) {
		const struct user *row = &users->rows[i];

		*len += (size_t)sprintf(text + *len, "%s:%s%s%s\n", row->name,
		    row->hash, row->more[0] != '\0' ? ":" : "", row->more);
	}
	return (text);
}
