/* tls_client_options.c - the TLS options that every client takes.
 * See also: client/tls_client_options.h */
#include "client/tls_client_options.h"

#include "base/intl.h"

#define AT(field)	offsetof(struct tls_options, field)

const struct opt tls_client_option_rows[] = {
	{ 0, "ca", OPT_STRING, AT(ca), 0, "FILE",
	    N_("trust these CAs (PEM; else the system's)") },
	{ 0, "insecure", OPT_SET, AT(insecure), 1, NULL,
	    N_("do not verify the server's certificate") },
	{ 0, "cert", OPT_STRING, AT(cert), 0, "FILE", NULL },
	{ 0, "key", OPT_STRING, AT(key), 0, "FILE",
	    N_("show this certificate; its key") },
	{ 0, "priority", OPT_STRING, AT(priority), 0, "STRING",
	    N_("versions and ciphers, as GnuTLS names them") },
};

const size_t tls_client_option_rows_len = OPT_COUNT(tls_client_option_rows);

int
tls_client_options_given(const struct tls_options *options)
{
	return (options->ca != NULL || options->insecure ||
	    options->cert != NULL || options->priority != NULL);
}

const char *
tls_client_options_mistake(const struct tls_options *options)
{
	if (options->ca != NULL && options->insecure)
		return (_("--insecure trusts everybody: --ca says whom"));
	if (options->key != NULL && options->cert == NULL)
		return (_("--key is the key of a certificate: --cert, too"));
	return (NULL);
}
