/* tls_verify.c - whom a client talks to: chain, name, time, purpose.
 * See also: net/tls_internal.h, tests/check_tls_verify.c */
#include "net/tls_internal.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <string.h>

#include "base/intl.h"

/* Why a certificate is refused; the first row that fits is told. */
struct refusal {
	unsigned	 status;	/* GNUTLS_CERT_... */
	const char	*said;
};

static int is_self_signed(gnutls_session_t);

static const struct refusal refusals[] = {
	{ GNUTLS_CERT_REVOKED, N_("it was revoked by who signed it") },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND,
	    N_("nobody who is trusted here has signed it (see --ca)") },
	{ GNUTLS_CERT_EXPIRED, N_("it has expired") },
	{ GNUTLS_CERT_NOT_ACTIVATED,
	    N_("it is not valid yet (is this machine's date right?)") },
	{ GNUTLS_CERT_UNEXPECTED_OWNER, N_("it is for another name") },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, N_("it is not for a server") },
	{ GNUTLS_CERT_INSECURE_ALGORITHM,
	    N_("its signature is of a kind that is not safe any more") },
};

/* The name that is asked for (RFC 6066 3: never an address), and what the
 * certificate must be for. */
int
tls_verify_host(struct tls_session *session, const char *host)
{
	unsigned char number[sizeof(struct in6_addr)];
	int error = 0;

	if (inet_pton(AF_INET, host, number) != 1 &&
	    inet_pton(AF_INET6, host, number) != 1)
		error = gnutls_server_name_set(session->gnutls,
		    GNUTLS_NAME_DNS, host, strlen(host));
	session->wanted[0] = (gnutls_typed_vdata_st){
	    .type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)host };
	session->wanted[1] = (gnutls_typed_vdata_st){
	    .type = GNUTLS_DT_KEY_PURPOSE_OID,
	    .data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER };
	gnutls_session_set_verify_cert2(session->gnutls, session->wanted, 2,
	    0);
	return (error);
}

const char *
tls_refusal_text(gnutls_session_t gnutls)
{
	unsigned status = gnutls_session_get_verify_cert_status(gnutls);

	if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0 &&
	    is_self_signed(gnutls))
		return (N_("it is self-signed: only its owner vouches for it "
		    "(see --ca)"));
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (status & refusals[i].status)
			return (refusals[i].said);
	return (N_("it is not valid"));
}

/* Is the peer's certificate its own issuer's? */
static int
is_self_signed(gnutls_session_t gnutls)
{
	unsigned len;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(gnutls,
	    &len);
	gnutls_x509_crt_t certificate;
	int answer = 0;

	if (chain != NULL && gnutls_x509_crt_init(&certificate) == 0) {
		if (gnutls_x509_crt_import(certificate, &chain[0],
		    GNUTLS_X509_FMT_DER) == 0)
			answer = (int)gnutls_x509_crt_check_issuer(certificate,
			    certificate);
		gnutls_x509_crt_deinit(certificate);
	}
	return (answer);
}
