/* client.c - fil-tftp's part of a transfer: what is asked for, the file here.
 * See also: tools/tftp/client.h, tests/system/tftp.py */
#include "tools/tftp/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/log.h"
#include "client/progress.h"
#include "client/save.h"
#include "tools/tftp/outcome.h"
#include "tools/tftp/path.h"
#include "tools/tftp/transfer.h"

/* One file, there or back. */
struct errand {
	struct tftp_client *client;
	struct tftp_packet request;
	const char	*local;
	struct transfer	 transfer;
	struct source	 source;
	struct sink	 sink;
	struct save	 save;
	struct progress	 progress;
	struct cause	 cause;		/* of a file here */
	int64_t		 size;		/* of a file to put; -1: not known */
};

static void ask_for_options(struct errand *, struct wire *);
static int carry(struct errand *);
static void close_local(struct errand *);
static int is_unanswered(const struct transfer *);
static int keep(void *);
static const char *last_part(const char *);
static int open_local(struct errand *);
static void show_progress(void *, size_t, size_t);
static void trace(void *, int, const void *, size_t);
static void try_address(struct errand *, const struct address *);
static int wait_for_packet(void *, int, int64_t);

int
client_connect(struct tftp_client *client, const char *text,
    struct cause *cause)
{
	struct host_port parsed;
	struct address_query query = { .family = client->family,
	    .socktype = SOCK_DGRAM };

	if (host_port_parse(text, client->server.port, &parsed) == -1) {
		cause_errno(cause, "host", EINVAL, text);
		return (-1);
	}
	query.port = parsed.port;
	if (address_lookup(parsed.host, &query, &client->addrs, cause) == -1) {
		client->server.host[0] = '\0';
		return (-1);
	}
	client->server = parsed;
	return (0);
}

int
client_transfer(struct tftp_client *client, enum tftp_opcode opcode,
    const char *file, const char *as)
{
	int gets = opcode == TFTP_RRQ;
	struct errand errand = { .client = client, .save = SAVE_NONE,
	    .request = { .opcode = opcode,
	    .mode = (enum tftp_mode)client->mode } };
	struct transfer *transfer = &errand.transfer;

	if (as == NULL)
		as = last_part(file);
	errand.request.name = gets ? file : as;
	errand.local = gets ? as : file;
	interrupt_hold(&client->interrupt);
	if (open_local(&errand) == 0) {
		/* A name may have several addresses, and the server only one
		 * of them: the next one, if nobody has answered. */
		for (size_t i = 0; i < client->addrs.len; i++) {
			try_address(&errand, &client->addrs.items[i]);
			if (!is_unanswered(transfer))
				break;
		}
		progress_end(&errand.progress);
		outcome_tell(transfer, file, &errand.cause, opcode);
	} else
		transfer->end = TRANSFER_BROKEN;
	close_local(&errand);
	interrupt_release(&client->interrupt);
	return (transfer->end == TRANSFER_DONE ? 0 : -1);
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (slash == NULL || slash[1] == '\0' ? path : slash + 1);
}

/* Before the server is asked: a file that cannot be written here, or read, is
 * no concern of its. */
static int
open_local(struct errand *errand)
{
	struct stat file;

	errand->size = -1;
	if (errand->request.opcode == TFTP_RRQ) {
		if (save_open(&errand->save, errand->local,
		    &errand->cause) == -1) {
			log_cause(_("cannot write"), &errand->cause);
			return (-1);
		}
		errand->sink = (struct sink){ .fd = errand->save.fd,
		    .mode = errand->request.mode, .publish = keep,
		    .context = errand };
		return (0);
	}
	errand->source = (struct source){ .mode = errand->request.mode,
	    .fd = open(errand->local, O_RDONLY | O_CLOEXEC) };
	if (errand->source.fd == -1 ||
	    fstat(errand->source.fd, &file) == -1 || S_ISDIR(file.st_mode)) {
		cause_errno(&errand->cause, "open",
		    errand->source.fd == -1 ? errno : EISDIR, errand->local);
		log_cause(_("cannot read"), &errand->cause);
		return (-1);
	}
	if (S_ISREG(file.st_mode))
		errand->size = file.st_size;
	return (0);
}

static void
close_local(struct errand *errand)
{
	if (errand->request.opcode == TFTP_RRQ)
		save_discard(&errand->save);
	else if (errand->source.fd != -1)
		close(errand->source.fd);
}

static void
try_address(struct errand *errand, const struct address *addr)
{
	struct tftp_client *client = errand->client;
	struct wire_hooks hooks = { .count = show_progress,
	    .wait = wait_for_packet, .context = errand,
	    .trace = client->trace ? trace : NULL };
	struct tftp_options none = { .unreadable = 0 };
	struct transfer *transfer = &errand->transfer;
	struct wire wire;
	int fd = socket(addr->sa.sa_family, SOCK_DGRAM, 0);

	memset(transfer, 0, sizeof(*transfer));
	transfer->wire.peer = *addr;
	if (fd == -1) {
		transfer->end = TRANSFER_BROKEN;
		transfer->error = errno;
		return;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	wire_init(&wire, fd, addr, 1);
	wire.hooks = hooks;
	ask_for_options(errand, &wire);
	/* Some servers refuse options instead of leaving them out.  Once there
	 * was an answer, a part of the file may have come. */
	for (int tries = 0; tries < 2; tries++) {
		int answered = 0;

		if (transfer_init(transfer, &wire) == 0) {
			transfer->patience_us = client->timeout_ms * 1000;
			answered = carry(errand);
		}
		transfer_fini(transfer);
		if (answered || transfer->end != TRANSFER_REFUSED ||
		    transfer->code != TFTP_BAD_OPTIONS)
			break;
		errand->request.options = none;
	}
	close(fd);
}

/* Returns 1 if the request was granted, however it ended then. */
static int
carry(struct errand *errand)
{
	struct transfer *transfer = &errand->transfer;
	int gets = errand->request.opcode == TFTP_RRQ;
	int granted = transfer_ask(transfer, &errand->request) == 0;
	uint64_t total = PROGRESS_UNKNOWN;

	if (granted) {
		if (!gets && errand->size != -1)
			total = (uint64_t)errand->size;
		else if (gets && transfer->terms.tsize_known)
			total = transfer->terms.tsize;
		progress_begin(&errand->progress, total,
		    !errand->client->quiet && !errand->client->trace);
		if (gets)
			transfer_receive(transfer, &errand->sink);
		else
			transfer_send(transfer, &errand->source);
	}
	if (transfer->end == TRANSFER_STOPPED)
		transfer_abort(transfer, TFTP_SEE_TEXT, "Interrupted");
	else if (transfer->end == TRANSFER_DONE && gets)
		transfer_dally(transfer, 0);
	return (granted);
}

/* No more than the path and our socket's buffer take at once. */
static void
ask_for_options(struct errand *errand, struct wire *wire)
{
	struct tftp_client *client = errand->client;
	struct tftp_options *asked = &errand->request.options;
	size_t blksize = client->blksize != 0 ? (size_t)client->blksize :
	    path_blksize(&wire->peer);
	size_t window = (size_t)client->window, cost = wire_cost(blksize);

	if (errand->request.opcode == TFTP_RRQ) {
		size_t held = wire_hold(wire, window * cost) / cost;

		if (window > held)
			window = held > 0 ? held : 1;
	}
	*asked = (struct tftp_options){ .unreadable = 0 };
	asked->given[TFTP_BLKSIZE] = blksize != TFTP_BLKSIZE_DEFAULT;
	asked->values[TFTP_BLKSIZE] = blksize;
	asked->given[TFTP_WINDOWSIZE] = window != 1;
	asked->values[TFTP_WINDOWSIZE] = window;
	/* How long a text is on the wire nobody knows before. */
	if (errand->request.mode == TFTP_NETASCII)
		return;
	asked->given[TFTP_TSIZE] = errand->request.opcode == TFTP_RRQ ||
	    errand->size != -1;
	asked->values[TFTP_TSIZE] = errand->size == -1 ? 0 :
	    (uint64_t)errand->size;
}

/* Did nobody there hear the request? */
static int
is_unanswered(const struct transfer *transfer)
{
	return ((transfer->end == TRANSFER_BROKEN ||
	    transfer->end == TRANSFER_SILENT) && !transfer->heard);
}

static int
keep(void *context)
{
	struct errand *errand = context;

	if (save_commit(&errand->save, &errand->cause) == 0)
		return (0);
	errno = errand->cause.kind == CAUSE_ERRNO ? errand->cause.error :
	    EIO;
	return (-1);
}

static int
wait_for_packet(void *context, int fd, int64_t deadline)
{
	struct errand *errand = context;

	return (interrupt_wait(&errand->client->interrupt, fd, deadline));
}

static void
show_progress(void *context, size_t in, size_t out)
{
	struct errand *errand = context;

	(void)in, (void)out;
	progress_update(&errand->progress, errand->request.opcode ==
	    TFTP_RRQ ? errand->sink.bytes : errand->source.bytes);
}

static void
trace(void *context, int sent, const void *packet, size_t len)
{
	char text[TFTP_TEXT_SIZE], line[TFTP_TEXT_SIZE + 16];
	int n = snprintf(line, sizeof(line), "%s %s\n",
	    sent ? "sent" : "received",
	    tftp_packet_text(packet, len, text, sizeof(text)));

	(void)context;
	log_text(line, (size_t)n);
}
