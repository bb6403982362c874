/* SPDX-License-Identifier: ISC */
/*
 * Reads a PDU from one JSON object, as pdu_json_write writes it or as a
 * person does: names for values, fields left out, lengths that lie on
 * purpose.
 */
#include "app/pdu_json.h"

#include <jansson.h>
#include <stdarg.h>

#include "base/hex.h"

/* What a length or count says instead of the truth. */
struct lie {
	bool told;
	uint32_t value;
};

struct reader {
	struct pdu pdu;
	/* octets that the PDU's spans point into; reserved once for the whole
	 * line, so that they never move */
	struct buf strings, lists;
	struct buf *why;
	struct lie command_length, sm_length, dests, unsuccess;
};

static bool refuse(struct reader *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static bool
refuse(struct reader *r, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_add_str(r->why, text);
	return false;
}

static struct span
string_of(const json_t *v)
{
	return span_of(json_string_value(v), json_string_length(v));
}

/* "12" or "0x0c" */
static bool
number_text(struct span s, uint32_t *value)
{
	bool hex = s.n > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x';
	uint64_t n = 0;

	if (s.n == 0 || s.n > 10)
		return false;
	for (size_t i = hex ? 2 : 0; i < s.n; i++) {
		int digit = hex_digit(s.p[i]);

		if (digit < 0 || (!hex && digit > 9))
			return false;
		n = n * (hex ? 16 : 10) + (unsigned)digit;
	}
	*value = (uint32_t)n;
	return n <= UINT32_MAX;
}

/* A number up to max, as such, in digits or by its name in the list. */
static bool
get_number(struct reader *r, const char *key, const json_t *v,
    const char *values, uint32_t max, uint32_t *value)
{
	*value = 0;
	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
	    json_integer_value(v) <= UINT32_MAX)
		*value = (uint32_t)json_integer_value(v);
	else if (!json_is_string(v) || (!number_text(string_of(v), value) &&
	    !value_by_name(values, string_of(v), value)))
		return refuse(r, "%s: no number and no known name", key);
	return *value <= max || refuse(r, "%s: over %u", key, (unsigned)max);
}

static bool
get_u8(struct reader *r, const char *key, const json_t *v, const char *values,
    uint8_t *value)
{
	uint32_t n;

	if (!get_number(r, key, v, values, UINT8_MAX, &n))
		return false;
	*value = (uint8_t)n;
	return true;
}

static bool
get_status(struct reader *r, const char *key, const json_t *v, uint32_t *value)
{
	const struct status_row *row = json_is_string(v) ?
	    status_row_by_name(string_of(v)) : NULL;

	if (row == NULL)
		return get_number(r, key, v, NULL, UINT32_MAX, value);
	*value = row->code;
	return true;
}

static bool
get_hex(struct reader *r, const char *key, const json_t *v, struct span *s)
{
	size_t bad, start = r->strings.len;

	if (!json_is_string(v))
		return refuse(r, "%s: no string", key);
	if (!hex_decode(&r->strings, string_of(v), &bad))
		return refuse(r, "%s: no hexadecimal at character %zu", key,
		    bad + 1);
	*s = span_of(r->strings.p + start, r->strings.len - start);
	return true;
}

/* Text, or {"hex": ...}. */
static bool
get_octets(struct reader *r, const char *key, const json_t *v, struct span *s)
{
	const json_t *hex = json_object_get(v, "hex");

	if (hex != NULL && json_object_size(v) == 1)
		return get_hex(r, key, hex, s);
	if (!json_is_string(v))
		return refuse(r, "%s: no string and no {\"hex\": ...}", key);
	*s = string_of(v);
	return true;
}

static bool
get_dest(struct reader *r, json_t *item, struct wr *w)
{
	struct dest d = {.flag = json_object_get(item, "dl_name") ? 2 : 1};
	const char *key;
	json_t *v;
	bool ok = true;

	json_object_foreach(item, key, v) {
		if (strcmp(key, "dest_flag") == 0)
			ok = get_u8(r, key, v, "dest_flag", &d.flag);
		else if (strcmp(key, "dest_addr_ton") == 0)
			ok = get_u8(r, key, v, "ton", &d.ton);
		else if (strcmp(key, "dest_addr_npi") == 0)
			ok = get_u8(r, key, v, "npi", &d.npi);
		else if (strcmp(key, "destination_addr") == 0 ||
		    strcmp(key, "dl_name") == 0)
			ok = get_octets(r, key, v, &d.addr);
		else
			ok = refuse(r, "dests: unknown key %s", key);
		if (!ok)
			return false;
	}
	dest_put(w, &d);
	return true;
}

static bool
get_unsuccess(struct reader *r, json_t *item, struct wr *w)
{
	struct unsuccess u = {0};
	const char *key;
	json_t *v;
	bool ok = true;

	json_object_foreach(item, key, v) {
		if (strcmp(key, "dest_addr_ton") == 0)
			ok = get_u8(r, key, v, "ton", &u.ton);
		else if (strcmp(key, "dest_addr_npi") == 0)
			ok = get_u8(r, key, v, "npi", &u.npi);
		else if (strcmp(key, "destination_addr") == 0)
			ok = get_octets(r, key, v, &u.addr);
		else if (strcmp(key, "error_status_code") == 0)
			ok = get_status(r, key, v, &u.status);
		else
			ok = refuse(r, "unsuccess: unknown key %s", key);
		if (!ok)
			return false;
	}
	unsuccess_put(w, &u);
	return true;
}

/* The value of a TLV as its row says. */
static bool
get_tlv_value(struct reader *r, const struct tlv_row *row, const json_t *v,
    struct span *s, uint8_t octets[4])
{
	enum pdu_kind kind = row == NULL ? PDU_OCTETS : row->kind;
	const char *name = row == NULL ? "value" : row->name;
	struct wr w = wr_init(octets, 4);
	uint32_t n, max = kind == PDU_U32 ? UINT32_MAX :
	    kind == PDU_U16 ? UINT16_MAX : UINT8_MAX;

	if (kind == PDU_CSTR && json_is_string(v)) {
		/* with the NUL that stands behind every string of jansson's */
		*s = span_of(json_string_value(v), json_string_length(v) + 1);
		return true;
	}
	if (kind == PDU_OCTETS || kind == PDU_CSTR)
		return get_octets(r, name, v, s);
	if (!get_number(r, name, v, row->values, max, &n))
		return false;
	if (kind == PDU_U32)
		wr_u32(&w, n);
	else if (kind == PDU_U16)
		wr_u16(&w, n);
	else
		wr_u8(&w, n);
	*s = span_of(octets, w.len);
	return true;
}

static bool
get_tlv(struct reader *r, json_t *item, struct wr *w)
{
	const struct tlv_row *row = NULL;
	json_t *value = NULL, *hex = NULL, *length = NULL, *v;
	uint32_t tag = UINT32_MAX, n;
	struct span s = {0};
	uint8_t octets[4];
	const char *key;
	bool ok = true;

	json_object_foreach(item, key, v) {
		if (strcmp(key, "tag") == 0)
			ok = get_number(r, key, v, NULL, UINT16_MAX, &tag);
		else if (strcmp(key, "name") == 0 && json_is_string(v))
			row = tlv_row_by_name(string_of(v));
		else if (strcmp(key, "value") == 0)
			value = v;
		else if (strcmp(key, "hex") == 0)
			hex = v;
		else if (strcmp(key, "length") == 0)
			length = v;
		else
			ok = refuse(r, "tlvs: unknown key %s", key);
		if (!ok)
			return false;
	}
	if (tag == UINT32_MAX && row == NULL)
		return refuse(r, "tlvs: neither a tag nor a known name");
	if (tag == UINT32_MAX)
		tag = row->tag;
	row = tlv_row((uint16_t)tag);
	if (hex != NULL && !get_hex(r, "hex", hex, &s))
		return false;
	if (hex == NULL && value != NULL && !json_is_null(value) &&
	    !get_tlv_value(r, row, value, &s, octets))
		return false;
	tlv_put(w, (uint16_t)tag, s);
	if (length == NULL || w->err != CURSOR_OK)
		return true;
	if (!get_number(r, "length", length, NULL, UINT16_MAX, &n))
		return false;
	w->base[w->len - s.n - 2] = (uint8_t)(n >> 8);
	w->base[w->len - s.n - 1] = (uint8_t)n;
	return true;
}

/* An array of items, written behind one another. */
static bool
get_list(struct reader *r, const char *key, const json_t *array,
    bool (*get)(struct reader *, json_t *, struct wr *), struct span *s)
{
	struct wr w = wr_init(r->lists.p + r->lists.len,
	    r->lists.cap - r->lists.len);
	json_t *item;
	size_t i;

	if (!json_is_array(array))
		return refuse(r, "%s: no array", key);
	json_array_foreach(array, i, item) {
		if (!json_is_object(item))
			return refuse(r, "%s: item %zu is no object", key, i + 1);
		if (!get(r, item, &w))
			return false;
		if (w.err == CURSOR_NUL)
			return refuse(r, "%s: item %zu holds a NUL", key, i + 1);
		if (w.err != CURSOR_OK)
			return refuse(r, "%s: item %zu is too long", key, i + 1);
	}
	*s = span_of(w.base, w.len);
	r->lists.len += w.len;
	return true;
}

/* The field of that name, if the PDU has it. */
static const struct field_row *
field_by_name(const struct pdu *pdu, const char *key)
{
	const struct pdu_row *row = pdu_row(pdu->type);

	for (size_t i = 0; i < row->n_uses; i++) {
		const struct field_row *field = field_row(row->uses[i].field);

		if (strcmp(field->name, key) == 0)
			return field;
	}
	return NULL;
}

static bool
get_field(struct reader *r, const char *key, json_t *v)
{
	const struct field_row *row =
	    strcmp(key, "dests") == 0 ? field_by_name(&r->pdu, "dest_address") :
	    strcmp(key, "unsuccess") == 0 ?
	    field_by_name(&r->pdu, "unsuccess_sme") : field_by_name(&r->pdu, key);
	unsigned char *member;
	uint32_t n;
	struct span s = {0};

	if (row == NULL)
		return refuse(r, "unknown key %s", key);
	member = (unsigned char *)&r->pdu + row->offset;
	if (json_is_null(v))
		return true;
	if (row->kind < PDU_CSTR) {
		if (!get_number(r, key, v, row->values, UINT32_MAX, &n))
			return false;
		memcpy(member, &n, sizeof(n));
		return true;
	}
	if (row->kind == PDU_DESTS ? !get_list(r, key, v, get_dest, &s) :
	    row->kind == PDU_UNSUCCESS ? !get_list(r, key, v, get_unsuccess, &s) :
	    !get_octets(r, key, v, &s))
		return false;
	memcpy(member, &s, sizeof(s));
	return true;
}

static bool
get_lie(struct reader *r, const char *key, const json_t *v, uint32_t max,
    struct lie *lie)
{
	lie->told = true;
	return get_number(r, key, v, NULL, max, &lie->value);
}

/* command and hex are read before, since the others depend on them. */
static bool
get_key(struct reader *r, const char *key, json_t *v)
{
	static const char *const passed[] = {"command", "offset", "time", "from",
	    "to", "errors", "text"};
	struct pdu *pdu = &r->pdu;

	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (strcmp(key, passed[i]) == 0)
			return true;
	if (strcmp(key, "status") == 0)
		return get_status(r, key, v, &pdu->command_status);
	if (strcmp(key, "seq") == 0)
		return get_number(r, key, v, NULL, UINT32_MAX,
		    &pdu->sequence_number);
	if (strcmp(key, "tlvs") == 0)
		return get_list(r, key, v, get_tlv, &pdu->tlvs);
	if (strcmp(key, "trailing") == 0)
		return get_octets(r, key, v, &pdu->trailing);
	if (strcmp(key, "command_length") == 0)
		return get_lie(r, key, v, UINT32_MAX, &r->command_length);
	if (strcmp(key, "sm_length") == 0)
		return get_lie(r, key, v, UINT8_MAX, &r->sm_length);
	if (strcmp(key, "number_of_dests") == 0)
		return get_lie(r, key, v, UINT8_MAX, &r->dests);
	if (strcmp(key, "no_unsuccess") == 0)
		return get_lie(r, key, v, UINT8_MAX, &r->unsuccess);
	if (strcmp(key, "no_body") == 0) {
		pdu->no_body = json_is_true(v);
		return json_is_boolean(v) || refuse(r, "%s: no boolean", key);
	}
	return get_field(r, key, v);
}

static bool
get_command(struct reader *r, const json_t *v)
{
	struct pdu *pdu = &r->pdu;

	if (!json_is_string(v) && !json_is_integer(v))
		return refuse(r, "command: missing");
	if (json_is_string(v))
		pdu->type = pdu_type_by_name(string_of(v));
	if (pdu->type != PDU_unknown) {
		pdu->command_id = pdu_row(pdu->type)->command_id;
		return true;
	}
	if (!get_number(r, "command", v, NULL, UINT32_MAX, &pdu->command_id))
		return false;
	pdu->type = pdu_type_by_id(pdu->command_id);
	return true;
}

/* Writes a lie over the length or count of a field; false when the PDU has
 * no such field. */
static bool
tell_lie(struct reader *r, uint8_t *frame, const char *field,
    const struct lie *lie)
{
	const struct pdu_row *row = pdu_row(r->pdu.type);
	size_t offset = PDU_HEADER;

	if (!lie->told)
		return true;
	if (r->pdu.no_body)
		return refuse(r, "no_body, but a length of %s", field);
	for (size_t i = 0; i < row->n_uses; i++) {
		const struct field_row *f = field_row(row->uses[i].field);
		struct span s;

		if (strcmp(f->name, field) == 0) {
			frame[offset] = (uint8_t)lie->value;
			return true;
		}
		memcpy(&s, (const unsigned char *)&r->pdu + f->offset, sizeof(s));
		offset += f->kind == PDU_U8 ? 1 : f->kind == PDU_U16 ? 2 :
		    f->kind == PDU_U32 ? 4 : s.n + 1;
	}
	return refuse(r, "a length of %s, which the PDU does not have", field);
}

static bool
put_frame(struct reader *r, struct buf *octets)
{
	struct pdu_error e;
	struct wr w = wr_init(NULL, 0);
	uint8_t *frame;

	if (!pdu_encode(&w, &r->pdu, &e) && e.fault == PDU_FAULT_FULL)
		w = wr_init(buf_reserve(octets, e.limit), e.limit);
	if (!pdu_encode(&w, &r->pdu, &e)) {
		pdu_error_print(r->why, &e);
		return false;
	}
	frame = octets->p + octets->len;
	if (!tell_lie(r, frame, "short_message", &r->sm_length) ||
	    !tell_lie(r, frame, "dest_address", &r->dests) ||
	    !tell_lie(r, frame, "unsuccess_sme", &r->unsuccess))
		return false;
	octets->len += w.len;
	if (r->command_length.told)
		wr_patch_u32(&w, 0, r->command_length.value);
	return true;
}

bool
pdu_json_read(struct buf *octets, struct span line, struct buf *why)
{
	struct reader r = {.pdu.sequence_number = 1, .why = why};
	json_error_t error;
	json_t *object = json_loadb((const char *)line.p, line.n,
	    JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
	json_t *hex = json_object_get(object, "hex"), *v;
	struct span raw;
	const char *key;
	bool ok;

	if (object == NULL)
		return refuse(&r, "no JSON at character %d: %s", error.position,
		    error.text);
	/* an item of three characters may become four octets */
	buf_reserve(&r.strings, line.n / 2 + 1);
	buf_reserve(&r.lists, 4 * line.n + 1);
	if (!json_is_object(object)) {
		ok = refuse(&r, "no JSON object");
	} else if (hex != NULL) {
		ok = get_hex(&r, "hex", hex, &raw);
		if (ok)
			buf_add_span(octets, raw);
	} else {
		ok = get_command(&r, json_object_get(object, "command"));
		if (ok)
			json_object_foreach(object, key, v)
				if (!get_key(&r, key, v)) {
					ok = false;
					break;
				}
		ok = ok && put_frame(&r, octets);
	}
	json_decref(object);
	buf_free(&r.strings);
	buf_free(&r.lists);
	return ok;
}
