/* SPDX-License-Identifier: ISC */
/* The written form of TLVs, read. */
#include "app/tlv_text.h"

#include "base/hex.h"

static bool
complain(struct buf *error, struct span name, const char *what)
{
	buf_addf(error, "tlv %.*s: %s", (int)name.n, (const char *)name.p,
	    what);
	return false;
}

/* A number, decimal or 0x. */
static bool
number(struct span s, uint64_t most, uint32_t *n)
{
	unsigned base = 10;
	uint64_t v = 0;
	int digit;

	if (s.n > 2 && s.p[0] == '0' && (s.p[1] | 32) == 'x') {
		base = 16;
		s = span_skip(s, 2);
	}
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		digit = hex_digit(s.p[i]);
		if (digit < 0 || (unsigned)digit >= base)
			return false;
		v = v * base + (unsigned)digit;
		if (v > most)
			return false;
	}
	*n = (uint32_t)v;
	return true;
}

static bool
put_number(struct buf *out, struct span text, size_t width, const char *values)
{
	uint64_t most = width == 4 ? UINT32_MAX : (UINT64_C(1) << 8 * width) - 1;
	uint32_t n;

	if (!number(text, most, &n) &&
	    (values == NULL || !value_by_name(values, text, &n)))
		return false;
	for (size_t i = width; i-- > 0;)
		buf_add_byte(out, (uint8_t)(n >> 8 * i));
	return true;
}

/* A value whose type stands before it. */
static bool
put_typed(struct buf *out, char type, struct span text)
{
	size_t bad;

	switch (type) {
	case 's':
		buf_add_span(out, text);
		buf_add_byte(out, 0);
		return memchr(text.p, 0, text.n) == NULL;
	case 'o':
		buf_add_span(out, text);
		return true;
	case 'h':
		return hex_decode(out, text, &bad);
	case '1':
	case '2':
	case '4':
		return put_number(out, text, (size_t)(type - '0'), NULL);
	default:
		return false;
	}
}

/* A value that the table types. */
static bool
put_by_row(struct buf *out, const struct tlv_row *row, struct span text)
{
	switch (row->kind) {
	case PDU_U8: return put_number(out, text, 1, row->values);
	case PDU_U16: return put_number(out, text, 2, row->values);
	case PDU_U32: return put_number(out, text, 4, row->values);
	case PDU_CSTR: return put_typed(out, 's', text);
	case PDU_EMPTY: return text.n == 0;
	default: return put_typed(out, 'o', text);
	}
}

static bool
put_value(struct buf *out, const struct tlv_row *row, struct span text)
{
	if (text.n >= 2 && text.p[1] == ':' &&
	    strchr("soh124", text.p[0]) != NULL && text.p[0] != 0)
		return put_typed(out, (char)text.p[0], span_skip(text, 2));
	return row != NULL && put_by_row(out, row, text);
}

static bool
put_one(struct buf *out, struct span item, struct buf *error)
{
	const uint8_t *equals = item.n ? memchr(item.p, '=', item.n) : NULL;
	struct span name = item, value = {0};
	const struct tlv_row *row;
	size_t start = out->len, n;
	uint32_t tag;

	if (equals != NULL) {
		name.n = (size_t)(equals - item.p);
		value = span_skip(item, name.n + 1);
	}
	row = tlv_row_by_name(name);
	if (row != NULL)
		tag = row->tag;
	else if (number(name, UINT16_MAX, &tag))
		row = tlv_row((uint16_t)tag);
	else
		return complain(error, name, "no TLV of that name");
	buf_add(out, (uint8_t[]){(uint8_t)(tag >> 8), (uint8_t)tag, 0, 0}, 4);
	if (!put_value(out, row, value))
		return complain(error, name, row == NULL ?
		    "say what the value is: s:text, o:text, h:hex, 1:n, 2:n, 4:n" :
		    "the value is not of its type");
	n = out->len - start - 4;
	if (n > UINT16_MAX)
		return complain(error, name, "longer than 65,535 octets");
	if (row != NULL && (n < row->min || n > row->max))
		return complain(error, name, "the value has not its size");
	out->p[start + 2] = (uint8_t)(n >> 8);
	out->p[start + 3] = (uint8_t)n;
	return true;
}

bool
tlv_text_read(struct buf *out, struct span list, struct buf *error)
{
	const uint8_t *end;
	struct span item;
	size_t start = out->len;

	while (list.n > 0) {
		item = list;
		end = memchr(list.p, ';', list.n);
		if (end != NULL)
			item.n = (size_t)(end - list.p);
		if (item.n > 0 && !put_one(out, item, error)) {
			out->len = start;
			return false;
		}
		list = span_skip(list, item.n + 1);
	}
	return true;
}
