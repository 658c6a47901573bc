/* fuzz_mx.c - any bytes as the answer of a DNS server.
 * The first byte chooses the type that was asked for.
 * See also: proto/mx.h, tests/check_mx.c */
#include "proto/mx.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void
check_name(const char *name)
{
	assert(memchr(name, '\0', MX_NAME_SIZE) != NULL);
	for (; *name != '\0'; name++)
		assert(*name > ' ' && *name <= '~');
}

static void
check_answer(const struct mx_answer *answer, enum mx_type type)
{
	assert(answer->len >= 1 && answer->len <= MX_ROWS_MAX);
	for (size_t i = 0; i < answer->len; i++) {
		const struct mx_row *row = &answer->rows[i];

		assert(row->preference >= 0 && row->preference <= 65535);
		assert(type == MX_TYPE_MX || row->preference == 0);
		assert(i == 0 || row[-1].preference <= row->preference);
		if (type == MX_TYPE_MX) {
			assert(row->name[0] != '\0');
			check_name(row->name);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mx_answer answer;
	enum mx_type type;
	enum mx_verdict verdict;
	uint8_t *exact;

	if (size < 1)
		return (0);
	type = (enum mx_type)(data[0] % 3);
	exact = malloc(size);
	assert(exact != NULL);
	memcpy(exact, data + 1, size - 1);
	strcpy(answer.name, "iiia.net");
	verdict = mx_parse(exact, size - 1, type, &answer);
	check_name(answer.name);
	assert(verdict < MX_SILENT);
	if (verdict == MX_FOUND)
		check_answer(&answer, type);
	else
		assert(answer.len == 0 || verdict == MX_MALFORMED);
	(void)mx_is_null(&answer);
	free(exact);
	return (0);
}
