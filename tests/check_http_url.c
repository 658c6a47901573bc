/* check_http_url.c - a URL says whom to ask for what, and nothing else.
 * A breach shows as a request that goes to another host than the one that was
 * read, or that holds a line of its own.
 * See also: proto/http_url.h, tests/fuzz/fuzz_http_url.c */
#include "proto/http_url.h"

#include "suite.h"

static struct http_url url;

struct good_row {
	const char	*text, *host, *authority, *target;
	int		 secure, port;
};

static const struct good_row good_rows[] = {
	{ "http://a", "a", "a", "/", 0, 80 },
	{ "HTTP://A.b/", "A.b", "A.b", "/", 0, 80 },
	{ "https://a/x?y=z#f", "a", "a", "/x?y=z", 1, 443 },
	{ "https://a:80", "a", "a:80", "/", 1, 80 },
	{ "http://a:80/", "a", "a", "/", 0, 80 },
	{ "http://a:/", "a", "a", "/", 0, 80 },
	{ "http://a:65535?q", "a", "a:65535", "/?q", 0, 65535 },
	{ "http://a#f/x", "a", "a", "/", 0, 80 },
	{ "http://127.0.0.1:8080/", "127.0.0.1", "127.0.0.1:8080", "/", 0,
	    8080 },
	{ "http://[::1]/", "::1", "[::1]", "/", 0, 80 },
	{ "http://[::1]:81/", "::1", "[::1]:81", "/", 0, 81 },
	{ "http://[fe80::1%25eth0]/", "fe80::1%eth0", "[fe80::1]", "/", 0,
	    80 },
	{ "http://a/b c\xc3\xa9", "a", "a", "/b%20c%C3%A9", 0, 80 },
	{ "http://a/%20", "a", "a", "/%20", 0, 80 },
	{ "http://a/b?c d/../e", "a", "a", "/b?c%20d/../e", 0, 80 },
	{ "http://a/@x:y", "a", "a", "/@x:y", 0, 80 },
	{ "http://a/b/./c/../d", "a", "a", "/b/d", 0, 80 },
	{ "http://a/../../b", "a", "a", "/b", 0, 80 },
	{ "http://a/b/..", "a", "a", "/", 0, 80 },
	{ "http://a/b/.", "a", "a", "/b/", 0, 80 },
	{ "http://a/..?q", "a", "a", "/?q", 0, 80 },
	{ "http://a/b/...", "a", "a", "/b/...", 0, 80 },
};

START_TEST(a_url_is_taken_apart)
{
	const struct good_row *row = &good_rows[_i];
	char authority[HTTP_AUTHORITY_SIZE];

	ck_assert_int_eq(http_url_parse(row->text, strlen(row->text), &url),
	    HTTP_URL_GOOD);
	ck_assert_str_eq(url.host, row->host);
	ck_assert_str_eq(url.target, row->target);
	ck_assert_int_eq(url.secure, row->secure);
	ck_assert_int_eq(url.port, row->port);
	ck_assert_str_eq(http_url_authority(&url, authority), row->authority);
}
END_TEST

struct bad_row {
	const char	*text;
	enum http_url_verdict verdict;
};

static const struct bad_row bad_rows[] = {
	{ "", HTTP_URL_NOT_HTTP },
	{ "a/b", HTTP_URL_NOT_HTTP },
	{ "ftp://a/", HTTP_URL_NOT_HTTP },
	{ "file:///etc/passwd", HTTP_URL_NOT_HTTP },
	{ "http:/a", HTTP_URL_NOT_HTTP },
	{ "http:a", HTTP_URL_NOT_HTTP },
	{ "http://u@a/", HTTP_URL_USER },
	{ "http://u:p@a/", HTTP_URL_USER },
	{ "http://good.example@evil.example/", HTTP_URL_USER },
	{ "http://@a/", HTTP_URL_USER },
	{ "http://", HTTP_URL_BAD_HOST },
	{ "http:///x", HTTP_URL_BAD_HOST },
	{ "http://:80/", HTTP_URL_BAD_HOST },
	{ "http://a b/", HTTP_URL_BAD_HOST },
	{ "http://a\r\nX: y/", HTTP_URL_BAD_HOST },
	{ "http://a%41/", HTTP_URL_BAD_HOST },
	{ "http://\xc3\xa9/", HTTP_URL_BAD_HOST },
	{ "http://a\\b/", HTTP_URL_BAD_HOST },
	{ "http://[::1/", HTTP_URL_BAD_HOST },
	{ "http://[]/", HTTP_URL_BAD_HOST },
	{ "http://[1]/", HTTP_URL_BAD_HOST },
	{ "http://[::1]x/", HTTP_URL_BAD_HOST },
	{ "http://[::g]/", HTTP_URL_BAD_HOST },
	{ "http://[::1%]/", HTTP_URL_BAD_HOST },
	{ "http://[::1%25]/", HTTP_URL_BAD_HOST },
	{ "http://[::1%25a b]/", HTTP_URL_BAD_HOST },
	{ "http://::1/", HTTP_URL_BAD_HOST },
	{ "http://a:0/", HTTP_URL_BAD_PORT },
	{ "http://a:65536/", HTTP_URL_BAD_PORT },
	{ "http://a:-1/", HTTP_URL_BAD_PORT },
	{ "http://a:8x/", HTTP_URL_BAD_PORT },
	{ "http://a:80:81/", HTTP_URL_BAD_PORT },
	{ "http://a/b\r\nX: y", HTTP_URL_BAD_CHARACTER },
	{ "http://a/\x1b[m", HTTP_URL_BAD_CHARACTER },
	{ "http://a/?\t", HTTP_URL_BAD_CHARACTER },
	{ "http://a/\x7f", HTTP_URL_BAD_CHARACTER },
};

START_TEST(what_is_no_url_of_http_is_refused)
{
	const struct bad_row *row = &bad_rows[_i];

	ck_assert_int_eq(http_url_parse(row->text, strlen(row->text), &url),
	    row->verdict);
	ck_assert_str_ne(http_url_wrong(row->verdict), "");
}
END_TEST

START_TEST(nul_is_refused)
{
	ck_assert_int_eq(http_url_parse("http://a\0b/", 11, &url),
	    HTTP_URL_BAD_HOST);
	ck_assert_int_eq(http_url_parse("http://a/\0", 10, &url),
	    HTTP_URL_BAD_CHARACTER);
	ck_assert_int_eq(http_url_parse("http://[\0::]/", 13, &url),
	    HTTP_URL_BAD_HOST);
}
END_TEST

struct reference {
	const char	*text, *url;
};

/* RFC 3986 5.4, as far as it is about http. */
static const struct reference references[] = {
	{ "g", "/b/c/g" }, { "./g", "/b/c/g" }, { "g/", "/b/c/g/" },
	{ "/g", "/g" }, { "?y", "/b/c/d;p?y" }, { "g?y", "/b/c/g?y" },
	{ "#s", "/b/c/d;p?q" }, { "g#s", "/b/c/g" }, { ";x", "/b/c/;x" },
	{ "g;x", "/b/c/g;x" }, { "", "/b/c/d;p?q" }, { ".", "/b/c/" },
	{ "./", "/b/c/" }, { "..", "/b/" }, { "../", "/b/" },
	{ "../g", "/b/g" }, { "../..", "/" }, { "../../", "/" },
	{ "../../g", "/g" }, { "../../../g", "/g" },
	{ "../../../../g", "/g" }, { "/./g", "/g" }, { "/../g", "/g" },
	{ "g.", "/b/c/g." }, { ".g", "/b/c/.g" }, { "g..", "/b/c/g.." },
	{ "./../g", "/b/g" }, { "./g/.", "/b/c/g/" },
	{ "g/./h", "/b/c/g/h" }, { "g/../h", "/b/c/h" },
	{ "g;x=1/./y", "/b/c/g;x=1/y" }, { "g;x=1/../y", "/b/c/y" },
	{ "g?y/./x", "/b/c/g?y/./x" }, { "g#s/../x", "/b/c/g" },
};

START_TEST(references_lead_where_the_rfc_says)
{
	static const char base_text[] = "https://a:81/b/c/d;p?q";
	const struct reference *row = &references[_i];
	struct http_url base;

	ck_assert_int_eq(http_url_parse(base_text, sizeof(base_text) - 1,
	    &base), HTTP_URL_GOOD);
	ck_assert_int_eq(http_url_resolve(&base, row->text,
	    strlen(row->text), &url), HTTP_URL_GOOD);
	ck_assert_str_eq(url.target, row->url);
	ck_assert_str_eq(url.host, "a");
	ck_assert_int_eq(url.port, 81);
	ck_assert_int_eq(url.secure, 1);
}
END_TEST

START_TEST(a_reference_may_lead_to_another_host_or_nowhere)
{
	struct http_url base;

	http_url_parse("https://a:81/b", 14, &base);
	ck_assert_int_eq(http_url_resolve(&base, "//c/d", 5, &url),
	    HTTP_URL_GOOD);
	ck_assert_str_eq(url.host, "c");
	ck_assert_int_eq(url.secure, 1);
	ck_assert_int_eq(url.port, 443);
	ck_assert_int_eq(http_url_resolve(&base, "http://c", 8, &url),
	    HTTP_URL_GOOD);
	ck_assert_int_eq(url.secure, 0);
	ck_assert_int_eq(http_url_resolve(&base, "ftp://c", 7, &url),
	    HTTP_URL_NOT_HTTP);
	ck_assert_int_eq(http_url_resolve(&base, "javascript:x", 12, &url),
	    HTTP_URL_NOT_HTTP);
	ck_assert_int_eq(http_url_resolve(&base, "//u@c", 5, &url),
	    HTTP_URL_USER);
	ck_assert_int_eq(http_url_resolve(&base, "x\r\ny", 4, &url),
	    HTTP_URL_BAD_CHARACTER);
}
END_TEST

struct host_row {
	const char	*text, *host;
	int		 port;
	enum http_url_verdict verdict;
};

static const struct host_row host_rows[] = {
	{ "www", "www", 8000, HTTP_URL_GOOD },
	{ "www:81", "www", 81, HTTP_URL_GOOD },
	{ "::1", "::1", 8000, HTTP_URL_GOOD },
	{ "[::1]", "::1", 8000, HTTP_URL_GOOD },
	{ "[::1]:81", "::1", 81, HTTP_URL_GOOD },
	{ "fe80::1%eth0", "fe80::1%eth0", 8000, HTTP_URL_GOOD },
	{ "", NULL, 0, HTTP_URL_BAD_HOST },
	{ "www/x", NULL, 0, HTTP_URL_BAD_HOST },
	{ "x:y:z", NULL, 0, HTTP_URL_BAD_HOST },
	{ "u@www", NULL, 0, HTTP_URL_USER },
	{ "www:0", NULL, 0, HTTP_URL_BAD_PORT },
};

START_TEST(a_host_is_what_a_person_types)
{
	const struct host_row *row = &host_rows[_i];

	ck_assert_int_eq(http_url_host(row->text, strlen(row->text), 8000,
	    &url), row->verdict);
	if (row->verdict != HTTP_URL_GOOD)
		return;
	ck_assert_str_eq(url.host, row->host);
	ck_assert_int_eq(url.port, row->port);
	ck_assert_str_eq(url.target, "/");
	ck_assert_int_eq(url.secure, 0);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	static char text[20000];
	size_t begin = (size_t)sprintf(text, "http://a/");

	memset(text + begin, 'x', HTTP_TARGET_SIZE);
	ck_assert_int_eq(http_url_parse(text, begin + HTTP_TARGET_SIZE - 4,
	    &url), HTTP_URL_GOOD);
	for (size_t n = HTTP_TARGET_SIZE - 3; n < HTTP_TARGET_SIZE; n++)
		ck_assert_int_eq(http_url_parse(text, begin + n, &url),
		    HTTP_URL_TOO_LONG);
	memset(text + 7, 'x', 400);
	ck_assert_int_eq(http_url_parse(text, 7 + HTTP_HOST_SIZE - 1, &url),
	    HTTP_URL_GOOD);
	ck_assert_int_eq(http_url_parse(text, 7 + HTTP_HOST_SIZE, &url),
	    HTTP_URL_TOO_LONG);
	text[7] = '[';
	memset(text + 8, ':', 400);
	text[400] = ']';
	ck_assert_int_eq(http_url_parse(text, 401, &url), HTTP_URL_TOO_LONG);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_url");
	TCase *core = suite_case(suite, "core");
	TCase *limits = suite_case(suite, "limits");
	TCase *hostile = suite_case(suite, "hostile");

	tcase_add_loop_test(core, a_url_is_taken_apart, 0,
	    (int)SUITE_COUNT(good_rows));
	tcase_add_loop_test(core, references_lead_where_the_rfc_says, 0,
	    (int)SUITE_COUNT(references));
	tcase_add_test(core, a_reference_may_lead_to_another_host_or_nowhere);
	tcase_add_loop_test(core, a_host_is_what_a_person_types, 0,
	    (int)SUITE_COUNT(host_rows));
	tcase_add_test(limits, what_does_not_fit_is_refused);
	tcase_add_loop_test(hostile, what_is_no_url_of_http_is_refused, 0,
	    (int)SUITE_COUNT(bad_rows));
	tcase_add_test(hostile, nul_is_refused);
	return (suite_run(suite));
}
