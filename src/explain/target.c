/* target.c - what kind of program is this?
 * See also: explain/target.h */
#include "explain/target.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>			/* ElfW: of our own word size */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SCRIPTS_MAX	4		/* as many as the kernel follows */
#define HEAD_SIZE	256
#define OUR_CLASS	(sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)

static int has_linker(int, const ElfW(Ehdr) *);
static enum target_verdict judge(int, const char *, ssize_t);
static int is_privileged(int);
static int script_interpreter(const char *, size_t, char *, size_t);
static int try_folder(const char *, size_t, const char *, char *);

int
target_find(const char *name, char *path, size_t size)
{
	const char *folders = getenv("PATH"), *end;

	if (strchr(name, '/') != NULL || folders == NULL) {
		snprintf(path, size, "%s", name);
		return (access(path, X_OK));
	}
	if (strlen(folders) + strlen(name) + 3 > size) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	for (;; folders = end + 1) {
		end = strchrnul(folders, ':');
		if (try_folder(folders, (size_t)(end - folders), name,
		    path) == 0)
			return (0);
		if (*end == '\0')
			break;
	}
	errno = ENOENT;
	return (-1);
}

/* An empty folder is this one. */
static int
try_folder(const char *folder, size_t len, const char *name, char *path)
{
	struct stat st;

	sprintf(path, "%.*s/%s", len > 0 ? (int)len : 1, len > 0 ? folder :
	    ".", name);
	return (access(path, X_OK) == 0 && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) ? 0 : -1);
}

enum target_verdict
target_check(char *path, size_t size)
{
	enum target_verdict verdict;
	char head[HEAD_SIZE];
	ssize_t len;
	int fd;

	for (int i = 0; i <= SCRIPTS_MAX; i++) {
		if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
			/* It may be run and not read: let it be tried. */
			return (errno == EACCES ? TARGET_GOOD :
			    TARGET_MISSING);
		len = read(fd, head, sizeof(head));
		if (len > 2 && script_interpreter(head, (size_t)len, path,
		    size)) {
			close(fd);
			continue;
		}
		verdict = judge(fd, head, len);
		close(fd);
		return (verdict);
	}
	return (TARGET_GOOD);
}

/* "#!/usr/bin/env python3": env runs the same way. */
static int
script_interpreter(const char *head, size_t len, char *path, size_t size)
{
	size_t begin = 2, end;

	if (memcmp(head, "#!", 2) != 0)
		return (0);
	while (begin < len && (head[begin] == ' ' || head[begin] == '\t'))
		begin++;
	for (end = begin; end < len && strchr(" \t\n", head[end]) == NULL;)
		end++;
	snprintf(path, size, "%.*s", (int)(end - begin), head + begin);
	return (1);
}

static enum target_verdict
judge(int fd, const char *head, ssize_t len)
{
	ElfW(Ehdr) elf;

	/* A script without a first line is sh's. */
	if (len < (ssize_t)sizeof(elf) ||
	    memcmp(head, ELFMAG, SELFMAG) != 0)
		return (TARGET_GOOD);
	memcpy(&elf, head, sizeof(elf));
	if (elf.e_ident[EI_CLASS] != OUR_CLASS)
		return (TARGET_FOREIGN);
	if (is_privileged(fd))
		return (TARGET_PRIVILEGED);
	return (has_linker(fd, &elf) ? TARGET_GOOD : TARGET_STATIC);
}

/* The linker preloads nothing into a program that gets rights by being run. */
static int
is_privileged(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return (0);
	if ((st.st_mode & S_ISUID && st.st_uid != geteuid()) ||
	    (st.st_mode & S_ISGID && st.st_gid != getegid()))
		return (1);
	return (geteuid() != 0 &&
	    fgetxattr(fd, "security.capability", NULL, 0) > 0);
}

static int
has_linker(int fd, const ElfW(Ehdr) *elf)
{
	ElfW(Phdr) part;

	for (int i = 0; i < elf->e_phnum; i++) {
		if (pread(fd, &part, sizeof(part), (off_t)(elf->e_phoff +
		    (size_t)i * elf->e_phentsize)) != sizeof(part))
			return (1);
		if (part.p_type == PT_INTERP)
			return (1);
	}
	return (0);
}
