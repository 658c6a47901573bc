/* exchangers.h - the hosts that take the mail of a domain, and their addresses.
 * Ref: RFC 5321 5.1, RFC 7505.   See also: tools/smtp/resolver.h,
 * tests/system/smtp_dns.py */
#ifndef SMTP_EXCHANGERS_H
#define SMTP_EXCHANGERS_H

#include <stddef.h>

#include "net/address.h"
#include "proto/mx.h"
#include "tools/smtp/resolver.h"

struct exchanger {
	int		 preference;	/* the smallest is asked first */
	int		 from_mx;	/* 0: the domain itself, or a host that
					 * the user named */
	char		 name[MX_NAME_SIZE];
};

struct exchangers {
	struct exchanger items[MX_ROWS_MAX];
	size_t		 len;
};

/*
 * exchangers_find - who takes the mail of a domain
 * By preference, and equal ones in random order, so that they share the work.
 * A domain without MX is its own exchanger.
 * Returns 0 with len >= 1, or an exit status, and has told why.
 * Blocks: for DNS.   Threads: safe.
 */
int	exchangers_find(const struct resolver *resolver, const char *domain,
	    struct exchangers *exchangers);

/*
 * exchangers_set - one exchanger, that needs no search
 * Blocks: no.   Threads: safe.
 */
void	exchangers_set(struct exchangers *exchangers, const char *host);

/*
 * exchanger_addresses - every address of an exchanger, in the order to be tried
 *   query   port, family, SOCK_STREAM
 * Of an exchanger that is an alias a notice is given: RFC 5321 5.1 forbids it.
 * Returns 0 with list->len >= 1, or an exit status, and has told why.
 * Blocks: for the resolver.   Threads: safe.
 */
int	exchanger_addresses(const struct resolver *resolver,
	    const struct exchanger *exchanger,
	    const struct address_query *query, struct address_list *list);

#endif
