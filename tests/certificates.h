/* certificates.h - certificates and keys for a suite, made by GnuTLS itself.
 * They are made in a folder of their own, before the first test, and the suite
 * works there: a file is named without a path.  What a test adds is removed
 * with the rest.
 * See also: tests/tls_peers.h, tests/check_tls.c */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

#define CERTIFICATE_NAMES_MAX	4

struct certificate {
	const char	*name;		/* NAME.pem and NAME.key are made */
	const char	*issuer;	/* NAME of who signs; NULL: itself */
	int		 is_ca;
	int		 from, until;	/* days from now; both 0: valid */
	const char	*purpose;	/* extended key usage; NULL: any */
	const char	*names[CERTIFICATE_NAMES_MAX];	/* or addresses */
};

/*
 * certificates_open - a new folder with a CA and what it has signed
 * ca.pem; server.pem and server.key for localhost, 127.0.0.1 and ::1.
 * A failure ends the program.
 */
void	certificates_open(void);

/* certificate_make - one more; its issuer must be there. */
void	certificate_make(const struct certificate *certificate);

/* certificates_close - remove the folder and all that is in it. */
void	certificates_close(void);

/* file_put - make a file of a text. */
void	file_put(const char *name, const char *text);

/* file_append - add one file's bytes to another, which may be new. */
void	file_append(const char *to, const char *from);

/* file_copy - let a file have another one's bytes, in one step. */
void	file_copy(const char *to, const char *from);

#endif
