/* tls_family.c - connections that may resume each other, and no others.
 * See also: net/tls.h, tests/check_tls.c */
#include "net/tls.h"

#include <stdlib.h>
#include <string.h>

#include "net/tls_internal.h"

static gnutls_datum_t recall(void *, gnutls_datum_t);
static int forget(void *, gnutls_datum_t);
static int remember(void *, gnutls_datum_t, gnutls_datum_t);

int
tls_family_init(struct tls_family *family, struct tls_server *server,
    struct cause *cause)
{
	gnutls_datum_t key;
	int error = gnutls_session_ticket_key_generate(&key);

	memset(family, 0, sizeof(*family));
	family->server = server;
	if (error == 0 && key.size != sizeof(family->key))
		error = GNUTLS_E_INTERNAL_ERROR;
	if (error != 0)
		return (tls_fail(error, "gnutls_session_ticket_key_generate",
		    NULL, cause));
	memcpy(family->key, key.data, key.size);
	gnutls_memset(key.data, 0, key.size);
	gnutls_free(key.data);
	return (0);
}

void
tls_family_fini(struct tls_family *family)
{
	if (family->remembered != NULL)
		gnutls_memset(family->remembered, 0, family->remembered_len);
	free(family->remembered);
	gnutls_memset(family, 0, sizeof(*family));
}

int
tls_family_accept(struct tls_family *family, struct stream *stream,
    int64_t deadline, struct cause *cause)
{
	gnutls_datum_t key = { family->key, sizeof(family->key) };
	const struct tls_accepting accepting = { .server = family->server,
	    .flags = GNUTLS_SERVER |
	    (family->silent ? GNUTLS_NO_AUTO_SEND_TICKET : 0),
	    .ticket_key = family->forgets ? NULL : &key,
	    .family = family->forgets ? NULL : family };

	return (tls_accept_as(&accepting, stream, deadline, cause));
}

void
tls_family_join(struct tls_family *family, gnutls_session_t gnutls)
{
	gnutls_db_set_ptr(gnutls, family);
	gnutls_db_set_store_function(gnutls, remember);
	gnutls_db_set_retrieve_function(gnutls, recall);
	gnutls_db_set_remove_function(gnutls, forget);
}

int
tls_is_resumed(const struct stream *stream)
{
	return (gnutls_session_is_resumed(stream->tls->gnutls) != 0);
}

/* The first member's: it stands for all. */
static int
remember(void *context, gnutls_datum_t id, gnutls_datum_t data)
{
	struct tls_family *family = context;

	if (family->remembered != NULL || id.size > sizeof(family->id) ||
	    (family->remembered = malloc(data.size)) == NULL)
		return (GNUTLS_E_DB_ERROR);
	memcpy(family->id, id.data, id.size);
	family->id_len = id.size;
	memcpy(family->remembered, data.data, data.size);
	family->remembered_len = data.size;
	return (0);
}

/* GnuTLS frees what it gets. */
static gnutls_datum_t
recall(void *context, gnutls_datum_t id)
{
	struct tls_family *family = context;
	gnutls_datum_t data = { NULL, 0 };

	if (family->remembered == NULL || id.size != family->id_len ||
	    memcmp(id.data, family->id, id.size) != 0 ||
	    (data.data = gnutls_malloc(family->remembered_len)) == NULL)
		return (data);
	memcpy(data.data, family->remembered, family->remembered_len);
	data.size = (unsigned)family->remembered_len;
	return (data);
}

/* It ends with the family, not before. */
static int
forget(void *context, gnutls_datum_t id)
{
	(void)context;
	(void)id;
	return (0);
}
