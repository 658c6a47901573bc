/* ftpd.c - what all sessions of fil-ftpd share.
 * See also: tools/ftpd/ftpd.h, tests/system/ftpd.py */
#include "tools/ftpd/ftpd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/log.h"
#include "base/num.h"
#include "base/random.h"
#include "base/wipe.h"

#define PORT_LEAST	1024		/* below it nobody need be root */

static int guest_make(struct ftpd *, struct cause *);
static int passive_init(struct ftpd *, struct cause *);
static int passive_of_system(struct ftpd *);
static int passive_parse(struct ftpd *, const char *);
static int upload_init(struct ftpd *, struct cause *);
static int xferlog_open(const struct ftpd *, struct cause *);

int
ftpd_init(struct ftpd *ftpd, struct cause *cause)
{
	const struct ftpd_options *options = ftpd->options;
	int error = pthread_key_create(&ftpd->jailed, NULL);

	if (error != 0) {
		cause_errno(cause, "pthread_key_create", error, NULL);
		return (-1);
	}
	ftpd->xferlog_fd = -1;
	ftpd->root_fd = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ftpd->root_fd == -1) {
		cause_errno(cause, "open", errno, options->dir);
		return (-1);
	}
	if (passive_init(ftpd, cause) == -1 || upload_init(ftpd, cause) == -1 ||
	    accounts_init(&ftpd->accounts, cause) == -1 ||
	    login_throttle_init(&ftpd->throttle, &LOGIN_THROTTLE_RATE,
	    cause) == -1)
		return (-1);
	if (options->xferlog != NULL &&
	    (ftpd->xferlog_fd = xferlog_open(ftpd, cause)) == -1)
		return (-1);
	if (options->users != NULL &&
	    accounts_load(&ftpd->accounts, options->users, cause) == -1)
		return (-1);
	if (options->users == NULL && !options->anonymous)
		return (guest_make(ftpd, cause));
	return (0);
}

int
ftpd_start(struct ftpd *ftpd, struct cause *cause)
{
	const char *users = ftpd->options->users;

	if (users != NULL && access(users, R_OK) == -1)
		log_line(LOG_LEVEL_WARNING, _("%s cannot be read any more: "
		    "SIGHUP will not renew the accounts"), users);
	/* Under inetd each client has a server: once would be too often. */
	if (ftpd->options->server.inetd)
		return (0);
	return (sweep_start(&ftpd->sweep, ftpd->root_fd, cause));
}

void
ftpd_fini(struct ftpd *ftpd)
{
	if (ftpd->options == NULL)
		return;
	sweep_end(&ftpd->sweep);
	login_throttle_fini(&ftpd->throttle);
	accounts_fini(&ftpd->accounts);
	if (ftpd->xferlog_fd != -1)
		close(ftpd->xferlog_fd);
	close(ftpd->root_fd);
	wipe(ftpd->guest_password, sizeof(ftpd->guest_password));
	pthread_key_delete(ftpd->jailed);
	ftpd->options = NULL;
}

void
ftpd_welcome(const struct ftpd *ftpd)
{
	if (ftpd->guest_password[0] == '\0' || ftpd->options->server.inetd)
		return;
	printf("fil-ftpd: ");
	printf(_("log in as guest, password %s\n"), ftpd->guest_password);
	fflush(stdout);
}

void
ftpd_reload(struct ftpd *ftpd)
{
	struct cause cause;
	int fd;

	if (accounts_reload(&ftpd->accounts, &cause) == -1)
		log_cause(_("SIGHUP: the accounts stay the old ones:"),
		    &cause);
	else if (ftpd->options->users != NULL)
		log_line(LOG_LEVEL_EVENT, _("SIGHUP: accounts read again"));
	if (ftpd->xferlog_fd == -1)
		return;
	if ((fd = xferlog_open(ftpd, &cause)) == -1) {
		log_cause(_("SIGHUP: the log of transfers stays the old one:"),
		    &cause);
		return;
	}
	/* Sessions write to the same number, before and after. */
	dup2(fd, ftpd->xferlog_fd);
	fcntl(ftpd->xferlog_fd, F_SETFD, FD_CLOEXEC);
	close(fd);
}

static int
xferlog_open(const struct ftpd *ftpd, struct cause *cause)
{
	int fd = open(ftpd->options->xferlog, O_WRONLY | O_CREAT | O_APPEND |
	    O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

	if (fd == -1)
		cause_errno(cause, "open", errno, ftpd->options->xferlog);
	return (fd);
}

/* Letters and digits that nobody takes for one another. */
static int
guest_make(struct ftpd *ftpd, struct cause *cause)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char random[GUEST_PASSWORD_LEN];

	if (random_fill(random, sizeof(random)) == -1) {
		cause_errno(cause, "getrandom", errno, NULL);
		return (-1);
	}
	for (size_t i = 0; i < sizeof(random); i++)
		ftpd->guest_password[i] = letters[random[i] % 32];
	return (0);
}

static int
upload_init(struct ftpd *ftpd, struct cause *cause)
{
	const char *name = ftpd->options->anonymous_upload;
	int fd = -1;

	if (name == NULL)
		return (0);
	if (confine_path("", name, ftpd->upload) == -1 ||
	    (fd = confine_open(ftpd->root_fd, ftpd->upload,
	    O_RDONLY | O_DIRECTORY, 0)) == -1) {
		cause_errno(cause, "open", errno, name);
		return (-1);
	}
	close(fd);
	if (ftpd->upload[0] != '\0')
		return (0);
	/* Nobody fetches what is there: nobody could fetch anything. */
	cause_said(cause, "--anonymous-upload",
	    N_("it has to be a folder below the served one"), name);
	return (-1);
}

static int
passive_init(struct ftpd *ftpd, struct cause *cause)
{
	const struct ftpd_options *options = ftpd->options;
	struct address_query query = { 0, AF_INET, SOCK_STREAM };
	struct address_list list;

	if (options->passive_ports == NULL && passive_of_system(ftpd) == -1) {
		ftpd->passive_first = 49152;	/* RFC 6335 6 */
		ftpd->passive_last = 65535;
	}
	if (options->passive_ports != NULL &&
	    passive_parse(ftpd, options->passive_ports) == -1) {
		cause_said(cause, "--passive-ports",
		    N_("not two ports from 1024 on, as 40000-40100"),
		    options->passive_ports);
		return (-1);
	}
	if (options->passive_address == NULL)
		return (0);
	if (address_lookup(options->passive_address, &query, &list, cause) ==
	    -1)
		return (-1);
	ftpd->passive_address = list.items[0];
	return (0);
}

/* "40000-40100" */
static int
passive_parse(struct ftpd *ftpd, const char *text)
{
	size_t len = strcspn(text, "-");
	uint64_t first, last;

	if (text[len] == '\0' ||
	    num_parse(text, len, 65535, &first) == -1 ||
	    num_parse(text + len + 1, strlen(text + len + 1), 65535,
	    &last) == -1 || first < PORT_LEAST || last < first)
		return (-1);
	ftpd->passive_first = (int)first;
	ftpd->passive_last = (int)last;
	return (0);
}

/* What Linux gives to sockets that name no port. */
static int
passive_of_system(struct ftpd *ftpd)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	char text[64] = "";

	if (file == NULL)
		return (-1);
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	fclose(file);
	/* "32768	60999" */
	text[strcspn(text, "\n")] = '\0';
	text[strcspn(text, "\t ")] = '-';
	return (passive_parse(ftpd, text));
}
