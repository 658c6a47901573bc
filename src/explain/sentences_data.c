/* sentences_data.c - what it means that bytes came, went, or did not.
 * See also: explain/sentences_socket.c, explain/sentence.h */
#include <errno.h>

#include "explain/catalogue.h"
#include "explain/tables.h"

const struct sentence sentences_of_recv[] = {
	{ 0, BEGINS | IS_STREAM | IS_TIMED, N_("Nothing from {peer} is there "
	    "to be read: this thread sleeps, for this one peer, until bytes "
	    "come, the stream ends, or the time that the socket was given "
	    "(SO_RCVTIMEO) is over.") },
	{ 0, BEGINS | IS_STREAM, N_("Nothing from {peer} is there to be read: "
	    "this thread sleeps, for this one peer, until bytes come or the "
	    "stream ends.") },
	{ 0, BEGINS | IS_TIMED, N_("No datagram is there: this thread sleeps "
	    "until one comes, or until the time that the socket was given "
	    "(SO_RCVTIMEO) is over: one that was lost on the way does not "
	    "come.") },
	{ 0, BEGINS, N_("No datagram is there: this thread sleeps until one "
	    "comes, from whomever. If it was lost on the way, that is for "
	    "ever.") },
	{ 0, IS_ZERO | ASKED_ZERO, N_("Nothing was asked for (a buffer of 0 "
	    "bytes), so this 0 says nothing about the peer.") },
	{ 0, IS_ZERO | IS_STREAM, N_("0 is the end: {peer} will send no more. "
	    "It is no error and no empty message, and every read from now on "
	    "gives 0 at once. What we send may still arrive.") },
	{ 0, IS_ZERO, N_("An empty datagram from {peer}: with UDP 0 is a "
	    "message without a byte, not an end.") },
	{ 0, IS_PEEK, N_("{bytes}, only looked at (MSG_PEEK): the next read "
	    "gets the same ones.") },
	{ 0, IS_CUT, N_("{peer} had sent {note} bytes, and the buffer holds "
	    "{asked}: the rest is lost. The next read gets the next datagram, "
	    "not the rest of this one.") },
	{ 0, IS_DATAGRAM, N_("One datagram from {peer}, {bytes}: whole, as it "
	    "was sent by one call. With UDP a message stays a message.") },
	{ 0, IS_STREAM | IS_FULL, N_("{bytes}: the buffer is full. If {peer} "
	    "has sent more by the same call, the rest waits for the next "
	    "read.") },
	{ 0, IS_STREAM | WAS_FULL, N_("{bytes} more: perhaps the rest of what "
	    "the read before began. One send may take two reads.") },
	{ 0, IS_STREAM, N_("{bytes} arrived in one read. TCP keeps no message "
	    "boundaries: this may be half a message, or three.") },
	{ EAGAIN, WAITED, N_("Nothing came in the time that this socket was "
	    "given (SO_RCVTIMEO).") },
	{ EAGAIN, 0, N_("Nothing is there now, and this socket does not wait "
	    "(O_NONBLOCK or MSG_DONTWAIT): poll, select or epoll will say when "
	    "to try again.") },
	{ ECONNRESET, 0, N_("{peer} has broken the connection (RST): it closed "
	    "without reading all, or it crashed. What was on its way is "
	    "lost.") },
	{ ECONNREFUSED, IS_DATAGRAM, N_("A datagram that we sent before was "
	    "refused: nobody has that port at {peer}. UDP tells it by the next "
	    "call, whatever that is.") },
	{ ENOTCONN, IS_LISTENER, N_("A socket that listens carries no bytes: "
	    "accept gives the one that does.") },
	{ ENOTCONN, 0, N_("The socket is not connected: connect comes "
	    "first.") },
	{ ETIMEDOUT, 0, N_("{peer} has not confirmed what was sent, or that it "
	    "is alive, for so long that the kernel gives the connection up.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_send[] = {
	{ 0, BEGINS, N_("The buffers are full: {peer} does not read what is "
	    "sent. This thread sleeps until there is room: a slow reader stops "
	    "its writer.") },
	{ 0, IS_DATAGRAM, N_("One datagram to {peer}, {bytes}. It has left, or "
	    "soon will; nobody tells whether it arrives.") },
	{ 0, IS_STREAM | IS_SHORT, N_("Only {bytes} of {asked} were taken, for "
	    "the buffer is full: the rest must be sent again, from there "
	    "on.") },
	{ 0, IS_STREAM | PEER_ENDED, N_("{bytes} copied, though {peer} has "
	    "ended its side: if it still reads, all is well; if it has closed, "
	    "a refusal (RST) comes back, and the next send fails.") },
	{ 0, IS_STREAM, N_("{bytes} copied into the kernel, which sends on its "
	    "own time. That send returns does not say that {peer} has read "
	    "them.") },
	{ EAGAIN, WAITED, N_("There was no room in the time that this socket "
	    "was given (SO_SNDTIMEO).") },
	{ EAGAIN, 0, N_("The buffer is full, and this socket does not wait "
	    "(O_NONBLOCK or MSG_DONTWAIT): poll, select or epoll will say when "
	    "there is room.") },
	{ EPIPE, 0, N_("The connection is over: {peer} has closed it, or we "
	    "have ended our side. A program that neither ignores SIGPIPE nor "
	    "says MSG_NOSIGNAL dies of this.") },
	{ ECONNRESET, 0, N_("{peer} has broken the connection (RST): it closed "
	    "without reading all, or it crashed.") },
	{ ECONNREFUSED, IS_DATAGRAM, N_("This tells of a datagram sent before: "
	    "nobody has that port at {peer}. The one of this call has not been "
	    "sent.") },
	{ EMSGSIZE, 0, N_("Too long for one datagram: 65,507 bytes is the most "
	    "that UDP takes over IPv4. TCP would have cut it up.") },
	{ EDESTADDRREQ, 0, N_("Where to? An unconnected socket needs sendto, "
	    "with an address.") },
	{ ENOTCONN, IS_LISTENER, N_("A socket that listens carries no bytes: "
	    "accept gives the one that does.") },
	{ ENOTCONN, 0, N_("The socket is not connected: connect comes "
	    "first.") },
	{ ENETUNREACH, 0, N_("This machine knows no way to {peer}: no packet "
	    "has left.") },
	{ 0, 0, NULL }
};

const struct sentence sentences_of_pass[] = {
	{ 0, BEGINS, N_("There is nothing to pass on, or no room for it: this "
	    "thread sleeps until there is.") },
	{ 0, IS_ZERO, N_("Nothing is left to pass on: the end of the file, or "
	    "of the stream.") },
	{ 0, 0, N_("{bytes} passed on inside the kernel: the program itself "
	    "has not touched them.") },
	{ EAGAIN, 0, N_("Nothing to pass on now, or no room for it, and this "
	    "socket does not wait.") },
	{ 0, 0, NULL }
};

/* What may befall any call, if its own table does not say it better. */
const struct sentence sentence_failures[] = {
	{ EINTR, 0, N_("A signal came while it waited, and its handler has "
	    "run. Nothing is lost or done: the program calls again.") },
	{ EMFILE, 0, N_("This process has all the descriptors that it may have "
	    "(ulimit -n): something is not closed, or the limit is too low.") },
	{ ENFILE, 0, N_("The whole machine has no descriptor left.") },
	{ EBADF, WAS_CLOSED, N_("Descriptor {fd} was a socket until {closer} "
	    "closed it, {ago} ago.") },
	{ EBADF, 0, N_("No descriptor {fd} is open.") },
	{ ENOTSOCK, 0, N_("Descriptor {fd} is open, but no socket.") },
	{ EAGAIN, 0, N_("Not now: it would have to wait, and it does not.") },
	{ EINVAL, 0, N_("The kernel finds no sense in that: an argument is "
	    "wrong, or it is not the moment for this call.") },
	{ EOPNOTSUPP, 0, N_("This kind of socket cannot do that.") },
	{ EPERM, 0, N_("The kernel, or a firewall, forbids it.") },
	{ EACCES, 0, N_("The kernel, or a firewall, forbids it.") },
	{ ENOMEM, 0, N_("The kernel has no memory for that.") },
	{ ENOBUFS, 0, N_("The kernel has no memory for that.") },
	{ ANY_ERROR, 0, N_("It failed: {error}.") },
	{ 0, 0, NULL }
};
