/* faults.c - what goes wrong on purpose, in each direction.
 * See also: tools/proxy/faults.h, tests/check_proxy.c */
#include "tools/proxy/faults.h"

#include <string.h>

#include "base/num.h"

static const char *fault_value(const char *, int *, int *);

static const struct range {
	uint64_t	 least, most;
} ranges[FAULTS] = {
	[FAULT_DELAY] = { 0, 3600000 },
	[FAULT_JITTER] = { 0, 3600000 },
	[FAULT_RATE] = { 1, INT64_MAX / 1000000 },
	[FAULT_CHUNK] = { 1, INT64_MAX },
	[FAULT_DROP] = { 0, INT64_MAX },
	[FAULT_RESET] = { 0, INT64_MAX },
	[FAULT_STALL] = { 0, INT64_MAX },
};

const char *
faults_read(const struct opt_list given[FAULTS], struct faults directions[2])
{
	for (int fault = 0; fault < FAULTS; fault++) {
		directions[0].values[fault] = FAULT_NONE;
		directions[1].values[fault] = FAULT_NONE;
		for (size_t i = 0; i < given[fault].len; i++) {
			int up, down;
			const char *text = fault_value(given[fault].items[i],
			    &up, &down);
			uint64_t value;

			if (num_parse(text, strlen(text), ranges[fault].most,
			    &value) == -1 || value < ranges[fault].least)
				return (given[fault].items[i]);
			if (up)
				directions[0].values[fault] = (int64_t)value;
			if (down)
				directions[1].values[fault] = (int64_t)value;
		}
	}
	return (NULL);
}

/* What follows "up:" or "down:", and which directions are meant. */
static const char *
fault_value(const char *arg, int *up, int *down)
{
	*up = strncmp(arg, "up:", 3) == 0;
	*down = strncmp(arg, "down:", 5) == 0;
	if (*up || *down)
		return (arg + (*up ? 3 : 5));
	*up = *down = 1;
	return (arg);
}

int
faults_any(const struct faults *faults)
{
	for (int fault = 0; fault < FAULTS; fault++)
		if (faults->values[fault] != FAULT_NONE)
			return (1);
	return (0);
}

int64_t
faults_longest_ms(const struct faults *faults)
{
	int64_t delay = faults->values[FAULT_DELAY];
	int64_t jitter = faults->values[FAULT_JITTER];

	return ((delay == FAULT_NONE ? 0 : delay) +
	    (jitter == FAULT_NONE ? 0 : jitter));
}

uint64_t
faults_limit(const struct faults *faults, enum fault *fault)
{
	uint64_t limit = UINT64_MAX;

	for (int i = FAULT_DROP; i <= FAULT_STALL; i++)
		if (faults->values[i] != FAULT_NONE &&
		    (uint64_t)faults->values[i] < limit) {
			limit = (uint64_t)faults->values[i];
			*fault = (enum fault)i;
		}
	return (limit);
}

uint64_t
faults_seed(uint64_t seed, unsigned long number, int down)
{
	uint64_t series = seed;

	/* Neighbours must not begin alike. */
	faults_random(&series, 0);
	series ^= 2 * (uint64_t)number + (down != 0);
	faults_random(&series, 0);
	return (series);
}

/* splitmix64 (Steele, Lea and Flood 2014): small, and even enough for this. */
int64_t
faults_random(uint64_t *series, int64_t most)
{
	uint64_t x = *series += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	x ^= x >> 31;
	return ((int64_t)(x % ((uint64_t)most + 1)));
}
