/* SPDX-License-Identifier: ISC */
/*
 * What is wrong with the user data of a message: the sizes and headers of its
 * parts (3GPP TS 23.040, 9.2.3.24; SMPP 5.3.2.22 to 24), and its text.
 */
#include "app/lint.h"
#include "text/gsm7.h"
#include "text/udh.h"
#include "text/utf8.h"

enum {
	OCTETS = 140,          /* of one short message */
	SEPTETS = 160,
	SAR_HEADER = 6,        /* that the SMSC puts in front */
	UDHI = 0x40,
	ESCAPE = 0x1b,
	CLASSES = 0x3c,        /* of esm_class: receipt, acknowledgement ... */
};

/* The user data taken apart. */
struct data {
	const struct pdu *pdu;
	struct span octets, udh, text;
	struct dcs dcs;
	enum encoding encoding;
	struct lint_list *list;
};

static void
add(struct data *d, enum lint_id id)
{
	lint_add(d->list, id, (struct span){0});
}

static bool
is_septets(const struct data *d)
{
	return d->encoding == ENCODING_ASCII || d->encoding == ENCODING_GSM7 ||
	    d->encoding == ENCODING_UNSET;
}

/* Parts */

/* Septets that the SMSC makes of octets which are one each. */
static size_t
septets_of(struct span text)
{
	size_t n = text.n;
	static const char two[] = "^{}\\[~]|";

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != 0 && text.p[i] != ESCAPE &&
		    strchr(two, text.p[i]) != NULL)
			n++;
	return n;
}

/* Whether the text and a header of so many octets fit into one message. */
static bool
fits(const struct data *d, size_t header)
{
	if (!is_septets(d))
		return d->text.n + header <= OCTETS;
	if (header == 0)
		return (d->encoding == ENCODING_GSM7 ? d->text.n :
		    septets_of(d->text)) <= SEPTETS;
	return header < OCTETS && d->text.n <= (OCTETS - header) * 8 / 7;
}

static void
check_udh(struct data *d)
{
	struct udh udh;

	if ((d->pdu->esm_class & UDHI) == 0) {
		if (udh_guess(d->octets))
			add(d, LINT_UDH_BIT_MISSING);
		return;
	}
	if (!udh_take(d->octets, &d->udh, &d->text)) {
		add(d, LINT_UDH_LENGTH);
		return;
	}
	udh = udh_read(d->udh);
	if (udh.bad)
		add(d, LINT_UDH_ELEMENTS);
	if (udh.ignored)
		add(d, LINT_UDH_NUMBER);
	else if (udh.total == 1)
		add(d, LINT_UDH_SINGLE);
	if (!fits(d, d->udh.n))
		add(d, LINT_PART_LONG);
}

/* Whether it is a part by SAR. */
static bool
check_sar(struct data *d)
{
	uint32_t reference, total = 0, number = 0;
	bool has_reference = pdu_tlv_uint(d->pdu, TLV_sar_msg_ref_num,
	    &reference);
	bool has_total = pdu_tlv_uint(d->pdu, TLV_sar_total_segments, &total);
	bool has_number = pdu_tlv_uint(d->pdu, TLV_sar_segment_seqnum, &number);

	if (!has_reference && !has_total && !has_number)
		return false;
	if (!has_reference || !has_total || !has_number)
		add(d, LINT_SAR_PARTIAL);
	else if (number == 0 || number > total)
		add(d, LINT_SAR_NUMBER);
	if (has_total && total == 1)
		add(d, LINT_SAR_SINGLE);
	if (d->udh.n > 0)
		add(d, LINT_SAR_AND_UDH);
	else if (!fits(d, SAR_HEADER))
		add(d, LINT_SAR_LONG);
	return true;
}

/* A part that ends or begins within a character; the first and the last of a
 * message cannot be told from it by one PDU, but neither does that. */
static void
check_ends(struct data *d)
{
	struct span t = d->text;

	if (t.n == 0)
		return;
	if (d->encoding == ENCODING_UCS2 && t.n % 2 == 0 &&
	    ((t.p[t.n - 2] & 0xfc) == 0xd8 || (t.p[0] & 0xfc) == 0xdc))
		add(d, LINT_SPLIT_CHARACTER);
	if (is_septets(d) && t.p[t.n - 1] == ESCAPE)
		add(d, LINT_SPLIT_CHARACTER);
}

/* Text */

static bool
begins(struct span text, const char *octets, size_t n)
{
	return text.n >= n && memcmp(text.p, octets, n) == 0;
}

/* Whether the octets look like little-endian UTF-16: most units would be ASCII
 * the other way round. */
static bool
is_swapped(struct span text)
{
	size_t ascii = 0;

	for (size_t i = 0; i + 1 < text.n; i += 2)
		ascii += text.p[i + 1] == 0 && text.p[i] >= ' ' &&
		    text.p[i] <= '~';
	return ascii > 0 && ascii * 4 >= text.n / 2 * 3;
}

/* Whether GSM 03.38 can carry it. */
static bool
is_gsm(struct span octets)
{
	struct buf utf8 = {0};
	struct charset_report report;
	uint32_t outside;
	bool is = charset_decode(&utf8, ENCODING_UCS2, octets, &report);

	if (is) {
		outside = 0;
		is = gsm7_measure(buf_span(&utf8), &outside) <= SEPTETS &&
		    outside == 0;
	}
	buf_free(&utf8);
	return is;
}

static void
check_ucs2(struct data *d)
{
	if (begins(d->text, "\xfe\xff", 2) || begins(d->text, "\xff\xfe", 2))
		add(d, LINT_BYTE_ORDER_MARK);
	if (d->text.n % 2 != 0)
		add(d, LINT_UCS2_ODD);
	else if (is_swapped(d->text))
		add(d, LINT_UCS2_SWAPPED);
	else if (d->text.n > 0 && is_gsm(d->text))
		add(d, LINT_UCS2_NEEDLESS);
}

/* Text of octets: what is no ASCII tells what it is. */
static void
check_octets(struct data *d)
{
	struct span t = d->text;
	bool c1 = false, plain = utf8_ascii(t) == t.n;
	uint32_t dcs = d->pdu->data_coding;

	if (t.n > 0 && t.p[t.n - 1] == 0 && d->encoding != ENCODING_GSM7)
		add(d, LINT_NUL_IN_TEXT);
	if (begins(t, "\xef\xbb\xbf", 3))
		add(d, LINT_BYTE_ORDER_MARK);
	if (plain)
		return;
	if (utf8_check(t) == t.n) {
		add(d, LINT_UTF8_TEXT);
		return;
	}
	for (size_t i = 0; i < t.n; i++)
		c1 |= t.p[i] >= 0x80 && t.p[i] < 0xa0;
	if (dcs <= 1 && d->encoding != ENCODING_LATIN1)
		add(d, LINT_OVER_7F);
	else if (d->encoding == ENCODING_LATIN1 && c1)
		add(d, LINT_WINDOWS_TEXT);
}

static void
check_coding(struct data *d)
{
	struct buf text = {0};

	if (d->dcs.reserved) {
		buf_addf(&text, "data_coding 0x%02x",
		    (unsigned)d->pdu->data_coding);
		lint_add(d->list, LINT_DCS_RESERVED, buf_span(&text));
		buf_free(&text);
	}
	if (d->encoding == ENCODING_UCS2)
		check_ucs2(d);
	else if (is_septets(d) || d->encoding == ENCODING_LATIN1)
		check_octets(d);
}

void
lint_text(const struct pdu *pdu, enum encoding alphabet,
    struct lint_list *list)
{
	struct span payload = {0};
	struct data d = {.pdu = pdu, .octets = pdu_user_data(pdu),
	    .dcs = dcs_read((uint8_t)pdu->data_coding), .list = list};
	bool has_payload = pdu_tlv(pdu, TLV_message_payload, &payload), part;

	d.text = d.octets;
	d.encoding = d.dcs.encoding == ENCODING_DEFAULT ? alphabet :
	    d.dcs.encoding;
	if ((pdu->esm_class & CLASSES) != 0)
		add(&d, LINT_CLASS_OF_RECEIPT);
	if (has_payload && pdu->short_message.n > 0)
		add(&d, LINT_PAYLOAD_AND_TEXT);
	if (d.octets.n == 0) {
		add(&d, LINT_EMPTY_TEXT);
		return;
	}
	check_udh(&d);
	part = check_sar(&d) || d.udh.n > 0;
	if (part)
		check_ends(&d);
	else if (pdu->short_message.n > 0 && !fits(&d, 0))
		add(&d, LINT_TEXT_LONG);
	if (!d.dcs.compressed)
		check_coding(&d);
}
