/* mx.c - what a DNS server answers about the exchangers of a domain.
 * See also: proto/mx.h, tests/check_mx.c */
#include "proto/mx.h"

#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include <arpa/nameser.h>
#include <resolv.h>

#define ALIASES_MAX	8
#define PREFERENCE_LEN	2

static void add_row(struct mx_answer *, const struct mx_row *);
static enum mx_verdict collect(ns_msg *, enum mx_type, struct mx_answer *);
static int follow_alias(ns_msg *, struct mx_answer *);
static enum mx_verdict follow_aliases(ns_msg *, struct mx_answer *);
static int name_at(ns_msg *, const unsigned char *, size_t, char *);
static int name_equal(const char *, const char *);
static int read_row(ns_msg *, const ns_rr *, enum mx_type, struct mx_row *);

/* What each type is on the wire, and how long an address of it is. */
static const struct {
	ns_type		 type;
	size_t		 len;
} types[] = {
	[MX_TYPE_MX] = { ns_t_mx, 0 },
	[MX_TYPE_A] = { ns_t_a, 4 },
	[MX_TYPE_AAAA] = { ns_t_aaaa, 16 },
};

enum mx_verdict
mx_parse(const void *buf, size_t len, enum mx_type type,
    struct mx_answer *answer)
{
	enum mx_verdict verdict;
	ns_msg message;

	answer->len = 0;
	answer->aliases = 0;
	if (len > INT_MAX || ns_initparse(buf, (int)len, &message) == -1)
		return (MX_MALFORMED);
	if (ns_msg_getflag(message, ns_f_tc))
		return (MX_CUT);
	switch (ns_msg_getflag(message, ns_f_rcode)) {
	case ns_r_noerror:
		break;
	case ns_r_nxdomain:
		return (MX_NO_NAME);
	case ns_r_servfail:
		return (MX_SERVER_FAILED);
	default:
		return (MX_REFUSED);
	}
	if ((verdict = follow_aliases(&message, answer)) != MX_FOUND)
		return (verdict);
	if ((verdict = collect(&message, type, answer)) != MX_FOUND)
		return (verdict);
	if (answer->len > 0)
		return (MX_FOUND);
	return (answer->aliases > 0 ? MX_ELSEWHERE : MX_NONE);
}

int
mx_is_null(const struct mx_answer *answer)
{
	for (size_t i = 0; i < answer->len; i++)
		if (strcmp(answer->rows[i].name, ".") != 0)
			return (0);
	return (answer->len > 0);
}

/* The records of an alias may stand in any order. */
static enum mx_verdict
follow_aliases(ns_msg *message, struct mx_answer *answer)
{
	int found;

	while ((found = follow_alias(message, answer)) == 1)
		if (++answer->aliases > ALIASES_MAX)
			return (MX_LOOP);
	return (found == 0 ? MX_FOUND : MX_MALFORMED);
}

/* Returns 1 if the name is an alias, and it is now the name that the alias is
 * for; 0 if not; -1 if the message cannot be read. */
static int
follow_alias(ns_msg *message, struct mx_answer *answer)
{
	ns_rr record;

	for (int i = 0; i < ns_msg_count(*message, ns_s_an); i++) {
		if (ns_parserr(message, ns_s_an, i, &record) == -1)
			return (-1);
		if (ns_rr_type(record) != ns_t_cname ||
		    ns_rr_class(record) != ns_c_in ||
		    !name_equal(ns_rr_name(record), answer->name))
			continue;
		return (name_at(message, ns_rr_rdata(record),
		    ns_rr_rdlen(record), answer->name) == -1 ? -1 : 1);
	}
	return (0);
}

static enum mx_verdict
collect(ns_msg *message, enum mx_type type, struct mx_answer *answer)
{
	ns_rr record;

	for (int i = 0; i < ns_msg_count(*message, ns_s_an); i++) {
		struct mx_row row = { .preference = 0 };

		if (ns_parserr(message, ns_s_an, i, &record) == -1)
			return (MX_MALFORMED);
		if (ns_rr_type(record) != types[type].type ||
		    ns_rr_class(record) != ns_c_in ||
		    !name_equal(ns_rr_name(record), answer->name))
			continue;
		if (read_row(message, &record, type, &row) == -1)
			return (MX_MALFORMED);
		add_row(answer, &row);
	}
	return (MX_FOUND);
}

static int
read_row(ns_msg *message, const ns_rr *record, enum mx_type type,
    struct mx_row *row)
{
	const unsigned char *data = ns_rr_rdata(*record);
	size_t len = ns_rr_rdlen(*record);

	if (type != MX_TYPE_MX) {
		if (len != types[type].len)
			return (-1);
		memcpy(row->address, data, len);
		return (0);
	}
	if (len <= PREFERENCE_LEN)
		return (-1);
	row->preference = data[0] << 8 | data[1];
	return (name_at(message, data + PREFERENCE_LEN, len - PREFERENCE_LEN,
	    row->name));
}

/* Behind those that are as good or better; the worst falls out at the end. */
static void
add_row(struct mx_answer *answer, const struct mx_row *row)
{
	size_t at = answer->len;

	while (at > 0 && answer->rows[at - 1].preference > row->preference)
		at--;
	if (at == MX_ROWS_MAX)
		return;
	if (answer->len < MX_ROWS_MAX)
		answer->len++;
	memmove(&answer->rows[at + 1], &answer->rows[at],
	    (answer->len - 1 - at) * sizeof(*row));
	answer->rows[at] = *row;
}

/* A name that fills its place in the record exactly, as text. */
static int
name_at(ns_msg *message, const unsigned char *at, size_t len, char *name)
{
	int used = ns_name_uncompress(ns_msg_base(*message),
	    ns_msg_end(*message), at, name, MX_NAME_SIZE);

	return (used >= 0 && (size_t)used == len ? 0 : -1);
}

/* RFC 1034 3.1: upper and lower case are one, and a last dot says nothing. */
static int
name_equal(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	a_len -= a_len > 0 && a[a_len - 1] == '.';
	b_len -= b_len > 0 && b[b_len - 1] == '.';
	return (a_len == b_len && strncasecmp(a, b, a_len) == 0);
}
