/* capture.c - what passes, as a capture file: --pcap.
 * See also: tools/proxy/capture.h, tests/system/proxy.py */
#include "tools/proxy/capture.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/intl.h"
#include "base/log.h"
#include "tools/proxy/capture_file.h"

/* A port that is used again begins elsewhere, or readers of captures take it
 * for a repetition. */
#define FIRST_STEP	64000000u

struct capture {
	pthread_mutex_t	 lock;		/* level 7 */
	/* guarded by lock: */
	struct capture_file *file;	/* NULL: the disk is full */
	unsigned char	 packet[PACKET_SIZE];
};

static void capture_flush_locked(struct capture *);
static void capture_packet_locked(struct capture_flow *, int, unsigned,
    const void *, size_t);

struct capture *
capture_open(const char *path, struct cause *cause)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int error;

	if (capture == NULL) {
		cause_errno(cause, "calloc", ENOMEM, path);
		return (NULL);
	}
	if ((error = pthread_mutex_init(&capture->lock, NULL)) != 0) {
		cause_errno(cause, "pthread_mutex_init", error, path);
		free(capture);
		return (NULL);
	}
	if ((capture->file = capture_file_open(path, cause)) == NULL) {
		capture_close(capture);
		return (NULL);
	}
	/* Its header, for whoever reads it already. */
	capture_flush_locked(capture);
	return (capture);
}

void
capture_close(struct capture *capture)
{
	if (capture == NULL)
		return;
	capture_file_close(capture->file);
	pthread_mutex_destroy(&capture->lock);
	free(capture);
}

void
capture_begin(struct capture_flow *flow, struct capture *capture,
    const struct address ends[2], unsigned long number)
{
	*flow = (struct capture_flow){ .capture = capture };
	if (capture == NULL)
		return;
	packet_flow_init(&flow->flow, &ends[0], &ends[1],
	    (uint32_t)number * FIRST_STEP);
	pthread_mutex_lock(&capture->lock);
	capture_packet_locked(flow, 0, PACKET_SYN, NULL, 0);
	capture_packet_locked(flow, 1, PACKET_SYN | PACKET_ACK, NULL, 0);
	capture_packet_locked(flow, 0, PACKET_ACK, NULL, 0);
	capture_flush_locked(capture);
	pthread_mutex_unlock(&capture->lock);
}

/* Each segment is acknowledged at once, so no window is ever full. */
void
capture_bytes(struct capture_flow *flow, int from, const void *bytes,
    size_t len)
{
	const char *at = bytes;

	if (flow->capture == NULL)
		return;
	pthread_mutex_lock(&flow->capture->lock);
	while (len > 0) {
		size_t n = len < PACKET_PAYLOAD_MAX ? len :
		    PACKET_PAYLOAD_MAX;

		capture_packet_locked(flow, from, PACKET_PSH | PACKET_ACK,
		    at, n);
		capture_packet_locked(flow, !from, PACKET_ACK, NULL, 0);
		at += n;
		len -= n;
	}
	capture_flush_locked(flow->capture);
	pthread_mutex_unlock(&flow->capture->lock);
}

void
capture_end(struct capture_flow *flow, int from)
{
	if (flow->capture == NULL)
		return;
	pthread_mutex_lock(&flow->capture->lock);
	if (!flow->ended[from]) {
		capture_packet_locked(flow, from, PACKET_FIN | PACKET_ACK,
		    NULL, 0);
		capture_packet_locked(flow, !from, PACKET_ACK, NULL, 0);
		capture_flush_locked(flow->capture);
	}
	flow->ended[from] = 1;
	pthread_mutex_unlock(&flow->capture->lock);
}

void
capture_reset(struct capture_flow *flow, int from)
{
	if (flow->capture == NULL)
		return;
	pthread_mutex_lock(&flow->capture->lock);
	capture_packet_locked(flow, from, PACKET_RST | PACKET_ACK, NULL, 0);
	flow->reset = 1;
	capture_flush_locked(flow->capture);
	pthread_mutex_unlock(&flow->capture->lock);
}

static void
capture_packet_locked(struct capture_flow *flow, int from, unsigned flags,
    const void *bytes, size_t len)
{
	struct capture *capture = flow->capture;
	size_t packet_len;

	if (capture->file == NULL || flow->reset)
		return;
	packet_len = packet_build(&flow->flow, from, flags, bytes, len,
	    capture->packet);
	capture_file_write(capture->file, capture->packet, packet_len);
}

/* A full disk ends the capture, not the relay. */
static void
capture_flush_locked(struct capture *capture)
{
	struct cause cause;

	if (capture->file == NULL || capture_file_flush(capture->file) == 0)
		return;
	cause_errno(&cause, "pcap_dump_flush", errno, NULL);
	log_cause(_("the capture ends here:"), &cause);
	capture_file_close(capture->file);
	capture->file = NULL;
}
