/* secret.c - where a program gets a password from.
 * See also: client/secret.h, tests/check_secret.c */
#include "client/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/wipe.h"

#define TERMINAL	"/dev/tty"
#define SIGNAL_POLL_MS	100

/* The terminal while it is asked. */
struct asking {
	int		 fd;
	struct termios	 shown;		/* how it was */
	sigset_t	 mask;		/* what was blocked before */
};

/* What came of reading a line. */
enum secret_end {
	SECRET_WHOLE,
	SECRET_MISSING,			/* not one byte before the end */
	SECRET_TOO_LONG,
	SECRET_HAS_NUL,
	SECRET_FAILED,			/* errno */
	SECRET_SHOWN,			/* echo cannot be turned off: errno */
	SECRET_INTERRUPTED		/* a signal is pending */
};

static int asking_begin(struct asking *, struct cause *);
static void asking_end(struct asking *);
static int asking_pending(const struct asking *);
static int asking_resume(const struct asking *);
static int asking_set_echo(const struct asking *, int);
static int asking_wait(const struct asking *);
static void block_signals(sigset_t *);
static int file_is_private(int, const char *, struct cause *);
static enum secret_end line_read(int, const struct asking *, char *);
static int line_tell(enum secret_end, const char *, char *, struct cause *);
static int secret_from_file(const char *, char *, struct cause *);

#define AT(field)	offsetof(struct secret_options, field)

const struct opt secret_option_rows[] = {
	{ 0, "password-file", OPT_STRING, AT(file), 0, "FILE",
	    N_("the password is its first line") },
	{ 0, "password-fd", OPT_NUMBER, AT(fd), INT_MAX, "N",
	    N_("read the password from descriptor N") },
};

const size_t secret_option_rows_len = OPT_COUNT(secret_option_rows);

/* Those that end or stop a process; and SIGCONT, after which a shell may have
 * left the terminal as it likes it. */
static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM,
    SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT };

int
secret_get(const struct secret_options *options, const char *prompt,
    char secret[SECRET_SIZE], struct cause *cause)
{
	char name[32];

	if (options->file != NULL && options->fd != -1) {
		cause_said(cause, "--password-fd",
		    N_("not together with --password-file"), NULL);
		return (-1);
	}
	if (options->file != NULL)
		return (secret_from_file(options->file, secret, cause));
	if (options->fd == -1)
		return (secret_ask(prompt, secret, cause));
	snprintf(name, sizeof(name), "--password-fd %d", (int)options->fd);
	return (secret_read_line((int)options->fd, name, secret, cause));
}

int
secret_is_given(const struct secret_options *options)
{
	return (options->file != NULL || options->fd != -1);
}

int
secret_ask(const char *prompt, char secret[SECRET_SIZE], struct cause *cause)
{
	struct asking asking;
	enum secret_end end;
	int error;

	if (asking_begin(&asking, cause) == -1)
		return (-1);
	do {
		end = SECRET_SHOWN;
		if (asking_set_echo(&asking, 0) == 0) {
			dprintf(asking.fd, "%s", prompt);
			end = line_read(asking.fd, &asking, secret);
		}
		error = errno;
		asking_set_echo(&asking, 1);
		dprintf(asking.fd, "\n");	/* of Enter, unseen */
	} while (end == SECRET_INTERRUPTED && asking_resume(&asking));
	asking_end(&asking);
	errno = end == SECRET_INTERRUPTED ? EINTR : error;
	return (line_tell(end, TERMINAL, secret, cause));
}

int
secret_read_line(int fd, const char *name, char secret[SECRET_SIZE],
    struct cause *cause)
{
	return (line_tell(line_read(fd, NULL, secret), name, secret, cause));
}

static int
secret_from_file(const char *path, char *secret, struct cause *cause)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int result = -1;

	if (fd == -1) {
		cause_errno(cause, "open", errno, path);
		return (-1);
	}
	if (file_is_private(fd, path, cause))
		result = secret_read_line(fd, path, secret, cause);
	close(fd);
	return (result);
}

static int
file_is_private(int fd, const char *path, struct cause *cause)
{
	struct stat st;

	if (fstat(fd, &st) == -1) {
		cause_errno(cause, "fstat", errno, path);
		return (0);
	}
	if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0) {
		cause_said(cause, "fstat",
		    N_("others can read or change it: chmod o= it"), path);
		return (0);
	}
	return (1);
}

/* A byte at a time: what follows the line is somebody else's. */
static enum secret_end
line_read(int fd, const struct asking *asking, char *secret)
{
	size_t len = 0;
	int ended = 0;

	while (!ended) {
		ssize_t n;

		if (asking != NULL && asking_wait(asking) == -1)
			return (SECRET_INTERRUPTED);
		n = read(fd, secret + len, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (SECRET_FAILED);
		if (n == 0 && len == 0)
			return (SECRET_MISSING);
		ended = n == 0 || secret[len] == '\n';
		if (!ended && secret[len] == '\0')
			return (SECRET_HAS_NUL);
		if (!ended && ++len == SECRET_SIZE)
			return (SECRET_TOO_LONG);
	}
	if (len > 0 && secret[len - 1] == '\r')
		len--;
	secret[len] = '\0';
	return (SECRET_WHOLE);
}

/* 0, or -1 with the cause of what went wrong. */
static int
line_tell(enum secret_end end, const char *name, char *secret,
    struct cause *cause)
{
	static const char *const said[] = {
		[SECRET_MISSING] = N_("no password came"),
		[SECRET_TOO_LONG] = N_("a password has 511 bytes at most"),
		[SECRET_HAS_NUL] = N_("a password has no NUL"),
		[SECRET_INTERRUPTED] = NULL,
	};

	if (end == SECRET_WHOLE)
		return (0);
	if (said[end] != NULL)
		cause_said(cause, "read", said[end], name);
	else
		cause_errno(cause, end == SECRET_SHOWN ? "tcsetattr" : "read",
		    errno, name);
	wipe(secret, SECRET_SIZE);
	return (-1);
}

static int
asking_begin(struct asking *asking, struct cause *cause)
{
	asking->fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (asking->fd == -1) {
		cause_said(cause, "open", N_("no terminal to ask on: "
		    "try --password-file or --password-fd"), TERMINAL);
		return (-1);
	}
	if (tcgetattr(asking->fd, &asking->shown) == -1) {
		cause_errno(cause, "tcgetattr", errno, TERMINAL);
		close(asking->fd);
		return (-1);
	}
	block_signals(&asking->mask);
	return (0);
}

static void
asking_end(struct asking *asking)
{
	close(asking->fd);
	pthread_sigmask(SIG_SETMASK, &asking->mask, NULL);
}

/* From the background this stops the process until it is in the foreground;
 * then the call is interrupted. */
static int
asking_set_echo(const struct asking *asking, int on)
{
	struct termios hidden = asking->shown;
	int result;

	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	do
		result = tcsetattr(asking->fd, TCSAFLUSH,
		    on ? &asking->shown : &hidden);
	while (result == -1 && errno == EINTR);
	return (result);
}

/* Wait for a byte; -1 if a signal came first.  Signals are blocked, so that
 * none can end the process while echo is off: look for them now and then. */
static int
asking_wait(const struct asking *asking)
{
	struct pollfd pfd = { .fd = asking->fd, .events = POLLIN };
	int n;

	do {
		if (asking_pending(asking) != 0)
			return (-1);
		n = poll(&pfd, 1, SIGNAL_POLL_MS);
	} while (n == 0 || (n == -1 && errno == EINTR));
	return (0);
}

/* A signal that waits for us to let it act, or 0. */
static int
asking_pending(const struct asking *asking)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigismember(&pending, signals[i]) == 1 &&
		    sigismember(&asking->mask, signals[i]) == 0)
			return (signals[i]);
	return (0);
}

/* Let the signal act.  Still here: ask again, unless the program caught it. */
static int
asking_resume(const struct asking *asking)
{
	int number = asking_pending(asking);
	struct sigaction action;
	sigset_t ignored;

	pthread_sigmask(SIG_SETMASK, &asking->mask, NULL);
	block_signals(&ignored);
	if (number == SIGTSTP || number == SIGCONT ||
	    sigaction(number, NULL, &action) == -1)
		return (1);
	return (action.sa_handler == SIG_IGN);
}

static void
block_signals(sigset_t *before)
{
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&ours, signals[i]);
	pthread_sigmask(SIG_BLOCK, &ours, before);
}
