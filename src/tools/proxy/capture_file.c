/* capture_file.c - a file of packets, by libpcap where fil is built with it.
 * See also: tools/proxy/capture_file.h */
#include "config.h"

#ifdef HAVE_LIBPCAP
#define _DEFAULT_SOURCE			/* pcap.h wants u_int */
#endif
#include "tools/proxy/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/intl.h"
#include "tools/proxy/packet.h"

#ifdef HAVE_LIBPCAP
#include <pcap/pcap.h>

struct capture_file {
	pcap_t		*format;
	pcap_dumper_t	*dumper;
};

static FILE *private_file(const char *);

struct capture_file *
capture_file_open(const char *path, struct cause *cause)
{
	struct capture_file *file = calloc(1, sizeof(*file));
	FILE *stream;

	if (file == NULL) {
		cause_errno(cause, "calloc", ENOMEM, path);
		return (NULL);
	}
	/* Raw: packets begin with their IP header, of either version. */
	file->format = pcap_open_dead(DLT_RAW, PACKET_SIZE);
	if ((stream = private_file(path)) == NULL) {
		cause_errno(cause, "open", errno, path);
		capture_file_close(file);
		return (NULL);
	}
	errno = ENOMEM;
	if (file->format != NULL)
		file->dumper = pcap_dump_fopen(file->format, stream);
	if (file->dumper != NULL)
		return (file);
	cause_errno(cause, "pcap_dump_fopen", errno, path);
	fclose(stream);
	capture_file_close(file);
	return (NULL);
}

/* Under TLS it holds what was to be secret. */
static FILE *
private_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *stream = fd != -1 ? fdopen(fd, "w") : NULL;

	if (stream == NULL && fd != -1)
		close(fd);
	return (stream);
}

void
capture_file_write(struct capture_file *file, const unsigned char *packet,
    size_t len)
{
	struct pcap_pkthdr header = { .len = (bpf_u_int32)len,
	    .caplen = (bpf_u_int32)len };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	header.ts.tv_sec = now.tv_sec;
	header.ts.tv_usec = now.tv_nsec / 1000;
	pcap_dump((u_char *)file->dumper, &header, packet);
}

/* pcap_dump does not tell that it failed, nor does the flush when nothing is
 * left to flush: the stream remembers. */
int
capture_file_flush(struct capture_file *file)
{
	if (pcap_dump_flush(file->dumper) == -1 ||
	    ferror(pcap_dump_file(file->dumper)))
		return (-1);
	return (0);
}

void
capture_file_close(struct capture_file *file)
{
	if (file == NULL)
		return;
	if (file->dumper != NULL)
		pcap_dump_close(file->dumper);
	if (file->format != NULL)
		pcap_close(file->format);
	free(file);
}

#else
struct capture_file *
capture_file_open(const char *path, struct cause *cause)
{
	cause_said(cause, "pcap_dump_open",
	    N_("fil was built without libpcap"), path);
	return (NULL);
}

void
capture_file_write(struct capture_file *file, const unsigned char *packet,
    size_t len)
{
	(void)file;
	(void)packet;
	(void)len;
}

int
capture_file_flush(struct capture_file *file)
{
	(void)file;
	return (0);
}

void
capture_file_close(struct capture_file *file)
{
	(void)file;
}
#endif
