/* fault.c - make calls fail or come short, by rule.
 * See also: tests/fault/fault.h, tests/check_faults.c */
#define _GNU_SOURCE		/* RTLD_NEXT */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <link.h>
#include <locale.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define RULES_MAX	64
#define PIECES_MAX	64		/* of a message */
#define BAD_RULE	99
#define FAULT_KILL	INT_MAX		/* no error: the end of the process */

/* Sanitizers bring an allocator, pthread_cond_init and fstat of their own.  This
 * library itself is never instrumented: they call it before they are ready. */
#ifndef FAULT_UNDER_SANITIZER
#define FAULT_UNDER_SANITIZER 0
#endif

struct rule {
	char		 call[32];
	char		 fault[32];
	int		 error;		/* 0: short */
	unsigned long	 short_len, after, every, times, percent;
	unsigned long	 phase;		/* 0: any */
	int		 late;		/* the call is made all the same */
	int		 own;		/* not of a library */
	atomic_ulong	 calls, faults;
};

struct crypt_data;

struct named_number {
	const char	*name;
	int		 value;
};

#define ERROR(name)	{ #name, name }
static const struct named_number errors[] = {
	ERROR(EACCES), ERROR(EADDRINUSE), ERROR(EADDRNOTAVAIL),
	ERROR(EAFNOSUPPORT), ERROR(EAGAIN), ERROR(EBADF),
	ERROR(ECONNABORTED), ERROR(ECONNREFUSED), ERROR(ECONNRESET),
	ERROR(EEXIST), ERROR(EFAULT), ERROR(EFBIG), ERROR(EHOSTUNREACH),
	ERROR(EINPROGRESS), ERROR(EINTR), ERROR(EINVAL), ERROR(EIO),
	ERROR(EISDIR), ERROR(EMFILE), ERROR(EMSGSIZE), ERROR(ENETDOWN),
	ERROR(ENETUNREACH), ERROR(ENFILE), ERROR(ENOBUFS), ERROR(ENOENT),
	ERROR(ENOLCK),
	ERROR(ENOMEM), ERROR(ENOPROTOOPT), ERROR(ENOSPC), ERROR(ENOSYS),
	ERROR(ENOTCONN), ERROR(EOPNOTSUPP), ERROR(EPERM), ERROR(EPIPE),
	ERROR(EPROTO), ERROR(EROFS), ERROR(ETIMEDOUT), ERROR(EXDEV),
	ERROR(EAI_AGAIN), ERROR(EAI_FAIL), ERROR(EAI_NONAME),
	ERROR(EAI_MEMORY), ERROR(EAI_SYSTEM),
	{ "KILL", FAULT_KILL },
};

/* Every call that has a wrapper below: a rule for another is a mistake. */
static const char *const calls[] = {
#if !FAULT_UNDER_SANITIZER
	"calloc", "fstat", "malloc", "pthread_cond_init", "realloc",
#endif
	"accept", "bind", "close", "connect", "crypt_gensalt_rn",
	"crypt_r", "fchmod", "fchown", "fcntl", "fsync",
	"ftruncate", "getaddrinfo", "getnameinfo", "getpeername",
	"getpwnam", "getrandom", "getrlimit", "getsockname", "getsockopt",
	"initgroups", "listen", "newlocale", "open",
	"open_memstream", "openat", "pipe", "pipe2", "poll",
	"pthread_attr_init",
	"pthread_create", "pthread_mutex_init", "read",
	"recv", "recvfrom", "recvmsg", "rename", "select", "send",
	"sendmsg", "sendto", "setgid", "setsockopt", "setuid",
	"shutdown", "socket", "splice", "unlink",
	"write",
};

static struct rule rules[RULES_MAX];
static int rules_len;
static atomic_ulong dice = 1;
static const volatile unsigned char *phase;	/* of FIL_FAULT_PHASE, or NULL */
static ElfW(Addr) program_begin, program_end;	/* its instructions */
static _Thread_local int is_late;	/* of the rule that was due last */
static _Thread_local int is_own;	/* the allocator was called by the program */

static void
fault_mistake(const char *what)
{
	fprintf(stderr, "fault: not understood: %s\n", what);
	_exit(BAD_RULE);
}

static unsigned long
fault_number(const char *text, const char *rule)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0')
		fault_mistake(rule);
	return (value);
}

static int
fault_error_named(const char *name, const char *rule)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return (errors[i].value);
	fault_mistake(rule);
	return (0);
}

static void
fault_condition(struct rule *rule, char *text)
{
	char *equals = strchr(text, '=');
	unsigned long value;

	if (strcmp(text, "late") == 0) {
		rule->late = 1;
		return;
	}
	if (strcmp(text, "own") == 0 &&
	    strstr("malloc calloc realloc", rule->call) != NULL) {
		rule->own = 1;
		return;
	}
	if (equals == NULL) {
		/* "short:1" */
		if (rule->error != 0)
			fault_mistake(text);
		rule->short_len = fault_number(text, text);
		return;
	}
	*equals = '\0';
	value = fault_number(equals + 1, text);
	if (strcmp(text, "after") == 0)
		rule->after = value;
	else if (strcmp(text, "every") == 0 && value > 0)
		rule->every = value;
	else if (strcmp(text, "times") == 0)
		rule->times = value;
	else if (strcmp(text, "percent") == 0)
		rule->percent = value;
	else if (strcmp(text, "phase") == 0 && value > 0 && phase != NULL)
		rule->phase = value;
	else
		fault_mistake(text);
}

int
fault_knows(const char *call)
{
	const char *preloaded = getenv("LD_PRELOAD");

	/* valgrind has an allocator of its own, too. */
	if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL &&
	    strstr("malloc calloc realloc", call) != NULL)
		return (0);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i], call) == 0)
			return (1);
	return (0);
}

static void
fault_add(char *text)
{
	struct rule *rule = &rules[rules_len];
	char *part = NULL, *fault;
	char *call = strtok_r(text, "=", &part);

	if (call == NULL || part == NULL || *part == '\0' ||
	    rules_len == RULES_MAX)
		fault_mistake(text);
	if (strcmp(call, "seed") == 0) {
		dice = fault_number(part, text);
		return;
	}
	if (!fault_knows(call))
		fault_mistake(call);
	memset(rule, 0, sizeof(*rule));
	fault = strtok_r(NULL, ":", &part);
	snprintf(rule->call, sizeof(rule->call), "%s", call);
	snprintf(rule->fault, sizeof(rule->fault), "%s", fault);
	rule->every = 1;
	rule->times = (unsigned long)-1;
	rule->percent = 100;
	rule->short_len = 1;
	if (strcmp(fault, "short") != 0)
		rule->error = fault_error_named(fault, fault);
	while ((fault = strtok_r(NULL, ":", &part)) != NULL)
		fault_condition(rule, fault);
	rules_len++;
}

void
fault_set(const char *text)
{
	char copy[4096], *rest = copy, *rule;

	rules_len = 0;
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		fault_mistake("too long");
	while ((rule = strsep(&rest, ",")) != NULL)
		if (*rule != '\0')
			fault_add(rule);
}

unsigned long
fault_hits(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < rules_len; i++)
		sum += rules[i].faults;
	return (sum);
}

/* A linear congruential generator: repeatable, and never a system call. */
static unsigned long
fault_dice(void)
{
	unsigned long old = dice, next;

	do
		next = old * 6364136223846793005u + 1442695040888963407u;
	while (!atomic_compare_exchange_weak(&dice, &old, next));
	return (next >> 33);
}

static struct rule *
fault_due(const char *call, int is_short)
{
	for (int i = 0; i < rules_len; i++) {
		struct rule *rule = &rules[i];
		unsigned long n;

		if (strcmp(rule->call, call) != 0 ||
		    (rule->error == 0) != is_short ||
		    (rule->own && !is_own) ||
		    (rule->phase > 0 && rule->phase + '0' != *phase))
			continue;
		n = atomic_fetch_add(&rule->calls, 1) + 1;
		if (n <= rule->after || (n - rule->after) % rule->every != 0 ||
		    rule->faults >= rule->times ||
		    fault_dice() % 100 >= rule->percent)
			continue;
		rule->faults++;
		return (rule);
	}
	return (NULL);
}

/* The error that this call shall report, or 0. */
static int
fault_error(const char *call)
{
	struct rule *rule = rules_len > 0 ? fault_due(call, 0) : NULL;

	if (rule != NULL && rule->error == FAULT_KILL)
		raise(SIGKILL);
	is_late = rule != NULL && rule->late;
	return (rule != NULL ? rule->error : 0);
}

/* The length that this call shall be given. */
static size_t
fault_len(const char *call, size_t len)
{
	struct rule *rule = rules_len > 0 ? fault_due(call, 1) : NULL;

	return (rule != NULL && len > rule->short_len ? rule->short_len : len);
}

/* The first one listed is the program. */
static int
fault_find_program(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
			continue;
		program_begin = info->dlpi_addr + part->p_vaddr;
		program_end = program_begin + part->p_memsz;
	}
	return (1);
}

/* Looked at by every call: it must cost nothing, and be no call itself. */
static void
fault_map_phase(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = fd == -1 ? MAP_FAILED :
	    mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		fault_mistake(path);
	phase = map;
	close(fd);
}

static void __attribute__((constructor))
fault_begin(void)
{
	const char *path = getenv("FIL_FAULT_PHASE");
	const char *text = getenv("FIL_FAULT");

	dl_iterate_phdr(fault_find_program, NULL);
	if (path != NULL)
		fault_map_phase(path);
	if (text != NULL)
		fault_set(text);
}

static void __attribute__((destructor))
fault_end(void)
{
	const char *path = getenv("FIL_FAULT_REPORT");
	int len, fd;

	if (path == NULL)
		return;
	len = rules_len;
	rules_len = 0;			/* the report itself has no faults */
	/* The file is the test's; one that it has removed does not come back. */
	if ((fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)) == -1)
		return;
	for (int i = 0; i < len; i++)
		dprintf(fd, "%s=%s %lu calls %lu faults\n", rules[i].call,
		    rules[i].fault, rules[i].calls, rules[i].faults);
	close(fd);
}

/* --- the wrappers: ask the rules, then the next library's function -------- */

#define NEXT(type, name, parameters) \
	static type (*_Atomic real) parameters; \
	if (real == NULL) \
		real = (type (*) parameters)dlsym(RTLD_NEXT, #name)

/* Calls that return -1 (or NULL) and set errno. */
#define WRAP(type, failed, name, parameters, arguments) \
type \
name parameters \
{ \
	NEXT(type, name, parameters); \
	int error = fault_error(#name); \
	if (error != 0) { \
		if (is_late) \
			real arguments; \
		errno = error; \
		return (failed); \
	} \
	return (real arguments); \
}

/* Calls that return the error. */
#define WRAP_ERROR(name, parameters, arguments) \
int \
name parameters \
{ \
	NEXT(int, name, parameters); \
	int error = fault_error(#name); \
	return (error != 0 ? error : real arguments); \
}

/* Calls that move bytes, and may move fewer. */
#define WRAP_BYTES(name, parameters, arguments) \
ssize_t \
name parameters \
{ \
	NEXT(ssize_t, name, parameters); \
	int error = fault_error(#name); \
	if (error != 0) { \
		errno = error; \
		return (-1); \
	} \
	len = fault_len(#name, len); \
	return (real arguments); \
}

WRAP(int, -1, accept, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
WRAP(int, -1, bind, (int fd, const struct sockaddr *a, socklen_t n),
    (fd, a, n))
WRAP(int, -1, connect, (int fd, const struct sockaddr *a, socklen_t n),
    (fd, a, n))
WRAP(int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, -1, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
#if !FAULT_UNDER_SANITIZER
WRAP(int, -1, fstat, (int fd, struct stat *st), (fd, st))
#endif
WRAP(int, -1, fsync, (int fd), (fd))
WRAP(int, -1, ftruncate, (int fd, off_t length), (fd, length))
WRAP(int, -1, getpeername, (int fd, struct sockaddr *a, socklen_t *n),
    (fd, a, n))
WRAP(int, -1, getsockname, (int fd, struct sockaddr *a, socklen_t *n),
    (fd, a, n))
WRAP(int, -1, getsockopt, (int fd, int l, int o, void *v, socklen_t *n),
    (fd, l, o, v, n))
WRAP(int, -1, getrlimit, (__rlimit_resource_t r, struct rlimit *l), (r, l))
WRAP(int, -1, initgroups, (const char *user, gid_t group), (user, group))
WRAP(int, -1, listen, (int fd, int backlog), (fd, backlog))
WRAP(int, -1, pipe, (int fds[2]), (fds))
WRAP(int, -1, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(int, -1, poll, (struct pollfd *p, nfds_t n, int ms), (p, n, ms))
WRAP(int, -1, rename, (const char *from, const char *to), (from, to))
WRAP(int, -1, select, (int n, fd_set *r, fd_set *w, fd_set *e,
    struct timeval *t), (n, r, w, e, t))
WRAP(int, -1, setgid, (gid_t group), (group))
WRAP(int, -1, setsockopt, (int fd, int l, int o, const void *v, socklen_t n),
    (fd, l, o, v, n))
WRAP(int, -1, setuid, (uid_t user), (user))
WRAP(int, -1, shutdown, (int fd, int how), (fd, how))
WRAP(int, -1, socket, (int d, int t, int p), (d, t, p))
WRAP(int, -1, unlink, (const char *path), (path))
WRAP(char *, NULL, crypt_gensalt_rn, (const char *prefix, unsigned long count,
    const char *bytes, int n, char *setting, int size),
    (prefix, count, bytes, n, setting, size))
WRAP(char *, NULL, crypt_r, (const char *password, const char *setting,
    struct crypt_data *d), (password, setting, d))
WRAP(locale_t, (locale_t)0, newlocale, (int mask, const char *name,
    locale_t base), (mask, name, base))
WRAP(struct passwd *, NULL, getpwnam, (const char *user), (user))
WRAP(FILE *, NULL, open_memstream, (char **text, size_t *n), (text, n))

WRAP_ERROR(getaddrinfo, (const char *h, const char *s,
    const struct addrinfo *i, struct addrinfo **r), (h, s, i, r))
WRAP_ERROR(getnameinfo, (const struct sockaddr *a, socklen_t n, char *h,
    socklen_t hn, char *s, socklen_t sn, int f), (a, n, h, hn, s, sn, f))
WRAP_ERROR(pthread_attr_init, (pthread_attr_t *a), (a))
#if !FAULT_UNDER_SANITIZER
WRAP_ERROR(pthread_cond_init, (pthread_cond_t *c,
    const pthread_condattr_t *a), (c, a))
#endif
WRAP_ERROR(pthread_create, (pthread_t *t, const pthread_attr_t *a,
    void *(*f)(void *), void *x), (t, a, f, x))
WRAP_ERROR(pthread_mutex_init, (pthread_mutex_t *m,
    const pthread_mutexattr_t *a), (m, a))

WRAP_BYTES(getrandom, (void *buf, size_t len, unsigned f), (buf, len, f))
WRAP_BYTES(read, (int fd, void *buf, size_t len), (fd, buf, len))
WRAP_BYTES(recv, (int fd, void *buf, size_t len, int f), (fd, buf, len, f))
WRAP_BYTES(recvfrom, (int fd, void *buf, size_t len, int f,
    struct sockaddr *a, socklen_t *n), (fd, buf, len, f, a, n))
WRAP_BYTES(send, (int fd, const void *buf, size_t len, int f),
    (fd, buf, len, f))
WRAP_BYTES(sendto, (int fd, const void *buf, size_t len, int f,
    const struct sockaddr *a, socklen_t n), (fd, buf, len, f, a, n))
WRAP_BYTES(splice, (int in, loff_t *i, int out, loff_t *o, size_t len,
    unsigned f), (in, i, out, o, len, f))
WRAP_BYTES(write, (int fd, const void *buf, size_t len), (fd, buf, len))

/* close always closes: a fault is only what it reports. */
int
close(int fd)
{
	NEXT(int, close, (int));
	int error = fault_error("close");
	int result = real(fd);

	if (error == 0)
		return (result);
	errno = error;
	return (-1);
}

/* Leave of its pieces as much as the rules of a call allow. */
static void
message_cut(struct msghdr *message, struct iovec pieces[PIECES_MAX],
    const char *call)
{
	size_t len = 0, allowed;

	for (size_t i = 0; i < message->msg_iovlen; i++)
		len += message->msg_iov[i].iov_len;
	allowed = fault_len(call, len);
	if (allowed == len || message->msg_iovlen > PIECES_MAX)
		return;
	memcpy(pieces, message->msg_iov,
	    message->msg_iovlen * sizeof(*pieces));
	message->msg_iov = pieces;
	for (message->msg_iovlen = 0; allowed > 0; message->msg_iovlen++) {
		struct iovec *piece = &pieces[message->msg_iovlen];

		if (piece->iov_len > allowed)
			piece->iov_len = allowed;
		allowed -= piece->iov_len;
	}
}

/* One that comes short gets the first pieces of the message only. */
ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	NEXT(ssize_t, sendmsg, (int, const struct msghdr *, int));
	int error = fault_error("sendmsg");
	struct msghdr cut = *message;
	struct iovec pieces[PIECES_MAX];

	if (error != 0) {
		errno = error;
		return (-1);
	}
	message_cut(&cut, pieces, "sendmsg");
	return (real(fd, &cut, flags));
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	NEXT(ssize_t, recvmsg, (int, struct msghdr *, int));
	int error = fault_error("recvmsg");
	struct msghdr whole = *message;
	struct iovec pieces[PIECES_MAX];
	ssize_t n;

	if (error != 0) {
		errno = error;
		return (-1);
	}
	message_cut(message, pieces, "recvmsg");
	n = real(fd, message, flags);
	message->msg_iov = whole.msg_iov;
	message->msg_iovlen = whole.msg_iovlen;
	return (n);
}

/* fcntl, open and openat take a third argument, sometimes. */
#define THIRD(last, type) \
	va_list args; \
	type third; \
	va_start(args, last); \
	third = va_arg(args, type); \
	va_end(args)

int
fcntl(int fd, int command, ...)
{
	NEXT(int, fcntl, (int, int, ...));
	THIRD(command, long);
	int error = fault_error("fcntl");

	if (error == 0)
		return (real(fd, command, third));
	errno = error;
	return (-1);
}

int
open(const char *path, int flags, ...)
{
	NEXT(int, open, (const char *, int, ...));
	THIRD(flags, int);
	int error = fault_error("open");

	if (error == 0)
		return (real(path, flags, third));
	errno = error;
	return (-1);
}

int
openat(int dir, const char *path, int flags, ...)
{
	NEXT(int, openat, (int, const char *, int, ...));
	THIRD(flags, int);
	int error = fault_error("openat");

	if (error == 0)
		return (real(dir, path, flags, third));
	errno = error;
	return (-1);
}

#if !FAULT_UNDER_SANITIZER
/* dlsym itself allocates: glibc's own names reach the allocator directly. */
void	*__libc_calloc(size_t, size_t);
void	*__libc_malloc(size_t);
void	*__libc_realloc(void *, size_t);

#define WRAP_ALLOCATOR(name, parameters, arguments) \
void * \
name parameters \
{ \
	ElfW(Addr) caller = (ElfW(Addr))__builtin_return_address(0); \
	int error; \
	is_own = caller >= program_begin && caller < program_end; \
	if ((error = fault_error(#name)) != 0) { \
		errno = error; \
		return (NULL); \
	} \
	return (__libc_##name arguments); \
}

WRAP_ALLOCATOR(calloc, (size_t n, size_t size), (n, size))
WRAP_ALLOCATOR(malloc, (size_t size), (size))
WRAP_ALLOCATOR(realloc, (void *p, size_t size), (p, size))
#endif

/* What -D_FORTIFY_SOURCE makes of recv, recvfrom, read and poll. */
ssize_t
__recv_chk(int fd, void *buf, size_t len, size_t size, int flags)
{
	(void)size;
	return (recv(fd, buf, len, flags));
}

ssize_t
__recvfrom_chk(int fd, void *buf, size_t len, size_t size, int flags,
    struct sockaddr *addr, socklen_t *addr_len)
{
	(void)size;
	return (recvfrom(fd, buf, len, flags, addr, addr_len));
}

ssize_t
__read_chk(int fd, void *buf, size_t len, size_t size)
{
	(void)size;
	return (read(fd, buf, len));
}

int
__poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	(void)size;
	return (poll(fds, n, timeout));
}
