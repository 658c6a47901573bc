/* tls_demo.h - a certificate for a demonstration: nobody need make one first.
 * fil-certs(1) makes them to be kept; these are for a server that shows TLS
 * for an hour.
 * See also: net/tls.h, fil-certs(1), tests/check_tls.c */
#ifndef NET_TLS_DEMO_H
#define NET_TLS_DEMO_H

#include "base/cause.h"

/*
 * tls_demo_write - make a CA, and a certificate for localhost that it signs
 *   dir   an existing folder; receives ca.pem, server.pem, and server.key with
 *         mode 0600; files of these names are an error.  The CA's own key is
 *         forgotten: nothing else can ever be signed with it
 * Valid for a week, for localhost, 127.0.0.1 and ::1.
 * Returns 0, or -1 with cause, and then some of the files may be there.
 * Blocks: for the disk, and to compute for some milliseconds.
 * Threads: safe.   Ref: RFC 5280.
 */
int	tls_demo_write(const char *dir, struct cause *cause);

#endif
