/* serving.c - fil-tftpd's threads: one transfer each.
 * See also: tools/tftp/serving.h, tests/system/tftp.py */
#include "tools/tftp/serving.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/confine.h"
#include "serve/upload.h"
#include "tools/tftp/requests.h"
#include "tools/tftp/tftpd.h"

#define DALLY_US	6000000		/* others repeat after up to 5 s */
#define NAME_SHOWN	256
#define OPTIONS_SHOWN	128

/* One transfer, as its thread sees it. */
struct serving {
	const struct tftpd *tftpd;
	struct client	*client;
	struct transfer	*transfer;
	struct tftp_packet request;
	struct tftp_options granted;
	struct upload	 upload;
	char		 name[NAME_SHOWN];	/* safe for the log */
};

static void count_bytes(void *, size_t, size_t);
static int has_room(void *, uint64_t);
static int is_dismissed(void *);
static void log_end(const struct serving *);
static int open_upload(struct serving *, const char *);
static int publish(void *);
static void read_file(struct serving *, const char *);
static int refuse(struct serving *, int);
static int start(struct serving *);
static void trace(void *, int, const void *, size_t);
static const char *why_not(const struct transfer *, char [CAUSE_TEXT_SIZE]);
static void write_file(struct serving *, const char *);

void
serving_job(struct client *client, void *context)
{
	struct tftpd_job *job = client->job;
	struct serving serving = { .tftpd = context, .client = client,
	    .transfer = &job->transfer, .upload = UPLOAD_NONE };
	struct wire_hooks hooks = { .count = count_bytes,
	    .stopped = is_dismissed, .context = &serving };
	char path[CONFINE_PATH_SIZE];

	if (serving.tftpd->trace)
		hooks.trace = trace;
	job->transfer.wire.hooks = hooks;
	job->transfer.patience_us = serving.tftpd->patience_us;
	/* The main thread has found it good. */
	tftp_packet_parse(job->request, job->request_len, &serving.request);
	if (hooks.trace != NULL)
		trace(&serving, 0, job->request, job->request_len);
	text_safe(serving.name, sizeof(serving.name), serving.request.name,
	    strlen(serving.request.name), TEXT_ONE_LINE);
	tftp_options_grant(&serving.request.options, &serving.granted,
	    &job->transfer.terms);
	tftp_options_lower_window(&serving.granted, &job->transfer.terms,
	    (size_t)serving.tftpd->window_bytes,
	    job->transfer.terms.blksize);

	client_set_state(client, serving.request.opcode == TFTP_RRQ ?
	    CLIENT_SENDING : CLIENT_RECEIVING);
	if (confine_path("", serving.request.name, path) == -1)
		refuse(&serving, errno);
	else if (upload_is_reserved(path))
		refuse(&serving, ENOENT);
	else if (serving.request.opcode == TFTP_RRQ)
		read_file(&serving, path);
	else
		write_file(&serving, path);
	transfer_fini(&job->transfer);
}

static void
read_file(struct serving *serving, const char *path)
{
	struct tftp_options *granted = &serving->granted;
	struct source source = { .mode = serving->request.mode };
	struct stat file;

	source.fd = confine_open(serving->tftpd->root_fd, path, O_RDONLY, 0);
	if (source.fd == -1)
		refuse(serving, errno);
	else if (fstat(source.fd, &file) == -1 || !S_ISREG(file.st_mode))
		refuse(serving, EACCES);
	else {
		/* How long the text will be nobody knows yet. */
		if (source.mode == TFTP_NETASCII)
			granted->given[TFTP_TSIZE] = 0;
		granted->values[TFTP_TSIZE] = (uint64_t)file.st_size;
		if (start(serving) == 0)
			transfer_send(serving->transfer, &source);
		log_end(serving);
	}
	if (source.fd != -1)
		close(source.fd);
}

static void
write_file(struct serving *serving, const char *path)
{
	struct transfer *transfer = serving->transfer;
	struct tftp_terms *terms = &transfer->terms;
	struct sink sink = { .mode = serving->request.mode,
	    .bytes_max = (uint64_t)serving->tftpd->file_max,
	    .room = has_room, .publish = publish, .context = serving };
	size_t cost = wire_cost(terms->blksize);

	if (open_upload(serving, path) == -1)
		return;
	/* What the socket cannot hold would be lost, and sent again. */
	tftp_options_lower_window(&serving->granted, terms,
	    wire_hold(&transfer->wire, terms->window * cost), cost);
	sink.fd = serving->upload.fd;
	if (start(serving) == 0)
		transfer_receive(transfer, &sink);
	upload_discard(&serving->upload);
	log_end(serving);
	if (transfer->end == TRANSFER_DONE && registry_linger(
	    &serving->client->server->registry, serving->client) == 0)
		transfer_dally(transfer, DALLY_US);
}

static int
open_upload(struct serving *serving, const char *path)
{
	const struct tftpd *tftpd = serving->tftpd;
	const struct tftp_terms *terms = &serving->transfer->terms;

	if (tftpd->write == TFTPD_WRITE_NONE)
		return (refuse(serving, EACCES));
	if (terms->tsize_known && tftpd->file_max != 0 &&
	    terms->tsize > (uint64_t)tftpd->file_max)
		return (refuse(serving, EFBIG));
	if (upload_open(&serving->upload, tftpd->root_fd, path,
	    (enum upload_policy)tftpd->write) == -1)
		return (refuse(serving, errno));
	if (terms->tsize_known && has_room(serving, terms->tsize) == -1) {
		upload_discard(&serving->upload);
		return (refuse(serving, ENOSPC));
	}
	return (0);
}

/* The first answer: OACK, ACK 0, or DATA 1, which transfer_send sends. */
static int
start(struct serving *serving)
{
	uint8_t packet[TFTP_REQUEST_MAX];
	enum tftp_opcode opcode = serving->request.opcode;
	size_t len = tftp_build_oack(packet, sizeof(packet),
	    &serving->granted);

	if (len <= 2 && opcode == TFTP_RRQ)
		return (0);
	if (len <= 2) {
		tftp_build_header(packet, TFTP_ACK, 0);
		len = TFTP_ACK_SIZE;
	}
	return (transfer_greet(serving->transfer, packet, len, opcode));
}

static int
refuse(struct serving *serving, int error)
{
	transfer_abort(serving->transfer, transfer_code(error), NULL);
	log_end(serving);
	return (-1);
}

/* A floor for others: the disk is never filled to the brim. */
static int
has_room(void *context, uint64_t more)
{
	const struct serving *serving = context;
	struct statvfs fs;

	if (serving->tftpd->free_min == 0 ||
	    fstatvfs(serving->upload.fd, &fs) == -1)
		return (0);
	if ((uint64_t)fs.f_bavail * fs.f_frsize >= more &&
	    (uint64_t)fs.f_bavail * fs.f_frsize - more >=
	    (uint64_t)serving->tftpd->free_min)
		return (0);
	errno = ENOSPC;
	return (-1);
}

static int
publish(void *context)
{
	struct serving *serving = context;

	return (upload_publish(&serving->upload, 0));
}

static int
is_dismissed(void *context)
{
	const struct serving *serving = context;

	return (client_is_dismissed(serving->client));
}

static void
count_bytes(void *context, size_t in, size_t out)
{
	const struct serving *serving = context;

	client_count(serving->client, in, out);
}

static void
trace(void *context, int sent, const void *packet, size_t len)
{
	const struct serving *serving = context;
	char who[ADDRESS_TEXT_SIZE], text[TFTP_TEXT_SIZE];

	log_line(LOG_LEVEL_EVENT, "%s: %s %s",
	    address_format(&serving->client->peer, who, sizeof(who)),
	    sent ? "sent" : "received",
	    tftp_packet_text(packet, len, text, sizeof(text)));
}

/* One line a transfer; who was sent away by a stop is told so. */
static void
log_end(const struct serving *serving)
{
	struct transfer *transfer = serving->transfer;
	double seconds = (double)(transfer->done_us - transfer->begun_us) /
	    1e6;
	int reads = serving->request.opcode == TFTP_RRQ;
	char who[ADDRESS_TEXT_SIZE], options[OPTIONS_SHOWN];
	char why[CAUSE_TEXT_SIZE];

	if (transfer->end == TRANSFER_STOPPED)
		transfer_abort(transfer, TFTP_SEE_TEXT, "The server stops");
	if (!log_shows(LOG_LEVEL_EVENT))
		return;
	address_format(&serving->client->peer, who, sizeof(who));
	if (transfer->end != TRANSFER_DONE) {
		log_line(LOG_LEVEL_EVENT, reads ? _("%s did not get %s: %s") :
		    _("%s did not put %s: %s"), who, serving->name,
		    why_not(transfer, why));
		return;
	}
	tftp_options_text(&serving->granted, options, sizeof(options));
	log_line(LOG_LEVEL_EVENT, reads ?
	    _("%s got %s: %" PRIu64 " bytes in %.3f s (%.1f MB/s), %s%s, "
	    "blocks resent: %" PRIu64) :
	    _("%s put %s: %" PRIu64 " bytes in %.3f s (%.1f MB/s), %s%s, "
	    "blocks in vain: %" PRIu64), who, serving->name,
	    transfer->bytes, seconds,
	    (double)transfer->bytes / 1e6 / (seconds > 0 ? seconds : 1e-6),
	    tftp_mode_name(serving->request.mode), options,
	    transfer->resent);
}

static const char *
why_not(const struct transfer *transfer, char text[CAUSE_TEXT_SIZE])
{
	struct cause cause;

	switch (transfer->end) {
	case TRANSFER_SILENT:
		return (_("no answer"));
	case TRANSFER_STOPPED:
		return (_("the server stops"));
	case TRANSFER_BROKEN:
		cause_errno(&cause, "sendto", transfer->error, NULL);
		return (cause_text(&cause, text, CAUSE_TEXT_SIZE));
	default:
		return (transfer->text);
	}
}
