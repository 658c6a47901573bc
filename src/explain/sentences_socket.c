/* sentences_socket.c - what a socket's life is made of, case by case.
 * Of the rows of a table the first that fits is told: the special ones first.
 * What stands in braces is put in; the rest is for people and translated.
 * See also: explain/sentence.h, explain/sentence.c */
#include <errno.h>

#include "explain/catalogue.h"
#include "explain/tables.h"

const struct sentence sentences_of_socket[] = {
	{ 0, IS_STREAM | IS_INTERNET, N_("Descriptor {new} is a TCP socket: "
	    "one end, with no address and no other end yet. Nothing has gone "
	    "to the network.") },
	{ 0, IS_DATAGRAM | IS_INTERNET, N_("Descriptor {new} is a UDP socket: "
	    "it sends and receives datagrams, each for itself. No connection "
	    "comes first.") },
	{ 0, HAS_NOTE, N_("Two ends of one pipe that goes both ways, within "
	    "this machine: what is written to one is read from the other.") },
	{ 0, 0, N_("Descriptor {new} is a socket that stays within this "
	    "machine: it has no part in the network.") },
	{ EAFNOSUPPORT, 0, N_("This machine does not speak that family of "
	    "addresses (IPv6 switched off?).") },
	{ EACCES, 0, N_("Such a socket, which sees or makes whole packets, is "
	    "for root only.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_bind[] = {
	{ 0, IS_INTERNET | ANY_PORT, N_("No port was asked for: the kernel "
	    "chooses a free one, {local}.") },
	{ 0, IS_INTERNET | ANY_ADDRESS, N_("The socket has port {port} now, on "
	    "every address of this machine: others can reach it, too.") },
	{ 0, IS_INTERNET | LOOPBACK, N_("The socket has the address {address} "
	    "now. It is a loopback address: only programs of this machine "
	    "reach it.") },
	{ 0, 0, N_("The socket has the address {address} now: what is sent "
	    "there comes here.") },
	{ EADDRINUSE, FOUND_LISTENER, N_("Another socket is listening on port "
	    "{port} already, of this program or of another: end that one, or "
	    "take another port.") },
	{ EADDRINUSE, FOUND_TIME_WAIT, N_("Nobody listens on port {port}, but "
	    "connections that ended a short while ago are kept there for a "
	    "minute (TIME_WAIT), in case a late packet comes. SO_REUSEADDR "
	    "before bind tells the kernel that a server may start again all "
	    "the same.") },
	{ EADDRINUSE, 0, N_("Another socket has the address {address} "
	    "already.") },
	{ EACCES, 0, N_("Ports below 1024 are for root: take a higher one.") },
	{ EADDRNOTAVAIL, 0, N_("{address} is not an address of this machine: "
	    "bind takes an address of our own, connect one of another.") },
	{ EINVAL, 0, N_("This socket has its address already: bind comes once, "
	    "before listen and connect.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_listen[] = {
	{ 0, 0, N_("From now on clients can connect to {local}, though nobody "
	    "has called accept: the kernel answers them by itself, and lets up "
	    "to {asked} wait in a queue (the backlog).") },
	{ EADDRINUSE, 0, N_("Another socket listens on {local} already.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_accept[] = {
	{ 0, BEGINS, N_("The queue is empty: this thread sleeps here until a "
	    "client connects to {local}, and does nothing else meanwhile.") },
	{ 0, WAITED, N_("{address} has connected. Descriptor {new} is the "
	    "connection with this one client; {fd} is only the door, and goes "
	    "on listening.") },
	{ 0, 0, N_("{address} was in the queue already, so accept did not "
	    "wait. Descriptor {new} is the connection with this one client; "
	    "{fd} is only the door, and goes on listening.") },
	{ EAGAIN, 0, N_("No client is in the queue, and this socket does not "
	    "wait (O_NONBLOCK).") },
	{ ECONNABORTED, 0, N_("That client has gone before it was let in: take "
	    "the next one.") },
	{ EMFILE, 0, N_("This process has all the descriptors that it may "
	    "have: the client stays in the queue, and accept will fail again "
	    "at once until one is closed.") },
	{ EINVAL, 0, N_("accept needs a socket that listens: listen comes "
	    "first.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_connect[] = {
	{ 0, BEGINS, N_("A request (SYN) goes to {address}; this thread sleeps "
	    "until an answer comes.") },
	{ 0, IS_DATAGRAM, N_("Nothing has gone to the network: UDP knows no "
	    "connection. The kernel notes {address}: send goes there, and only "
	    "its datagrams come in.") },
	{ 0, IS_INTERNET, N_("{address} has answered: connected, both may "
	    "send. The kernel has given our end the address {local}.") },
	{ 0, 0, N_("Connected, within this machine.") },
	{ EINPROGRESS, 0, N_("The request is on its way, and this socket does "
	    "not wait for the answer (O_NONBLOCK): once it can be written to, "
	    "getsockopt(SO_ERROR) tells how it went.") },
	{ ECONNREFUSED, IS_INTERNET, N_("{address} has refused, at once: the "
	    "machine is there, but no program listens on that port. (If the "
	    "machine were not there, there would be no answer, and a long "
	    "wait.)") },
	{ ECONNREFUSED, 0, N_("The file is there, but no program listens "
	    "behind it any more.") },
	{ ENOENT, 0, N_("No socket has that name: the server has not begun, or "
	    "has another path.") },
	{ ETIMEDOUT, 0, N_("Nobody has answered, not even to refuse: the "
	    "machine is off, the address is another's, or a firewall drops "
	    "what comes. (A machine without such a program refuses at "
	    "once.)") },
	{ EHOSTUNREACH, 0, N_("The last network on the way does not find "
	    "{address}, or a firewall says so.") },
	{ ENETUNREACH, 0, N_("This machine knows no way to {address}: no "
	    "packet has left.") },
	{ EADDRNOTAVAIL, 0, N_("All local ports for {address} are used by "
	    "connections, or kept for a minute after them (TIME_WAIT).") },
	{ EISCONN, 0, N_("The connection stands: it was made before.") },
	{ EALREADY, 0, N_("The answer to the request has not come yet.") },
	{ EINTR, 0, N_("A signal came. The connection is still being made, "
	    "beside: poll and getsockopt(SO_ERROR) tell how it ends; a second "
	    "connect gives EALREADY.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_shutdown[] = {
	{ 0, HOW_READ | HOW_WRITE, N_("Both directions end: whoever waits on "
	    "this socket wakes, and {peer} reads up to the end. The descriptor "
	    "itself stays open until close.") },
	{ 0, HOW_WRITE, N_("We have said all: {peer} reads what is on its way, "
	    "then 0. What it says can still be read here: half of the "
	    "connection stays open.") },
	{ 0, HOW_READ, N_("No more is read here: a thread that waits in recv "
	    "on this socket wakes, with 0. The peer is told nothing.") },
	{ ENOTCONN, 0, N_("There is no connection, or it is over already.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_close[] = {
	{ 0, IS_LISTENER, N_("Nobody listens on {local} any more. Whoever is "
	    "connected stays so; those in the queue are cut off.") },
	{ 0, IS_STREAM | HAS_PEER | UNREAD, N_("{note} bytes of {peer} were "
	    "never read: so the kernel breaks the connection (RST) instead of "
	    "ending it, and what we sent last may not arrive.") },
	{ 0, IS_STREAM | HAS_PEER | PEER_ENDED, N_("Both sides have ended: the "
	    "connection with {peer} is over, and the number {fd} is free for "
	    "the next one.") },
	{ 0, IS_STREAM | HAS_PEER | IS_INTERNET, N_("We end first: {peer} "
	    "reads what is on its way, then 0. The kernel keeps this pair of "
	    "addresses for a minute (TIME_WAIT), so that a late packet finds "
	    "no other connection.") },
	{ 0, IS_STREAM | HAS_PEER, N_("We end first: the other end reads what "
	    "is on its way, then 0.") },
	{ 0, HAS_NOTE, N_("The epoll is given back; the number {fd} is free "
	    "for the next descriptor, of whatever kind.") },
	{ 0, IS_DATAGRAM, N_("The port is given back. Of a datagram that comes "
	    "now the sender learns that nobody wanted it (ICMP), or "
	    "nothing.") },
	{ 0, 0, N_("The socket is given back; the number {fd} is free for the "
	    "next one.") },
	{ EBADF, WAS_CLOSED, N_("Closed twice: {closer} has closed {fd} {ago} "
	    "ago. Had another thread been given the number meanwhile, this "
	    "close would have ended its connection.") },
	{ EBADF, 0, N_("No descriptor {fd} is open.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_name[] = {
	{ 0, HAS_NOTE, N_("The address of the other end is {address}.") },
	{ 0, IS_INTERNET | ANY_PORT, N_("Our end has no port yet: bind, "
	    "connect or the first send gives it one.") },
	{ 0, 0, N_("The address of our end is {address}.") },
	{ ENOTCONN, 0, N_("There is no other end (any more): the socket is not "
	    "connected.") },
	{ 0, 0, NULL }
};
