/* delivery.h - a message from exchanger to exchanger until one takes it.
 * Ref: RFC 5321 5.1.   See also: tools/smtp/exchangers.h,
 * tools/smtp/dialogue.h */
#ifndef SMTP_DELIVERY_H
#define SMTP_DELIVERY_H

#include "net/address.h"
#include "tools/smtp/dialogue.h"
#include "tools/smtp/exchangers.h"
#include "tools/smtp/resolver.h"

/*
 * deliver - ask each exchanger in turn, at each of its addresses
 *   query   port, family, SOCK_STREAM
 * What is final ends the search: it was accepted, or refused for what it is.
 * Returns the exit status; if all failed, that which gives the most hope:
 * SMTP_TEMPORARY before SMTP_UNAVAILABLE before SMTP_NO_HOST, and before all
 * of them SMTP_CERTIFICATE, lest it be overlooked.
 * Blocks: as long as all dialogues together.   Threads: one.
 */
int	deliver(const struct errand *errand, const struct resolver *resolver,
	    const struct exchangers *exchangers,
	    const struct address_query *query);

#endif
