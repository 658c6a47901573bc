/* replay.c - give a fuzz target the inputs that were kept, without libFuzzer.
 *
 *	replay_num [FILE | FOLDER]...
 *
 * Without arguments replay_num takes the folder corpus/num beside this file.
 * Each input is tried in a process of its own: one that crashes is "not ok",
 * and the next ones are tried all the same.
 * See also: tests/fuzz/fuzz.h */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define PREFIX	"replay_"
#define INPUTS_MAX	1024
#define PATH_SIZE	4096
#define PATIENCE_S	20		/* an input takes milliseconds */

struct inputs {
	char	*paths[INPUTS_MAX];
	int	 len;
};

static void inputs_add(struct inputs *, const char *);
static void inputs_add_folder(struct inputs *, const char *);
static void inputs_free(struct inputs *);
static void own_folder(const char *, char *, size_t);
static int replay(const char *);
static int replay_apart(const char *);

int
main(int argc, char *argv[])
{
	struct inputs inputs = { .len = 0 };
	char folder[PATH_SIZE];
	int failed = 0;

	for (int i = 1; i < argc; i++)
		inputs_add(&inputs, argv[i]);
	if (argc < 2) {
		own_folder(argv[0], folder, sizeof(folder));
		inputs_add(&inputs, folder);
	}
	printf("1..%d\n", inputs.len);
	for (int i = 0; i < inputs.len; i++) {
		const char *slash = strrchr(inputs.paths[i], '/');
		int bad = replay_apart(inputs.paths[i]) == -1;

		printf("%s %d - %s\n", bad ? "not ok" : "ok", i + 1,
		    slash != NULL ? slash + 1 : inputs.paths[i]);
		failed |= bad;
	}
	/* A corpus that is gone must not look like one that is well. */
	failed |= inputs.len == 0;
	inputs_free(&inputs);
	return (failed ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* "tests/fuzz/replay_num" has $FIL_SRC/tests/fuzz/corpus/num. */
static void
own_folder(const char *program, char *folder, size_t size)
{
	const char *source = getenv("FIL_SRC");
	const char *slash = strrchr(program, '/');
	const char *name = slash != NULL ? slash + 1 : program;

	if (strncmp(name, PREFIX, strlen(PREFIX)) == 0)
		name += strlen(PREFIX);
	snprintf(folder, size, "%s/tests/fuzz/corpus/%s",
	    source != NULL ? source : ".", name);
}

static void
inputs_add(struct inputs *inputs, const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	if (S_ISDIR(st.st_mode))
		inputs_add_folder(inputs, path);
	else if (inputs->len == INPUTS_MAX ||
	    (inputs->paths[inputs->len++] = strdup(path)) == NULL) {
		fprintf(stderr, "%s: no room for so many inputs\n", path);
		exit(EXIT_FAILURE);
	}
}

/* Its files in the order of the alphabet; none that begins with a point. */
static void
inputs_add_folder(struct inputs *inputs, const char *path)
{
	struct dirent **entries;
	char inner[PATH_SIZE];
	int n = scandir(path, &entries, NULL, alphasort);

	if (n == -1) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.' && snprintf(inner,
		    sizeof(inner), "%s/%s", path, entries[i]->d_name) <
		    (int)sizeof(inner))
			inputs_add(inputs, inner);
		free(entries[i]);
	}
	free(entries);
}

static void
inputs_free(struct inputs *inputs)
{
	while (inputs->len > 0)
		free(inputs->paths[--inputs->len]);
}

static int
replay_apart(const char *path)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		alarm(PATIENCE_S);
		exit(replay(path) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1) {
		perror("fork");
		return (-1);
	}
	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	return (status == 0 ? 0 : -1);
}

static int
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	uint8_t *data = NULL;
	size_t size;
	int ok = 0;

	if (file == NULL || fstat(fileno(file), &st) == -1)
		goto out;
	/* The exact size: what reads beyond it reads beyond its memory. */
	size = (size_t)st.st_size;
	if ((data = malloc(size > 0 ? size : 1)) == NULL ||
	    fread(data, 1, size, file) != size)
		goto out;
	ok = LLVMFuzzerTestOneInput(data, size) == 0;
out:
	if (!ok)
		perror(path);
	free(data);
	if (file != NULL)
		fclose(file);
	return (ok ? 0 : -1);
}
