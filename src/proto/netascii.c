/* netascii.c - text as TFTP sends it: a line ends in CR LF, everywhere.
 * See also: proto/netascii.h, tests/check_netascii.c */
#include "proto/netascii.h"

size_t
netascii_encode(struct netascii *text, const char *in, size_t *len,
    char *out, size_t size)
{
	size_t taken = 0, written = 0;

	while (written < size) {
		if (text->pending) {
			out[written++] = (char)(text->pending - 1);
			text->pending = 0;
			continue;
		}
		if (taken == *len)
			break;
		if (in[taken] == '\n' || in[taken] == '\r') {
			text->pending = in[taken] == '\n' ? '\n' + 1 : 1;
			out[written++] = '\r';
			taken++;
		} else
			out[written++] = in[taken++];
	}
	*len = taken;
	return (written);
}

size_t
netascii_decode(struct netascii *text, const char *in, size_t len, char *out)
{
	size_t written = 0;

	for (size_t i = 0; i < len; i++) {
		if (text->pending) {
			text->pending = 0;
			if (in[i] == '\n' || in[i] == '\0') {
				out[written++] = in[i] == '\n' ? '\n' : '\r';
				continue;
			}
			out[written++] = '\r';
		}
		if (in[i] == '\r')
			text->pending = 1;
		else
			out[written++] = in[i];
	}
	return (written);
}

size_t
netascii_decode_end(struct netascii *text, char *out)
{
	if (!text->pending)
		return (0);
	text->pending = 0;
	out[0] = '\r';
	return (1);
}
