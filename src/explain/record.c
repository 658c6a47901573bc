/* record.c - a call as a line of JSON.
 * See also: explain/record.h */
#include "explain/record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "explain/output.h"
#include "explain/own.h"
#include "explain/sentence.h"
#include "explain/thread.h"

#define NAME_SIZE	64

static void add_call(struct words *, const struct call *, const char *,
    int64_t);
static void add_end(struct words *, const struct call *);
static void add_place(struct words *, const char *, const struct place *);
static size_t file_line(const char *, char *, size_t);

void
record_start(void)
{
	char buf[OUTPUT_SIZE], host[NAME_SIZE] = "", boot[NAME_SIZE];
	struct words words;
	struct timespec wall;
	size_t len;

	gethostname(host, sizeof(host) - 1);
	clock_gettime(CLOCK_REALTIME, &wall);
	words_init(&words, buf, sizeof(buf));
	words_add(&words, "{\"phase\":\"start\",\"t\":%lld,\"wall\":%lld,"
	    "\"pid\":%d,\"program\":\"", (long long)output_now(CLOCK_MONOTONIC),
	    wall.tv_sec * 1000000000LL + wall.tv_nsec, (int)getpid());
	words_safe(&words, program_invocation_short_name,
	    strlen(program_invocation_short_name));
	words_add(&words, "\",\"host\":\"");
	words_safe(&words, host, strlen(host));
	words_add(&words, "\",\"boot\":\"");
	len = file_line("/proc/sys/kernel/random/boot_id", boot, sizeof(boot));
	words_safe(&words, boot, len);
	words_add(&words, "\"}\n");
	output_log(&words);
}

static size_t
file_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd == -1)
		return (0);
	len = own_read(fd, line, size);
	own_close(fd);
	while (len > 0 && line[len - 1] == '\n')
		len--;
	return (len > 0 ? (size_t)len : 0);
}

void
record_begin(const struct call *call)
{
	char buf[OUTPUT_SIZE];
	struct words words;

	words_init(&words, buf, sizeof(buf));
	add_call(&words, call, "begin", call->begin_ns);
	words_add(&words, "}\n");
	output_log(&words);
}

void
record_end(const struct call *call)
{
	char buf[OUTPUT_SIZE];
	struct words words;

	words_init(&words, buf, sizeof(buf));
	add_call(&words, call, "end", call->end_ns);
	add_end(&words, call);
	words_add(&words, "}\n");
	output_log(&words);
}

static void
add_call(struct words *words, const struct call *call, const char *phase,
    int64_t when_ns)
{
	char name[THREAD_NAME_SIZE];

	thread_name(name);
	words_add(words, "{\"phase\":\"%s\",\"t\":%lld,\"pid\":%d,\"tid\":%d,"
	    "\"thread\":\"", phase, (long long)when_ns, (int)getpid(),
	    thread_tid());
	words_safe(words, name, strlen(name));
	words_add(words, "\",\"call\":\"%s\",\"args\":\"",
	    call_name(call->id));
	words_safe(words, call->args.text, call->args.len);
	words_add(words, "\"");
	if (call->fd != -1)
		words_add(words, ",\"fd\":%d", call->fd);
	if (!(call->sock.traits & SOCK_KNOWN))
		return;
	words_add(words, ",\"sock\":%llu,\"proto\":\"%s\"",
	    (unsigned long long)call->sock.serial,
	    sock_protocol(&call->sock));
	if (call->sock.traits & SOCK_LISTENS)
		words_add(words, ",\"listens\":true");
	add_place(words, "local", &call->sock.local);
	add_place(words, "peer", call->sock.traits & SOCK_HAS_PEER ?
	    &call->sock.peer : &call->other);
	if (call->direction != 0)
		words_add(words, ",\"dir\":\"%s\"", call->direction > 0 ?
		    "out" : "in");
}

static void
add_end(struct words *words, const struct call *call)
{
	words_add(words, ",\"begin\":%lld,\"result\":%lld",
	    (long long)call->begin_ns, call->error != 0 ? -1LL :
	    call->result);
	if (call->traits & WAITED)
		words_add(words, ",\"waited\":true");
	if (call->error != 0) {
		words_add(words, ",\"errno\":\"");
		sentence_error(words, call);
		words_add(words, "\"");
	}
	if (call->has_moved)
		words_add(words, ",\"offset\":%llu,\"bytes\":%llu,"
		    "\"asked\":%zu", (unsigned long long)call->offset,
		    (unsigned long long)call->bytes, call->asked);
	if (call->new_fd != -1)
		words_add(words, ",\"new_fd\":%d", call->new_fd);
}

static void
add_place(struct words *words, const char *name, const struct place *place)
{
	if (place->family == AF_UNSPEC)
		return;
	words_add(words, ",\"%s\":\"", name);
	place_add(words, place);
	words_add(words, "\"");
}
