/* wrap_option.c - setsockopt and getsockopt, and what each option is for.
 * See also: explain/wrap.h */
#include "explain/wrap.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "explain/catalogue.h"
#include "explain/real.h"
#include "explain/sentence.h"

/* A row an option; text: of setting it. */
static const struct {
	int		 level, option;
	const char	*name;
	struct sentence	 set;
} options[] = {
	{ SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR", { 0, 0, N_("A server may "
	    "take its port again at once, though connections of its earlier "
	    "run are still kept in TIME_WAIT. It comes before bind.") } },
	{ SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT", { 0, 0, N_("Several "
	    "sockets may share the port; the kernel deals what comes among "
	    "them.") } },
	{ SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE", { 0, 0, N_("Now and then "
	    "the kernel asks a silent peer whether it is there: one that has "
	    "vanished without a word is noticed in the end.") } },
	{ SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST", { 0, 0, N_("Datagrams may "
	    "go to every machine of the network at once.") } },
	{ SOL_SOCKET, SO_LINGER, "SO_LINGER", { 0, 0, N_("What close does with "
	    "bytes that are still to be sent: wait for them, or break the "
	    "connection (RST).") } },
	{ SOL_SOCKET, SO_RCVTIMEO, "SO_RCVTIMEO", { 0, 0, N_("A read of this "
	    "socket waits no longer than that, and then fails with "
	    "EAGAIN.") } },
	{ SOL_SOCKET, SO_SNDTIMEO, "SO_SNDTIMEO", { 0, 0, N_("A send on this "
	    "socket waits no longer than that, and then fails with "
	    "EAGAIN.") } },
	{ SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF", { 0, 0, N_("How much the kernel "
	    "keeps of what came and was not read yet.") } },
	{ SOL_SOCKET, SO_RCVBUFFORCE, "SO_RCVBUFFORCE", { 0, 0, N_("How much "
	    "the kernel keeps of what came and was not read yet.") } },
	{ SOL_SOCKET, SO_OOBINLINE, "SO_OOBINLINE", { 0, 0, N_("An urgent byte "
	    "stands in the stream like any other.") } },
	{ SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", { 0, 0, N_("How much the kernel "
	    "takes of what is sent and has not arrived yet.") } },
	{ IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY", { 0, 0, N_("Small sends "
	    "leave at once. Otherwise a second one waits until the first is "
	    "confirmed (Nagle), which can take 40 ms.") } },
	{ IPPROTO_TCP, TCP_CORK, "TCP_CORK", { 0, 0, N_("Small pieces are held "
	    "back until a whole segment is there, or this is switched "
	    "off.") } },
	{ IPPROTO_IP, IP_RECVERR, "IP_RECVERR", { 0, 0, N_("What the network "
	    "says of a datagram that did not arrive (ICMP) is told, "
	    "too.") } },
	{ IPPROTO_IPV6, IPV6_RECVERR, "IPV6_RECVERR", { 0, 0, N_("What the "
	    "network says of a datagram that did not arrive (ICMP) is told, "
	    "too.") } },
	{ IPPROTO_IP, IP_MTU, "IP_MTU", { 0, 0, NULL } },
	{ IPPROTO_IPV6, IPV6_MTU, "IPV6_MTU", { 0, 0, NULL } },
	{ IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY", { 0, 0, N_("This socket is "
	    "for IPv6 alone: IPv4 has one of its own.") } },
	{ IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO", { 0, 0, N_("With each datagram "
	    "the kernel will tell which of our addresses it was sent to.") } },
	{ IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO", { 0, 0, N_("With "
	    "each IPv6 datagram the kernel will tell which of our addresses it "
	    "was sent to.") } },
	{ SOL_SOCKET, SO_ERROR, "SO_ERROR", { 0, 0, NULL } },
	{ SOL_SOCKET, SO_TYPE, "SO_TYPE", { 0, 0, NULL } },
	{ SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN", { 0, 0, NULL } },
	{ SOL_SOCKET, SO_PROTOCOL, "SO_PROTOCOL", { 0, 0, NULL } },
	{ SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN", { 0, 0, NULL } },
};
#define OPTIONS	((int)(sizeof(options) / sizeof(options[0])))

static void add_value(struct words *, const void *, socklen_t);
static int is_zero(const void *, socklen_t);
static int option_find(int, int);

static int
option_find(int level, int option)
{
	for (int i = 0; i < OPTIONS; i++)
		if (options[i].level == level && options[i].option == option)
			return (i);
	return (-1);
}

static void
add_name(struct words *words, int level, int option)
{
	int row = option_find(level, option);

	if (row != -1)
		words_add(words, ", %s", options[row].name);
	else
		words_add(words, ", %d:%d", level, option);
}

/* A number, or a time. */
static void
add_value(struct words *words, const void *value, socklen_t len)
{
	struct timeval time;
	int number;

	if (value != NULL && len == sizeof(time)) {	/* SO_RCVTIMEO */
		memcpy(&time, value, sizeof(time));
		words_add(words, ", ");
		words_seconds(words, time.tv_sec * 1000000000LL +
		    time.tv_usec * 1000LL);
	} else if (value != NULL && len == sizeof(number)) {
		memcpy(&number, value, sizeof(number));
		words_add(words, ", %d", number);
	}
}

/* Most options are on or off. */
static int
is_zero(const void *value, socklen_t len)
{
	static const struct timeval nothing;
	int number = 1;

	if (value != NULL && len == sizeof(nothing))
		return (memcmp(value, &nothing, len) == 0);
	if (value != NULL && len == sizeof(number))
		memcpy(&number, value, sizeof(number));
	return (number == 0);
}

WRAPPER int
setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	int row = option_find(level, option), result;
	struct call call;

	call_begin(&call, CALL_SETSOCKOPT, fd);
	add_name(&call.args, level, option);
	add_value(&call.args, value, len);
	if (is_zero(value, len))
		call.traits |= IS_ZERO;
	else if (row != -1 && options[row].set.text != NULL) {
		call.option = &options[row].set;
		call.option_row = row;
	}
	result = real()->setsockopt(fd, level, option, value, len);
	call_result(&call, result);
	if (result == 0 && level == SOL_SOCKET && option == SO_RCVTIMEO) {
		if (call.traits & IS_ZERO)
			sock_unmark(fd, SOCK_IS_TIMED);
		else
			sock_mark(fd, SOCK_IS_TIMED);
	}
	return ((int)call_end(&call, result));
}

WRAPPER int
getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	struct call call;
	int result, error = 0;

	call_begin(&call, CALL_GETSOCKOPT, fd);
	add_name(&call.args, level, option);
	result = real()->getsockopt(fd, level, option, value, len);
	call_result(&call, result);
	if (result == 0)
		add_value(&call.args, value, *len);
	if (result == 0 && level == SOL_SOCKET && option == SO_ERROR &&
	    *len == sizeof(error)) {
		memcpy(&error, value, sizeof(error));
		call.traits |= error == 0 ? IS_ZERO : HAS_NOTE;
		sentence_error_name(&call.note, error);
		if (error != 0)
			words_add(&call.args, " %s", call.note.text);
		sock_unmark(fd, SOCK_CONNECTING);
	}
	return ((int)call_end(&call, result));
}
