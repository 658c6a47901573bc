/* check_cause.c - which primitive failed, on what, and why.
 * The wording is not tested (it is translated): what it must name is.
 * See also: base/cause.h */
#include "base/cause.h"

#include <errno.h>
#include <netdb.h>

#include "suite.h"

static const char *
text_of(const struct cause *cause)
{
	static char text[CAUSE_TEXT_SIZE];

	ck_assert_ptr_eq(cause_text(cause, text, sizeof(text)), text);
	return (text);
}

static int
has_hint(const struct cause *cause)
{
	const char *text = text_of(cause);

	return (strstr(text, " (") != NULL && text[strlen(text) - 1] == ')');
}

START_TEST(a_failed_call_is_named_with_its_object_and_reason)
{
	struct cause cause;

	cause_errno(&cause, "bind", EACCES, "[::1]:21");
	ck_assert_int_eq(cause.kind, CAUSE_ERRNO);
	ck_assert_str_eq(cause.primitive, "bind");
	ck_assert_int_eq(cause.error, EACCES);
	ck_assert_str_eq(cause.object, "[::1]:21");
	ck_assert_ptr_eq(strstr(text_of(&cause), "[::1]:21: bind: "),
	    text_of(&cause));
	ck_assert_ptr_nonnull(strstr(text_of(&cause), strerror(EACCES)));
}
END_TEST

START_TEST(without_object_the_text_begins_with_the_primitive)
{
	struct cause cause;

	cause_errno(&cause, "pipe", ENFILE, NULL);
	ck_assert_str_eq(cause.object, "");
	ck_assert_ptr_eq(strstr(text_of(&cause), "pipe: "), text_of(&cause));
	ck_assert_ptr_nonnull(strstr(text_of(&cause), strerror(ENFILE)));
}
END_TEST

START_TEST(a_failed_lookup_is_getaddrinfo_with_its_own_reason)
{
	struct cause cause;

	cause_lookup(&cause, EAI_NONAME, EPERM, "no.such.host");
	ck_assert_int_eq(cause.kind, CAUSE_LOOKUP);
	ck_assert_str_eq(cause.primitive, "getaddrinfo");
	ck_assert_int_eq(cause.error, EAI_NONAME);
	ck_assert_ptr_nonnull(strstr(text_of(&cause),
	    "no.such.host: getaddrinfo: "));
	ck_assert_ptr_nonnull(strstr(text_of(&cause),
	    gai_strerror(EAI_NONAME)));
}
END_TEST

START_TEST(a_lookup_that_a_call_failed_in_tells_that_calls_errno)
{
	struct cause cause;

	cause_lookup(&cause, EAI_SYSTEM, EMFILE, "some.host");
	ck_assert_int_eq(cause.kind, CAUSE_ERRNO);
	ck_assert_str_eq(cause.primitive, "getaddrinfo");
	ck_assert_int_eq(cause.error, EMFILE);
	ck_assert_ptr_nonnull(strstr(text_of(&cause), strerror(EMFILE)));
}
END_TEST

START_TEST(what_a_call_gave_wrongly_is_said)
{
	struct cause cause;

	cause_said(&cause, "recv", "the answer is empty", "127.0.0.1:13");
	ck_assert_int_eq(cause.kind, CAUSE_SAID);
	ck_assert_str_eq(cause.primitive, "recv");
	ck_assert_str_eq(cause.said, "the answer is empty");
	ck_assert_str_eq(text_of(&cause),
	    "127.0.0.1:13: recv: the answer is empty");
}
END_TEST

START_TEST(a_certificate_that_was_refused_is_said)
{
	struct cause cause;

	cause_certificate(&cause, "it has expired", "localhost:12347");
	ck_assert_int_eq(cause.kind, CAUSE_CERTIFICATE);
	ck_assert_str_eq(cause.primitive, "certificate");
	ck_assert_str_eq(text_of(&cause),
	    "localhost:12347: certificate: it has expired");
	cause_certificate(&cause, "it has expired", NULL);
	ck_assert_str_eq(text_of(&cause), "certificate: it has expired");
}
END_TEST

/* spec/00: 3, so that a script can tell a forgery from a broken network. */
START_TEST(a_refused_certificate_alone_ends_with_three)
{
	struct cause cause = { .kind = CAUSE_NONE };

	ck_assert_int_eq(cause_exit_status(&cause), 1);
	cause_errno(&cause, "connect", ECONNREFUSED, "x");
	ck_assert_int_eq(cause_exit_status(&cause), 1);
	cause_lookup(&cause, EAI_NONAME, 0, "x");
	ck_assert_int_eq(cause_exit_status(&cause), 1);
	cause_said(&cause, "recv", "no answer", "x");
	ck_assert_int_eq(cause_exit_status(&cause), 1);
	cause_certificate(&cause, "it has expired", "x");
	ck_assert_int_eq(cause_exit_status(&cause), 3);
	cause_said(&cause, "recv", "no answer", "x");
	ck_assert_int_eq(cause_exit_status(&cause), 1);
}
END_TEST

START_TEST(known_mistakes_get_a_hint_in_brackets)
{
	static const struct { const char *primitive; int error; } rows[] = {
		{ "bind", EACCES }, { "bind", EADDRINUSE },
		{ "bind", EADDRNOTAVAIL }, { "connect", ECONNREFUSED },
		{ "recv", ECONNREFUSED }, { "connect", ETIMEDOUT },
		{ "connect", ENETUNREACH }, { "socket", EMFILE },
		{ "accept", EMFILE }, { "pthread_create", EAGAIN },
	};
	struct cause cause;

	for (size_t i = 0; i < SUITE_COUNT(rows); i++) {
		cause_errno(&cause, rows[i].primitive, rows[i].error, "x");
		ck_assert_msg(has_hint(&cause), "%s", text_of(&cause));
	}
}
END_TEST

START_TEST(a_hint_needs_the_primitive_the_errno_and_the_kind)
{
	struct cause cause;

	cause_errno(&cause, "send", EADDRINUSE, "x");
	ck_assert(!has_hint(&cause));
	cause_errno(&cause, "bind", EINVAL, "x");
	ck_assert(!has_hint(&cause));
	cause_errno(&cause, "bind", EACCES, "x");
	cause.kind = CAUSE_SAID;
	cause.said = "no";
	ck_assert(!has_hint(&cause));
	cause_lookup(&cause, EAI_AGAIN, 0, "x");
	ck_assert(!has_hint(&cause));
}
END_TEST

START_TEST(nothing_failed_is_a_text_too)
{
	struct cause cause = { .kind = CAUSE_NONE };

	ck_assert_uint_gt(strlen(text_of(&cause)), 0);
}
END_TEST

START_TEST(a_second_failure_replaces_the_first)
{
	struct cause cause;

	cause_said(&cause, "recv", "a long tale", "a long object");
	cause_errno(&cause, "pipe", ENFILE, NULL);
	ck_assert_str_eq(cause.object, "");
	ck_assert_ptr_null(strstr(text_of(&cause), "tale"));
}
END_TEST

START_TEST(the_object_is_copied)
{
	struct cause cause;
	char object[] = "127.0.0.1:1";

	cause_errno(&cause, "bind", EINVAL, object);
	memset(object, 'x', sizeof(object) - 1);
	ck_assert_str_eq(cause.object, "127.0.0.1:1");
}
END_TEST

START_TEST(a_long_object_is_cut_to_fit)
{
	struct cause cause;
	char object[CAUSE_OBJECT_SIZE + 1];

	memset(object, 'o', sizeof(object));
	object[CAUSE_OBJECT_SIZE - 1] = '\0';
	cause_errno(&cause, "bind", EINVAL, object);
	ck_assert_str_eq(cause.object, object);
	object[CAUSE_OBJECT_SIZE - 1] = 'o';
	object[CAUSE_OBJECT_SIZE] = '\0';
	cause_errno(&cause, "bind", EINVAL, object);
	ck_assert_uint_eq(strlen(cause.object), CAUSE_OBJECT_SIZE - 1);
}
END_TEST

START_TEST(text_size_is_enough_for_the_longest_object_and_a_hint)
{
	struct cause cause;
	char object[2 * CAUSE_OBJECT_SIZE];

	memset(object, 'o', sizeof(object) - 1);
	object[sizeof(object) - 1] = '\0';
	cause_errno(&cause, "pthread_create", EAGAIN, object);
	ck_assert(has_hint(&cause));
	cause_errno(&cause, "bind", EADDRINUSE, object);
	ck_assert(has_hint(&cause));
}
END_TEST

START_TEST(a_small_buffer_gets_what_fits)
{
	struct cause cause;
	char text[8];

	cause_errno(&cause, "bind", EACCES, "[::1]:21");
	memset(text, 'x', sizeof(text));
	cause_text(&cause, text, 5);
	ck_assert_str_eq(text, "[::1");
	ck_assert_int_eq(text[5], 'x');
	cause_text(&cause, text, 1);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(an_errno_that_nobody_knows_is_still_a_text)
{
	struct cause cause;

	cause_errno(&cause, "bind", 99999, "x");
	ck_assert_uint_gt(strlen(text_of(&cause)), strlen("x: bind: "));
	cause_errno(&cause, "bind", -1, "x");
	ck_assert_uint_gt(strlen(text_of(&cause)), strlen("x: bind: "));
	cause_lookup(&cause, 99999, 0, "x");
	ck_assert_uint_gt(strlen(text_of(&cause)),
	    strlen("x: getaddrinfo: "));
}
END_TEST

START_TEST(percent_signs_of_a_user_are_text)
{
	struct cause cause;

	cause_said(&cause, "recv", "50%s%n", "%s%s%n%100000d");
	ck_assert_str_eq(text_of(&cause), "%s%s%n%100000d: recv: 50%s%n");
}
END_TEST

static Suite *
cause_suite(void)
{
	Suite *suite = suite_create("cause");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_test(core, a_failed_call_is_named_with_its_object_and_reason);
	tcase_add_test(core, without_object_the_text_begins_with_the_primitive);
	tcase_add_test(core,
	    a_failed_lookup_is_getaddrinfo_with_its_own_reason);
	tcase_add_test(core,
	    a_lookup_that_a_call_failed_in_tells_that_calls_errno);
	tcase_add_test(core, what_a_call_gave_wrongly_is_said);
	tcase_add_test(core, a_certificate_that_was_refused_is_said);
	tcase_add_test(core, a_refused_certificate_alone_ends_with_three);
	tcase_add_test(core, known_mistakes_get_a_hint_in_brackets);
	tcase_add_test(core, a_hint_needs_the_primitive_the_errno_and_the_kind);
	tcase_add_test(core, nothing_failed_is_a_text_too);
	tcase_add_test(core, a_second_failure_replaces_the_first);
	tcase_add_test(core, the_object_is_copied);
	tcase_add_test(limits, a_long_object_is_cut_to_fit);
	tcase_add_test(limits,
	    text_size_is_enough_for_the_longest_object_and_a_hint);
	tcase_add_test(limits, a_small_buffer_gets_what_fits);
	tcase_add_test(hostile, an_errno_that_nobody_knows_is_still_a_text);
	tcase_add_test(hostile, percent_signs_of_a_user_are_text);
	return (suite);
}

int
main(void)
{
	return (suite_run(cause_suite()));
}
