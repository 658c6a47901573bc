/* fuzz_catalogue.c - any bytes as a file of translations.
 * One that is taken gives whole texts that lie within it, whatever is asked; one
 * that is not leaves every text as it is.
 * See also: explain/catalogue.h, tests/check_words.c */
#include "explain/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void check_text(const char *, const char *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t none[5] = { 0x950412deu };
	static const char *const asked[] = { "", "a", "b", "1 byte",
	    "{n} bytes", "zzzz" };
	char *exact = malloc(size + 1);		/* a byte beyond is found */
	int is_used;

	assert(exact != NULL);
	if (size > 0)
		memcpy(exact, data, size);
	exact = realloc(exact, size > 0 ? size : 1);
	is_used = catalogue_use(exact, size);
	for (size_t i = 0; is_used && i < FUZZ_COUNT(asked); i++)
		check_text(asked[i], exact, size);
	/* The next input begins with one of no texts. */
	assert(catalogue_use((const char *)none, sizeof(none)));
	free(exact);
	return (0);
}

static void
check_text(const char *asked, const char *file, size_t size)
{
	const char *text = catalogue_text(asked);

	if (text == asked)
		return;
	assert(text >= file && text < file + size);
	assert(memchr(text, '\0', (size_t)(file + size - text)) != NULL);
}
