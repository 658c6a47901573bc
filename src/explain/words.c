/* words.c - text put together without stdio.
 * See also: explain/words.h */
#include "explain/words.h"

#include <stdarg.h>
#include <string.h>

/* One directive of a format: what stands between % and its letter. */
struct directive {
	int	 width;			/* filled with zeros */
	int	 size;			/* 0: int, 1: size_t, 2: long long */
	char	 letter;
};

static const char *directive_read(const char *, struct directive *);
static size_t utf8_length(const unsigned char *, size_t);
static void words_number(struct words *, unsigned long long, int);
static void words_signed(struct words *, long long, int);

void
words_init(struct words *words, char *buf, size_t size)
{
	words->text = buf;
	words->size = size;
	words->len = 0;
	buf[0] = '\0';
}

void
words_bytes(struct words *words, const char *bytes, size_t len)
{
	size_t room = words->size - 1 - words->len;

	if (len > room)
		len = room;
	memcpy(words->text + words->len, bytes, len);
	words->len += len;
	words->text[words->len] = '\0';
}

void
words_add(struct words *words, const char *format, ...)
{
	struct directive d;
	va_list args;
	const char *plain, *text;
	char letter;

	va_start(args, format);
	while (*format != '\0') {
		for (plain = format; *format != '\0' && *format != '%';)
			format++;
		words_bytes(words, plain, (size_t)(format - plain));
		if (*format == '\0')
			break;
		format = directive_read(format + 1, &d);
		if (d.letter == 's') {
			text = va_arg(args, const char *);
			words_bytes(words, text, strlen(text));
		} else if (d.letter == 'c' || d.letter == '%') {
			letter = d.letter == '%' ? '%' :
			    (char)va_arg(args, int);
			words_bytes(words, &letter, 1);
		} else if (d.letter == 'd')
			words_signed(words, d.size == 2 ?
			    va_arg(args, long long) : va_arg(args, int),
			    d.width);
		else
			words_number(words, d.size == 2 ?
			    va_arg(args, unsigned long long) : d.size == 1 ?
			    va_arg(args, size_t) : va_arg(args, unsigned),
			    d.width);
	}
	va_end(args);
}

static const char *
directive_read(const char *format, struct directive *d)
{
	d->width = d->size = 0;
	while (*format >= '0' && *format <= '9')
		d->width = 10 * d->width + (*format++ - '0');
	if (*format == 'z') {
		d->size = 1;
		format++;
	} else
		for (; *format == 'l'; format++)
			d->size = 2;
	d->letter = *format;
	return (*format != '\0' ? format + 1 : format);
}

static void
words_signed(struct words *words, long long number, int width)
{
	if (number < 0)
		words_bytes(words, "-", 1);
	words_number(words, number < 0 ? -(unsigned long long)number :
	    (unsigned long long)number, width);
}

static void
words_number(struct words *words, unsigned long long number, int width)
{
	char digits[24], *begin = digits + sizeof(digits);

	do
		*--begin = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	while (begin > digits && digits + sizeof(digits) - begin < width)
		*--begin = '0';
	words_bytes(words, begin, (size_t)(digits + sizeof(digits) - begin));
}

void
words_seconds(struct words *words, int64_t ns)
{
	long long ms = (ns + 500000) / 1000000;

	words_add(words, "%lld.%03lld s", ms / 1000, ms % 1000);
}

/* The length of the character that the bytes begin with; 0: it is none, or one
 * that a terminal may obey (C1; bidirectional overrides). */
static size_t
utf8_length(const unsigned char *bytes, size_t len)
{
	unsigned long code = bytes[0];
	size_t size = code < 0xc2 ? 0 : code < 0xe0 ? 2 : code < 0xf0 ? 3 :
	    code < 0xf5 ? 4 : 0;

	if (size == 0 || size > len)
		return (0);
	code &= 0xffu >> (size + 1);
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return (0);
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (code < 0xa0 || (code >= 0xd800 && code < 0xe000) ||
	    (size == 3 && code < 0x800) || (size == 4 && code < 0x10000) ||
	    code > 0x10ffff || code == 0x061c ||
	    (code >= 0x200e && code <= 0x200f) ||
	    (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069))
		return (0);
	return (size);
}

void
words_safe(struct words *words, const char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	char escape[6] = { '\\', 'u', '0', '0', 0, 0 };
	size_t size;

	for (; len > 0; bytes += size, len -= size) {
		unsigned char c = (unsigned char)*bytes;

		size = 1;
		if (c == '\n' || c == '\r' || c == '\t')
			words_bytes(words, c == '\n' ? "\\n" : c == '\r' ?
			    "\\r" : "\\t", 2);
		else if (c == '"' || c == '\\') {
			words_bytes(words, "\\", 1);
			words_bytes(words, bytes, 1);
		} else if (c >= 0x20 && c < 0x7f)
			words_bytes(words, bytes, 1);
		else if ((size = utf8_length((const unsigned char *)bytes,
		    len)) > 0)
			words_bytes(words, bytes, size);
		else {
			size = 1;
			escape[4] = hex[c >> 4];
			escape[5] = hex[c & 15];
			words_bytes(words, escape, sizeof(escape));
		}
	}
}
