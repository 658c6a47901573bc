/* check_ignores.c - whoever is ignored is not heard, under whatever name.
 * Somebody would otherwise get round it by /nick, or be silenced for having
 * come later than another of that name.
 * See also: tools/chat/ignores.h */
#include "tools/chat/ignores.h"

#include <errno.h>

#include "fault/fault.h"
#include "suite.h"

static struct ignores ignores;

static void
setup(void)
{
	struct cause cause;

	ck_assert_int_eq(ignores_init(&ignores, &cause), 0);
}

static void
teardown(void)
{
	fault_set("");
	ignores_fini(&ignores);
}

static enum ignores_change
toggle(unsigned long number, const char *folded)
{
	struct ignored who = { .number = number };

	strcpy(who.folded, folded);
	return (ignores_toggle(&ignores, &who));
}

START_TEST(a_row_is_a_person_and_a_name)
{
	ck_assert_int_eq(ignores_has(&ignores, 7, "pc7"), 0);
	ck_assert_int_eq(toggle(7, "pc7"), IGNORES_ADDED);
	ck_assert_int_eq(ignores_has(&ignores, 7, "pc7"), 1);
	ck_assert_int_eq(ignores_has(&ignores, 7, "other"), 1);
	ck_assert_int_eq(ignores_has(&ignores, 8, "pc7"), 1);
	ck_assert_int_eq(ignores_has(&ignores, 8, "pc8"), 0);
}
END_TEST

START_TEST(once_more_and_he_is_heard_again)
{
	ck_assert_int_eq(toggle(7, "pc7"), IGNORES_ADDED);
	ck_assert_int_eq(toggle(8, "pc8"), IGNORES_ADDED);
	ck_assert_int_eq(toggle(9, "pc9"), IGNORES_ADDED);
	/* who has another name now is named by that one */
	ck_assert_int_eq(toggle(7, "other"), IGNORES_REMOVED);
	/* and one who has left, by the one that he had */
	ck_assert_int_eq(toggle(0, "pc8"), IGNORES_REMOVED);
	ck_assert_int_eq(ignores_has(&ignores, 7, "pc7"), 0);
	ck_assert_int_eq(ignores_has(&ignores, 8, "pc8"), 0);
	ck_assert_int_eq(ignores_has(&ignores, 9, "pc9"), 1);
	ck_assert_int_eq(toggle(9, "pc9"), IGNORES_REMOVED);
	ck_assert_int_eq(ignores_has(&ignores, 9, "pc9"), 0);
}
END_TEST

/* One row has his number, another had his name. */
START_TEST(he_is_heard_again_whatever_he_was_ignored_by)
{
	ck_assert_int_eq(toggle(7, "pc7"), IGNORES_ADDED);
	ck_assert_int_eq(toggle(8, "pc8"), IGNORES_ADDED);
	ck_assert_int_eq(toggle(9, "pc9"), IGNORES_ADDED);
	ck_assert_int_eq(toggle(8, "pc7"), IGNORES_REMOVED);
	ck_assert_int_eq(ignores_has(&ignores, 8, "pc7"), 0);
	ck_assert_int_eq(ignores_has(&ignores, 9, "pc9"), 1);
}
END_TEST

START_TEST(a_name_that_nobody_has_is_not_ignored)
{
	ck_assert_int_eq(toggle(0, "pc7"), IGNORES_NOBODY);
	ck_assert_int_eq(ignores_has(&ignores, 7, "pc7"), 0);
}
END_TEST

START_TEST(there_is_an_end_to_ignoring)
{
	char name[NAME_SIZE];

	for (unsigned long n = 1; n <= IGNORES_MAX; n++) {
		snprintf(name, sizeof(name), "pc%lu", n);
		ck_assert_int_eq(toggle(n, name), IGNORES_ADDED);
	}
	ck_assert_int_eq(toggle(1000, "pc1000"), IGNORES_FULL);
	ck_assert_int_eq(ignores_has(&ignores, 1000, "pc1000"), 0);
	ck_assert_int_eq(toggle(1, "pc1"), IGNORES_REMOVED);
	ck_assert_int_eq(toggle(1000, "pc1000"), IGNORES_ADDED);
	ck_assert_int_eq(ignores_has(&ignores, IGNORES_MAX, ""), 1);
}
END_TEST

START_TEST(without_memory_everybody_is_heard)
{
	enum ignores_change change;

	if (!fault_knows("calloc"))
		return;
	fault_set("calloc=ENOMEM");
	change = toggle(7, "pc7");
	fault_set("");
	ck_assert_int_eq(change, IGNORES_NO_MEMORY);
	ck_assert_int_eq(ignores_has(&ignores, 7, "pc7"), 0);
	ck_assert_int_eq(toggle(7, "pc7"), IGNORES_ADDED);
}
END_TEST

START_TEST(a_lock_that_cannot_be_made_is_named)
{
	struct ignores other;
	struct cause cause;
	int result;

	fault_set("pthread_mutex_init=EAGAIN");
	result = ignores_init(&other, &cause);
	fault_set("");
	ck_assert_int_eq(result, -1);
	ck_assert_str_eq(cause.primitive, "pthread_mutex_init");
	ck_assert_int_eq(cause.error, EAGAIN);
	ignores_fini(&other);		/* nothing to do */
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ignores");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_test(core, a_row_is_a_person_and_a_name);
	tcase_add_test(core, once_more_and_he_is_heard_again);
	tcase_add_test(core, he_is_heard_again_whatever_he_was_ignored_by);
	tcase_add_test(core, a_name_that_nobody_has_is_not_ignored);
	tcase_add_checked_fixture(limits, setup, teardown);
	tcase_add_test(limits, there_is_an_end_to_ignoring);
	tcase_add_test(limits, without_memory_everybody_is_heard);
	tcase_add_test(limits, a_lock_that_cannot_be_made_is_named);
	return (suite_run(suite));
}
