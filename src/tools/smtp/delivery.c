/* delivery.c - a message from exchanger to exchanger until one takes it.
 * See also: tools/smtp/delivery.h, tests/system/smtp_dns.py */
#include "tools/smtp/delivery.h"

#include "base/intl.h"
#include "base/log.h"
#include "tools/smtp/outcome.h"

static int better(int, int);
static struct outcome try_addresses(const struct errand *, const char *,
    const struct address_list *);

int
deliver(const struct errand *errand, const struct resolver *resolver,
    const struct exchangers *exchangers, const struct address_query *query)
{
	struct outcome outcome;
	int status = SMTP_NO_HOST;

	for (size_t i = 0; i < exchangers->len; i++) {
		const struct exchanger *exchanger = &exchangers->items[i];
		struct address_list list;
		int lookup;

		log_line(LOG_LEVEL_DETAIL, _("asking %s"), exchanger->name);
		lookup = exchanger_addresses(resolver, exchanger, query,
		    &list);
		if (lookup != 0) {
			status = better(status, lookup);
			continue;
		}
		outcome = try_addresses(errand, exchanger->name, &list);
		if (outcome.is_final)
			return (outcome.status);
		status = better(status, outcome.status);
	}
	return (status);
}

static struct outcome
try_addresses(const struct errand *errand, const char *host,
    const struct address_list *list)
{
	struct outcome all = { .status = SMTP_NO_HOST };

	for (size_t i = 0; i < list->len; i++) {
		struct outcome one = dialogue_run(errand, host,
		    &list->items[i]);

		if (one.is_final)
			return (one);
		all.status = better(all.status, one.status);
	}
	return (all);
}

/* Which of two failures is to be told: the one further down. */
static int
better(int a, int b)
{
	static const int order[] = { SMTP_NO_HOST, SMTP_UNAVAILABLE,
	    SMTP_TEMPORARY, SMTP_CERTIFICATE };
	int best = a;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] == a || order[i] == b)
			best = order[i];
	return (best);
}
