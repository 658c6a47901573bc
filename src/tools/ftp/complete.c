/* complete.c - what the Tab key completes: verbs, local names, remote names.
 * See also: tools/ftp/complete.h, tests/system/ftp_prompt.py */
#include "tools/ftp/complete.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "client/prompt_words.h"
#include "tools/ftp/names.h"
#include "tools/ftp/verbs.h"
#include "tools/ftp/words.h"

static void add(struct completion *, const char *, const char *, int);
static void add_local(struct ftp *, const char *);
static void add_remote(struct ftp *, const char *);
static void add_verbs(struct completion *);
static void forget_words(struct completion *);
static char place_of(const char *, size_t *);
static int refresh(struct ftp *, const char *);
static int unquoted(const char *, char[PROMPT_WORD_SIZE]);

void
complete_look_up(void *context, const char *before, const char *typed)
{
	struct ftp *ftp = context;
	char word[PROMPT_WORD_SIZE];
	size_t nth;

	forget_words(&ftp->completion);
	if (unquoted(typed, word) == -1)
		return;
	switch (place_of(before, &nth)) {
	case 'v':
		add_verbs(&ftp->completion);
		break;
	case 'l':
		add_local(ftp, word);
		break;
	case 'r':
		add_remote(ftp, word);
		break;
	default:
		break;
	}
}

const char *
complete_word(void *context, const char *before, size_t i)
{
	const struct ftp *ftp = context;

	(void)before;
	return (i < ftp->completion.count ? ftp->completion.words[i] : NULL);
}

void
complete_free(struct completion *completion)
{
	forget_words(completion);
	free(completion->words);
	listing_free(&completion->remote);
	memset(completion, 0, sizeof(*completion));
}

static void
forget_words(struct completion *completion)
{
	for (size_t i = 0; i < completion->count; i++)
		free(completion->words[i]);
	completion->count = 0;
}

/* What stands at the word behind this text: see verb->places. */
static char
place_of(const char *before, size_t *nth)
{
	char line[PROMPT_LINE_MAX + 1], *words[WORDS_MAX + 1];
	const struct verb *verb;
	size_t count, places;

	snprintf(line, sizeof(line), "%s", before);
	if (words_split(line, words, &count) != WORDS_GOOD)
		return ('-');
	if (count == 0)
		return ('v');
	verb = verbs_find(words[0]);
	if (verb == NULL || verb->places[0] == '\0')
		return ('-');
	/* Options take no place. */
	*nth = 0;
	for (size_t i = 1; i < count; i++)
		*nth += words[i][0] != '-';
	places = strlen(verb->places);
	return (verb->places[*nth < places ? *nth : places - 1]);
}

static void
add_verbs(struct completion *completion)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verbs_at(i)) != NULL; i++)
		add(completion, "", verb->name, 0);
}

static void
add_local(struct ftp *ftp, const char *typed)
{
	char dir[SESSION_PATH_SIZE], path[SESSION_PATH_SIZE];
	const struct dirent *entry;
	struct stat st;
	DIR *folder;

	if (names_parent(typed, dir) == -1 ||
	    (folder = opendir(dir[0] != '\0' ? dir : ".")) == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if ((entry->d_name[0] != '.' || names_leaf(typed)[0] == '.') &&
		    ftp_listing_name_is_safe(entry->d_name,
		    strlen(entry->d_name)) &&
		    names_join(dir, entry->d_name, path) == 0)
			add(&ftp->completion, dir, entry->d_name,
			    stat(path, &st) == 0 && S_ISDIR(st.st_mode));
	closedir(folder);
}

/* A name that could do harm, to the terminal or to us, is not offered. */
static void
add_remote(struct ftp *ftp, const char *typed)
{
	struct completion *completion = &ftp->completion;
	char dir[SESSION_PATH_SIZE];

	if (!ftp->session.is_logged_in || names_parent(typed, dir) == -1 ||
	    refresh(ftp, dir) == -1)
		return;
	for (size_t i = 0; i < completion->remote.count; i++) {
		const struct listing_entry *entry =
		    &completion->remote.entries[i];

		if (entry->is_safe && (entry->name[0] != '.' ||
		    names_leaf(typed)[0] == '.'))
			add(completion, dir, entry->name,
			    entry->is.kind == FTP_KIND_DIR);
	}
}

static int
refresh(struct ftp *ftp, const char *dir)
{
	struct completion *completion = &ftp->completion;
	enum outcome outcome;

	if (completion->is_known && strcmp(completion->dir, dir) == 0 &&
	    completion->changes == ftp->session.changes)
		return (0);
	listing_free(&completion->remote);
	prompt_lend(ftp->prompt);
	interrupt_hold(&ftp->interrupt);
	outcome = listing_get(&ftp->session, dir[0] != '\0' ? dir : NULL,
	    &completion->remote);
	interrupt_release(&ftp->interrupt);
	prompt_take_back(ftp->prompt);
	prompt_show(ftp->prompt);
	snprintf(completion->dir, sizeof(completion->dir), "%s", dir);
	completion->changes = ftp->session.changes;
	completion->is_known = outcome == OUTCOME_DONE;
	if (!completion->is_known)
		listing_free(&completion->remote);
	return (completion->is_known ? 0 : -1);
}

static void
add(struct completion *completion, const char *dir, const char *name,
    int is_dir)
{
	char path[SESSION_PATH_SIZE], typed[PROMPT_WORD_SIZE];
	size_t len;

	if (completion->count == completion->size) {
		size_t size = 2 * completion->size + 64;
		char **words = realloc(completion->words,
		    size * sizeof(*words));

		if (words == NULL)
			return;
		completion->words = words;
		completion->size = size;
	}
	if (names_join(dir, name, path) == -1 ||
	    (len = words_quote(typed, sizeof(typed) - 1, path)) == 0)
		return;
	if (is_dir)
		memcpy(typed + len, "/", 2);
	if ((completion->words[completion->count] = strdup(typed)) != NULL)
		completion->count++;
}

/* The word as it is meant, of what is typed of it so far. */
static int
unquoted(const char *typed, char word[PROMPT_WORD_SIZE])
{
	char line[PROMPT_WORD_SIZE], *words[WORDS_MAX + 1];
	size_t count;

	snprintf(line, sizeof(line), "%s", typed);
	if (words_split(line, words, &count) != WORDS_GOOD || count > 1)
		return (-1);
	snprintf(word, PROMPT_WORD_SIZE, "%s", count > 0 ? words[0] : "");
	return (0);
}
