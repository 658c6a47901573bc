/* exchangers.c - the hosts that take the mail of a domain, and their addresses.
 * See also: tools/smtp/exchangers.h, tests/system/smtp_dns.py */
#include "tools/smtp/exchangers.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/random.h"
#include "tools/smtp/outcome.h"

static void add_addresses(const struct mx_answer *, int, int,
    struct address_list *);
static int ask_addresses(const struct resolver *, const struct exchanger *,
    const struct address_query *, struct address_list *);
static int is_local(const struct resolver *, const char *);
static int is_number(const char *);
static int lookup_status(const struct cause *);
static int may_be_local(const struct resolver *, const char *);
static void notice_alias(const struct exchanger *, const struct mx_answer *);
static void shuffle(struct exchanger *, size_t);
static void shuffle_equals(struct exchangers *);
static int tell(const char *, enum mx_verdict);
static void take(const struct mx_answer *, struct exchangers *);

/* Why there is no exchanger, or no address. */
static const struct {
	int		 status;
	const char	*said;
} verdicts[] = {
	[MX_NONE] = { SMTP_NO_HOST, N_("no such host: the name has no "
	    "address") },
	[MX_NO_NAME] = { SMTP_NO_HOST, N_("no such name (NXDOMAIN)") },
	[MX_SERVER_FAILED] = { SMTP_TEMPORARY, N_("the DNS server failed "
	    "(SERVFAIL); try again later") },
	[MX_REFUSED] = { SMTP_TEMPORARY, N_("the DNS server refused to "
	    "answer") },
	[MX_LOOP] = { SMTP_TEMPORARY, N_("the name is an alias that leads "
	    "in a circle, or too far") },
	[MX_MALFORMED] = { SMTP_TEMPORARY, N_("the answer of the DNS server "
	    "cannot be read") },
	[MX_SILENT] = { SMTP_TEMPORARY, N_("no DNS server answered") },
};

int
exchangers_find(const struct resolver *resolver, const char *domain,
    struct exchangers *exchangers)
{
	struct mx_answer answer;
	enum mx_verdict verdict;

	if (is_local(resolver, domain)) {
		exchangers_set(exchangers, domain);
		return (0);
	}
	verdict = resolver_ask(resolver, domain, MX_TYPE_MX, &answer);
	if (verdict == MX_FOUND && mx_is_null(&answer)) {
		log_line(LOG_LEVEL_ERROR, _("%s: this domain takes no mail "
		    "(null MX)"), domain);
		return (SMTP_NO_HOST);
	}
	if (verdict == MX_FOUND)
		take(&answer, exchangers);
	else if (verdict == MX_NONE)
		exchangers_set(exchangers, answer.name);
	else if (verdict == MX_NO_NAME && may_be_local(resolver, domain))
		exchangers_set(exchangers, domain);
	else
		return (tell(domain, verdict));
	return (0);
}

void
exchangers_set(struct exchangers *exchangers, const char *host)
{
	*exchangers = (struct exchangers){ .len = 1 };
	snprintf(exchangers->items[0].name, sizeof(exchangers->items[0].name),
	    "%s", host);
}

int
exchanger_addresses(const struct resolver *resolver,
    const struct exchanger *exchanger, const struct address_query *query,
    struct address_list *list)
{
	struct mx_answer answer;
	struct cause cause;

	if (resolver->server != NULL && !is_number(exchanger->name))
		return (ask_addresses(resolver, exchanger, query, list));
	if (address_lookup(exchanger->name, query, list, &cause) == -1) {
		log_cause(_("no address of"), &cause);
		return (lookup_status(&cause));
	}
	/* getaddrinfo does not tell of aliases. */
	if (exchanger->from_mx && resolver_ask(resolver, exchanger->name,
	    MX_TYPE_A, &answer) == MX_FOUND)
		notice_alias(exchanger, &answer);
	return (0);
}

/* RFC 6761 6.3: localhost is this machine, and no business of DNS. */
static int
is_local(const struct resolver *resolver, const char *domain)
{
	return (resolver->server == NULL &&
	    strcasecmp(domain, "localhost") == 0);
}

/* A name without a dot may stand in /etc/hosts, as those of a lab do. */
static int
may_be_local(const struct resolver *resolver, const char *domain)
{
	return (resolver->server == NULL && strchr(domain, '.') == NULL);
}

/* A "." beside others is left out: RFC 7505 3. */
static void
take(const struct mx_answer *answer, struct exchangers *exchangers)
{
	exchangers->len = 0;
	for (size_t i = 0; i < answer->len; i++) {
		struct exchanger *item = &exchangers->items[exchangers->len];

		if (strcmp(answer->rows[i].name, ".") == 0)
			continue;
		item->from_mx = 1;
		item->preference = answer->rows[i].preference;
		snprintf(item->name, sizeof(item->name), "%s",
		    answer->rows[i].name);
		exchangers->len++;
	}
	shuffle_equals(exchangers);
}

static void
shuffle_equals(struct exchangers *exchangers)
{
	struct exchanger *items = exchangers->items;

	for (size_t from = 0, to; from < exchangers->len; from = to) {
		for (to = from + 1; to < exchangers->len &&
		    items[to].preference == items[from].preference; to++)
			continue;
		shuffle(items + from, to - from);
	}
}

/* Fisher and Yates: each order is as likely as another. */
static void
shuffle(struct exchanger *items, size_t len)
{
	for (size_t i = len; i > 1; i--) {
		uint32_t dice = 0;
		struct exchanger kept = items[i - 1];
		size_t other;

		(void)random_fill(&dice, sizeof(dice));
		other = dice % i;
		items[i - 1] = items[other];
		items[other] = kept;
	}
}

/* A and AAAA of one name, from the server that --dns named. */
static int
ask_addresses(const struct resolver *resolver,
    const struct exchanger *exchanger, const struct address_query *query,
    struct address_list *list)
{
	static const struct {
		enum mx_type	 type;
		int		 family;
	} kinds[] = { { MX_TYPE_AAAA, AF_INET6 }, { MX_TYPE_A, AF_INET } };
	enum mx_verdict worst = MX_NONE;
	struct mx_answer answer;

	list->len = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		enum mx_verdict verdict;

		if (query->family != AF_UNSPEC &&
		    query->family != kinds[i].family)
			continue;
		verdict = resolver_ask(resolver, exchanger->name,
		    kinds[i].type, &answer);
		if (verdict == MX_FOUND) {
			if (list->len == 0)
				notice_alias(exchanger, &answer);
			add_addresses(&answer, kinds[i].family, query->port,
			    list);
		} else if (verdict != MX_NONE)
			worst = verdict;
	}
	return (list->len > 0 ? 0 : tell(exchanger->name, worst));
}

static void
add_addresses(const struct mx_answer *answer, int family, int port,
    struct address_list *list)
{
	for (size_t i = 0; i < answer->len && list->len < ADDRESSES_MAX; i++) {
		struct address *addr = &list->items[list->len++];

		memset(addr, 0, sizeof(*addr));
		addr->sa.sa_family = (sa_family_t)family;
		if (family == AF_INET) {
			addr->len = sizeof(addr->in);
			memcpy(&addr->in.sin_addr, answer->rows[i].address,
			    sizeof(addr->in.sin_addr));
		} else {
			addr->len = sizeof(addr->in6);
			memcpy(&addr->in6.sin6_addr, answer->rows[i].address,
			    sizeof(addr->in6.sin6_addr));
		}
		address_set_port(addr, port);
	}
}

static void
notice_alias(const struct exchanger *exchanger,
    const struct mx_answer *answer)
{
	if (exchanger->from_mx && answer->aliases > 0)
		log_line(LOG_LEVEL_WARNING, _("%s is an alias of %s: an "
		    "exchanger should not be one (RFC 5321 5.1)"),
		    exchanger->name, answer->name);
}

static int
tell(const char *name, enum mx_verdict verdict)
{
	log_line(LOG_LEVEL_ERROR, "%s: %s", name, _(verdicts[verdict].said));
	return (verdicts[verdict].status);
}

/* getaddrinfo's "try again" is a server that failed or none that answered; and
 * a lack of memory says nothing of the host. */
static int
lookup_status(const struct cause *cause)
{
	if (cause->kind != CAUSE_LOOKUP)
		return (SMTP_TEMPORARY);
	return (cause->error == EAI_AGAIN || cause->error == EAI_FAIL ||
	    cause->error == EAI_MEMORY ? SMTP_TEMPORARY : SMTP_NO_HOST);
}

static int
is_number(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];

	return (inet_pton(AF_INET, name, address) == 1 ||
	    inet_pton(AF_INET6, name, address) == 1);
}
