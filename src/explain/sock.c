/* sock.c - a row for each descriptor that is a socket.
 * See also: explain/sock.h */
#include "explain/sock.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "explain/own.h"

/* Threads that are busy with neighbours share no cache line. */
struct row {
	alignas(64) atomic_uint traits;
	atomic_uint	 domain_type;		/* domain << 16 | type */
	atomic_ullong	 serial, in, out;
	atomic_llong	 closed_ns;
	atomic_int	 closed_by;
	atomic_uint	 state[2];
	atomic_ullong	 local[PLACE_WORDS], peer[PLACE_WORDS];
};

/* Pages of rows that no descriptor has reached take no memory. */
static struct row rows[SOCK_MAX];
static atomic_ullong last_serial;
static atomic_int rows_used;

static void place_load(struct place *, atomic_ullong *);
static void place_store(atomic_ullong *, const struct place *);
static void row_learn(struct row *, int);
static int row_option(int, int);
static void row_reach(int);

static struct row *
row_of(int fd)
{
	return (fd >= 0 && fd < SOCK_MAX ? &rows[fd] : NULL);
}

static void
place_load(struct place *place, atomic_ullong *from)
{
	uint64_t copy[PLACE_WORDS];

	_Static_assert(sizeof(copy) >= sizeof(*place), "PLACE_WORDS");
	for (int i = 0; i < PLACE_WORDS; i++)
		copy[i] = atomic_load_explicit(&from[i],
		    memory_order_relaxed);
	memcpy(place, copy, sizeof(*place));
}

static void
place_store(atomic_ullong *to, const struct place *place)
{
	uint64_t copy[PLACE_WORDS] = { 0 };

	memcpy(copy, place, sizeof(*place));
	for (int i = 0; i < PLACE_WORDS; i++)
		atomic_store_explicit(&to[i], copy[i], memory_order_relaxed);
}

int
sock_get(int fd, struct sock *sock)
{
	struct row *row = row_of(fd);
	unsigned both;

	memset(sock, 0, sizeof(*sock));
	if (row == NULL)
		return (0);
	if (!(row->traits & SOCK_KNOWN) && row_option(fd, SO_TYPE) != -1) {
		sock_new(fd, 0);
		row_learn(row, fd);
	}
	both = row->domain_type;
	sock->traits = row->traits;
	sock->domain = (int)(both >> 16);
	sock->type = (int)(both & 0xffff);
	sock->serial = row->serial;
	sock->in = row->in;
	sock->out = row->out;
	sock->closed_ns = row->closed_ns;
	sock->closed_by = row->closed_by;
	place_load(&sock->local, row->local);
	place_load(&sock->peer, row->peer);
	return ((sock->traits & SOCK_KNOWN) != 0);
}

int
sock_is(int fd)
{
	struct row *row = row_of(fd);
	struct stat st;

	if (fstat(fd, &st) == -1)
		return (-1);
	if (S_ISSOCK(st.st_mode))
		return (1);
	if (row != NULL && row->traits & SOCK_KNOWN)
		row->traits = 0;
	return (0);
}

void
sock_forget(int fd)
{
	struct row *row = row_of(fd);

	/* closefrom comes with all that there might be: those that no row has
	 * reached must not cost memory now. */
	if (row != NULL && fd < rows_used)
		row->traits = 0;
}

static int
row_option(int fd, int option)
{
	int value = -1;

	return (own_getsockopt(fd, option, &value) == 0 ? value : -1);
}

void
sock_new(int fd, unsigned traits)
{
	static const struct place nowhere;
	struct row *row = row_of(fd);

	if (row == NULL)
		return;
	row_reach(fd);
	row->in = row->out = 0;
	row->state[0] = row->state[1] = 0;
	row->serial = atomic_fetch_add(&last_serial, 1) + 1;
	place_store(row->local, &nowhere);
	place_store(row->peer, &nowhere);
	row->domain_type = (unsigned)row_option(fd, SO_DOMAIN) << 16 |
	    (unsigned)row_option(fd, SO_TYPE);
	row->traits = traits | SOCK_KNOWN;
}

static void
row_reach(int fd)
{
	int used = rows_used;

	while (used <= fd && !atomic_compare_exchange_weak(&rows_used, &used,
	    fd + 1))
		continue;
}

void
sock_new_epoll(int fd)
{
	struct row *row = row_of(fd);

	if (row == NULL)
		return;
	row_reach(fd);
	row->traits = SOCK_IS_EPOLL;
}

int
sock_is_epoll(int fd)
{
	struct row *row = row_of(fd);

	return (row != NULL && row->traits & SOCK_IS_EPOLL);
}

/* Of a socket that this process has not made. */
static void
row_learn(struct row *row, int fd)
{
	struct place peer;

	if (row_option(fd, SO_ACCEPTCONN) == 1)
		row->traits |= SOCK_LISTENS;
	sock_set_local(fd);
	sock_set_peer(fd, NULL);
	place_load(&peer, row->peer);
	if (peer.family != AF_UNSPEC)
		row->traits |= SOCK_HAS_PEER;
}

void
sock_copy(int from, int to)
{
	struct row *old = row_of(from), *row = row_of(to);
	struct sock sock;

	if (row == NULL)
		return;
	row->traits = 0;
	if (old == NULL || !(old->traits & SOCK_KNOWN) ||
	    !sock_get(from, &sock))
		return;
	sock_new(to, sock.traits);
	row->in = sock.in;
	row->out = sock.out;
	place_store(row->local, &sock.local);
	place_store(row->peer, &sock.peer);
}

void
sock_mark(int fd, unsigned traits)
{
	struct row *row = row_of(fd);

	if (row != NULL)
		atomic_fetch_or(&row->traits, traits);
}

void
sock_unmark(int fd, unsigned traits)
{
	struct row *row = row_of(fd);

	if (row != NULL)
		atomic_fetch_and(&row->traits, ~traits);
}

void
sock_set_local(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	struct row *row = row_of(fd);
	struct place place;

	if (row == NULL || own_getsockname(fd, (struct sockaddr *)&addr,
	    &len) == -1)
		return;
	place_set(&place, (struct sockaddr *)&addr, len);
	place_store(row->local, &place);
}

void
sock_set_peer(int fd, const struct place *given)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	struct row *row = row_of(fd);
	struct place place;

	if (row == NULL)
		return;
	if (given == NULL) {
		if (own_getpeername(fd, (struct sockaddr *)&addr,
		    &len) == -1)
			return;
		place_set(&place, (struct sockaddr *)&addr, len);
		given = &place;
	}
	place_store(row->peer, given);
}

uint64_t
sock_moved(int fd, int is_out, uint64_t bytes)
{
	struct row *row = row_of(fd);

	if (row == NULL)
		return (0);
	return (atomic_fetch_add(is_out ? &row->out : &row->in, bytes));
}

void
sock_close(int fd, int64_t now_ns, int thread)
{
	struct row *row = row_of(fd);

	if (row == NULL)
		return;
	row->closed_ns = now_ns;
	row->closed_by = thread;
	row->traits = SOCK_CLOSED;
}

uint32_t
sock_state(int fd, int is_out)
{
	struct row *row = row_of(fd);

	return (row != NULL ? row->state[is_out] : 0);
}

void
sock_set_state(int fd, int is_out, uint32_t state)
{
	struct row *row = row_of(fd);

	if (row != NULL)
		row->state[is_out] = state;
}

int
sock_open_ones(int *fds, int max)
{
	int count = 0, used = rows_used;

	for (int fd = 0; fd < used; fd++) {
		if (!(rows[fd].traits & SOCK_KNOWN) || sock_is(fd) != 1)
			continue;
		if (count < max)
			fds[count] = fd;
		count++;
	}
	return (count);
}

const char *
sock_protocol(const struct sock *sock)
{
	int is_internet = sock->domain == AF_INET || sock->domain == AF_INET6;

	if (sock->domain == AF_UNIX)
		return ("unix");
	if (sock->domain == AF_NETLINK)
		return ("netlink");
	if (is_internet && sock->type == SOCK_STREAM)
		return ("tcp");
	return (is_internet && sock->type == SOCK_DGRAM ? "udp" : "socket");
}

void
sock_add(struct words *words, int fd, const struct sock *sock, int towards,
    const struct place *other)
{
	const char *arrow = towards > 0 ? "->" : towards < 0 ? "<-" : "<->";
	const struct place *peer = NULL;

	words_add(words, "%d", fd);
	if (!(sock->traits & SOCK_KNOWN))
		return;
	words_add(words, "<%s", sock_protocol(sock));
	if (sock->traits & SOCK_LISTENS)
		words_add(words, " listening on");
	if (sock->local.port != 0 || sock->local.at.path[0] != '\0') {
		words_add(words, " ");
		place_add(words, &sock->local);
	}
	if (sock->traits & SOCK_HAS_PEER)
		peer = &sock->peer;
	else if (other != NULL && other->family != AF_UNSPEC)
		peer = other;
	if (peer != NULL) {
		words_add(words, " %s ", arrow);
		place_add(words, peer);
	}
	words_add(words, ">");
}
