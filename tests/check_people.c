/* check_people.c - who is in the room, for the Tab key.
 * See also: tools/chat/people.h */
#include "tools/chat/people.h"

#include "suite.h"

static struct people people;

static void
add(const char *name)
{
	people_add(&people, name, strlen(name));
}

START_TEST(the_latest_is_the_first)
{
	add("pc3");
	add("pc4");
	ck_assert_str_eq(people_at(&people, 0), "pc4");
	ck_assert_str_eq(people_at(&people, 1), "pc3");
	ck_assert_ptr_null(people_at(&people, 2));
}
END_TEST

START_TEST(nobody_is_there_twice)
{
	add("pc3");
	add("pc4");
	add("pc3");
	ck_assert_uint_eq(people.len, 2);
	ck_assert_str_eq(people_at(&people, 0), "pc3");
}
END_TEST

START_TEST(who_left_is_forgotten_and_no_other)
{
	add("pc3");
	add("pc4");
	add("pc5");
	people_remove(&people, "pc4", 3);
	people_remove(&people, "pc", 2);
	people_remove(&people, "pc9", 3);
	ck_assert_uint_eq(people.len, 2);
	ck_assert_str_eq(people_at(&people, 0), "pc5");
	ck_assert_str_eq(people_at(&people, 1), "pc3");
}
END_TEST

START_TEST(the_oldest_makes_room)
{
	char name[16];

	for (int i = 0; i <= PEOPLE_MAX; i++) {
		snprintf(name, sizeof(name), "pc%d", i);
		add(name);
	}
	ck_assert_uint_eq(people.len, PEOPLE_MAX);
	ck_assert_str_eq(people_at(&people, 0), name);
	ck_assert_str_eq(people_at(&people, PEOPLE_MAX - 1), "pc1");
}
END_TEST

START_TEST(a_name_that_does_not_fit_is_left_out)
{
	char name[NAME_SIZE];

	memset(name, 'x', sizeof(name));
	people_add(&people, name, sizeof(name));
	people_add(&people, name, 0);
	ck_assert_uint_eq(people.len, 0);
	people_add(&people, name, sizeof(name) - 1);
	ck_assert_uint_eq(people.len, 1);
}
END_TEST

static Suite *
people_suite(void)
{
	Suite *suite = suite_create("people");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");

	tcase_add_test(core, the_latest_is_the_first);
	tcase_add_test(core, nobody_is_there_twice);
	tcase_add_test(core, who_left_is_forgotten_and_no_other);
	tcase_add_test(limits, the_oldest_makes_room);
	tcase_add_test(limits, a_name_that_does_not_fit_is_left_out);
	return (suite);
}

int
main(void)
{
	return (suite_run(people_suite()));
}
