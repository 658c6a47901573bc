/* tls_client_options.h - the TLS options that every client takes.
 * See also: base/opt.h, net/tls.h */
#ifndef CLIENT_TLS_CLIENT_OPTIONS_H
#define CLIENT_TLS_CLIENT_OPTIONS_H

#include "base/opt.h"
#include "net/tls.h"

/* --ca, --insecure, --cert, --key, --priority; the base is a tls_options. */
extern const struct opt tls_client_option_rows[];
extern const size_t tls_client_option_rows_len;

/*
 * tls_client_options_given - does one of them say that TLS is meant?
 * Blocks: no.   Threads: safe.
 */
int	tls_client_options_given(const struct tls_options *options);

/*
 * tls_client_options_mistake - what is wrong with them together
 * Returns a translated text for opt_mistake, or NULL: nothing.
 * Blocks: no.   Threads: safe.
 */
const char *tls_client_options_mistake(const struct tls_options *options);

#endif
