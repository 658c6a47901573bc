/* ftpload.c - what FTP clients ask of a server.
 * ftpload PORT clear|tls COMMAND ARGUMENT...
 *   retr PATH drop|read    one file: dropped by the kernel, or read
 *   stor PATH BYTES        one file of zeros
 *   small FOLDER COUNT     RETR FOLDER/0 to COUNT - 1, over one session
 *   list LIST|MLSD FOLDER  a listing
 *   login AT-ONCE SECONDS  connect, USER, PASS, QUIT; again
 *   many CLIENTS PATH      all at once: log in, one RETR, QUIT
 *   idle CLIENTS           all log in and stay until a line on standard input
 * See also: load.h, ftp_control.h, benches/ftpd.py */
#include <sys/socket.h>

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ftp_control.h"
#include "load.h"

enum { THREADS_MAX = 1024, CHUNK = 262144, SWALLOW = 1048576,
       STACK_SIZE = 524288 };

/* what the threads of one run share */
struct crowd {
	struct ftp_control as;		/* every client begins as a copy */
	const char	*path;		/* NULL: log in only */
	uint64_t	 began;
	double		 seconds;	/* 0: once */
	pthread_mutex_t	 lock;
	/* guarded by lock: */
	uint64_t	 good, bad, ungreeted, bytes;
};

static int64_t	drain(struct ftp_wire *, int);
static int64_t	fetch(struct ftp_control *, const char *, int);
static void	crowd_client(struct crowd *, struct ftp_control *);
static void	*crowd_main(void *);
static void	crowd_run(struct crowd *, int);
static void	do_idle(struct ftp_control *, char **);
static void	do_list(struct ftp_control *, char **);
static void	do_login(struct ftp_control *, char **);
static void	do_many(struct ftp_control *, char **);
static void	do_retr(struct ftp_control *, char **);
static void	do_small(struct ftp_control *, char **);
static void	do_stor(struct ftp_control *, char **);
static void	log_in(struct ftp_control *);

static const struct load {
	const char	*name;
	int		 arguments;
	void		(*run)(struct ftp_control *, char **);
} loads[] = {
	{ "idle", 1, do_idle },
	{ "list", 2, do_list },
	{ "login", 2, do_login },
	{ "many", 2, do_many },
	{ "retr", 2, do_retr },
	{ "small", 2, do_small },
	{ "stor", 2, do_stor },
};

int
main(int argc, char *argv[])
{
	static struct ftp_control control = { .wire = { .fd = -1 },
	    .user = "anonymous", .password = "bench@", .timeout = 60 };
	size_t i;

	if (argc < 5)
		load_fail("usage: ftpload PORT clear|tls COMMAND ARGUMENT...");
	signal(SIGPIPE, SIG_IGN);
	control.port = (int)load_number(argv[1]);
	if (strcmp(argv[2], "tls") == 0)
		gnutls_certificate_allocate_credentials(&control.trust);
	for (i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		if (strcmp(loads[i].name, argv[3]) != 0 ||
		    argc != 4 + loads[i].arguments)
			continue;
		loads[i].run(&control, argv + 4);
		return (0);
	}
	load_fail("no such load: %s", argv[3]);
}

static void
log_in(struct ftp_control *control)
{
	if (ftp_login(control) != 0 || ftp_command(control, "TYPE I") != 200)
		load_fail("login: %.100s", control->line);
}

/* In the clear, what nobody wants to read is never copied to us. */
static int64_t
drain(struct ftp_wire *data, int dropping)
{
	static _Thread_local char buf[CHUNK];
	int64_t bytes = 0;
	ssize_t n;

	do {
		n = dropping && data->tls == NULL ?
		    recv(data->fd, NULL, SWALLOW, MSG_TRUNC) :
		    wire_recv(data, buf, sizeof(buf));
		bytes += n > 0 ? n : 0;
	} while (n > 0);
	return (n == 0 ? bytes : -1);
}

static int64_t
fetch(struct ftp_control *control, const char *command, int dropping)
{
	struct ftp_wire data;
	int64_t bytes = -1;
	int code;

	if (ftp_passive(control, &data) == 0 &&
	    ftp_data_begin(control, &data, command) == 0)
		bytes = drain(&data, dropping);
	wire_close(&data);
	if (bytes == -1)
		return (-1);
	code = ftp_reply(control);
	return (code == 226 || code == 250 ? bytes : -1);
}

static void
do_retr(struct ftp_control *control, char **argument)
{
	char command[600];
	uint64_t began;
	int64_t bytes;

	log_in(control);
	snprintf(command, sizeof(command), "RETR %s", argument[0]);
	began = load_now();
	bytes = fetch(control, command, strcmp(argument[1], "drop") == 0);
	if (bytes == -1)
		load_fail("%s: %.100s", command, control->line);
	printf("{\"bytes\": %" PRId64 ", \"gb_s\": %.4f}\n", bytes,
	    (double)bytes / 1e9 / load_seconds(began));
	ftp_command(control, "QUIT");
}

static void
do_stor(struct ftp_control *control, char **argument)
{
	static const char zeros[CHUNK];
	double bytes = load_number(argument[1]), left = bytes;
	struct ftp_wire data;
	char command[600];
	uint64_t began;
	int code;

	log_in(control);
	snprintf(command, sizeof(command), "STOR %s", argument[0]);
	began = load_now();
	if (ftp_passive(control, &data) == -1 ||
	    ftp_data_begin(control, &data, command) == -1)
		load_fail("%s: %.100s", command, control->line);
	for (; left > 0; left -= CHUNK)
		if (wire_send_all(&data, zeros,
		    left < CHUNK ? (size_t)left : CHUNK) == -1)
			load_fail("send");
	wire_close(&data);
	code = ftp_reply(control);
	if (code != 226 && code != 250)
		load_fail("%s: %.100s", command, control->line);
	printf("{\"gb_s\": %.4f}\n", bytes / 1e9 / load_seconds(began));
	ftp_command(control, "QUIT");
}

static void
do_small(struct ftp_control *control, char **argument)
{
	int i, count = (int)load_number(argument[1]);
	char command[600];
	uint64_t began;

	log_in(control);
	began = load_now();
	for (i = 0; i < count; i++) {
		snprintf(command, sizeof(command), "RETR %s/%d", argument[0],
		    i);
		if (fetch(control, command, 0) == -1)
			load_fail("%s: %.100s", command, control->line);
	}
	printf("{\"rate\": %.1f}\n", count / load_seconds(began));
	ftp_command(control, "QUIT");
}

static void
do_list(struct ftp_control *control, char **argument)
{
	char command[600];
	uint64_t began;
	int64_t bytes;

	log_in(control);
	if (ftp_command(control, "TYPE A") != 200 ||
	    ftp_command(control, "CWD %s", argument[1]) != 250)
		load_fail("CWD %s: %.100s", argument[1], control->line);
	snprintf(command, sizeof(command), "%s", argument[0]);
	began = load_now();
	bytes = fetch(control, command, 0);
	if (bytes == -1)
		load_fail("%s: %.100s", command, control->line);
	printf("{\"bytes\": %" PRId64 ", \"ms\": %.3f}\n", bytes,
	    load_seconds(began) * 1e3);
	ftp_command(control, "QUIT");
}

static void
do_login(struct ftp_control *control, char **argument)
{
	struct crowd crowd = { .as = *control,
	    .seconds = load_number(argument[1]),
	    .lock = PTHREAD_MUTEX_INITIALIZER };

	crowd_run(&crowd, (int)load_number(argument[0]));
}

/* A client that a full backlog has lost waits for its 220 for ever. */
static void
do_many(struct ftp_control *control, char **argument)
{
	struct crowd crowd = { .as = *control, .path = argument[1],
	    .lock = PTHREAD_MUTEX_INITIALIZER };

	crowd.as.timeout = 8;
	crowd_run(&crowd, (int)load_number(argument[0]));
}

static void
crowd_run(struct crowd *crowd, int count)
{
	static pthread_t thread[THREADS_MAX];
	pthread_attr_t attr;
	double seconds;
	int i;

	if (count < 1 || count > THREADS_MAX)
		load_fail("1 to %d clients", THREADS_MAX);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	crowd->began = load_now();
	for (i = 0; i < count; i++)
		if (pthread_create(&thread[i], &attr, crowd_main, crowd) != 0)
			load_fail("pthread_create");
	for (i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	seconds = load_seconds(crowd->began);
	printf("{\"ok\": %" PRIu64 ", \"failed\": %" PRIu64 ", "
	    "\"ungreeted\": %" PRIu64 ", \"rate\": %.1f, \"secs\": %.3f, "
	    "\"bytes\": %" PRIu64 "}\n", crowd->good, crowd->bad,
	    crowd->ungreeted, (double)crowd->good / seconds, seconds,
	    crowd->bytes);
}

static void *
crowd_main(void *arg)
{
	struct crowd *crowd = arg;
	struct ftp_control *control = malloc(sizeof(*control));

	if (control == NULL)
		load_fail("malloc");
	do {
		*control = crowd->as;
		crowd_client(crowd, control);
		ftp_close(control);
	} while (load_seconds(crowd->began) < crowd->seconds);
	free(control);
	return (NULL);
}

static void
crowd_client(struct crowd *crowd, struct ftp_control *control)
{
	char command[600];
	int64_t bytes = 0;
	int status = ftp_login(control);

	if (status == 0 && crowd->path != NULL) {
		snprintf(command, sizeof(command), "RETR %s", crowd->path);
		bytes = ftp_command(control, "TYPE I") == 200 ?
		    fetch(control, command, 1) : -1;
	}
	if (status == 0 && bytes != -1)
		ftp_command(control, "QUIT");
	pthread_mutex_lock(&crowd->lock);
	if (status == 0 && bytes != -1) {
		crowd->good++;
		crowd->bytes += (uint64_t)bytes;
	} else
		crowd->bad++;
	crowd->ungreeted += status == -2;
	pthread_mutex_unlock(&crowd->lock);
}

static void
do_idle(struct ftp_control *control, char **argument)
{
	int i, count = (int)load_number(argument[0]);
	struct ftp_control *clients = calloc((size_t)count, sizeof(*clients));

	if (clients == NULL)
		load_fail("calloc");
	for (i = 0; i < count; i++) {
		clients[i] = *control;
		if (ftp_login(&clients[i]) != 0)
			load_fail("login of client %d: %.100s", i,
			    clients[i].line);
	}
	printf("{\"sessions\": %d}\n", count);
	fflush(stdout);
	getchar();			/* measure.py reads the memory now */
	for (i = 0; i < count; i++)
		ftp_close(&clients[i]);
	free(clients);
}
