/* SPDX-License-Identifier: ISC */
/* The rows of smpp-sim: a line for each message that it took. */
#include "app/sim_private.h"

struct span
sim_id(const struct message *m, char text[ID_FORM_MAX])
{
	return id_form_write((enum id_form)m->form, m->id, text);
}

struct span
sim_text(struct sim *sim, const struct pdu *pdu)
{
	struct span octets = pdu_user_data(pdu);
	struct dcs dcs = dcs_read((uint8_t)pdu->data_coding);
	enum encoding encoding = dcs.encoding;
	struct charset_report report;
	size_t header;

	if ((pdu->esm_class & 0x40) != 0 && octets.n > 0) {
		header = (size_t)octets.p[0] + 1;
		if (header <= octets.n)
			octets = span_skip(octets, header);
	}
	if (dcs.compressed || encoding == ENCODING_BINARY)
		return octets;
	if (encoding == ENCODING_DEFAULT)
		encoding = sim->conf.alphabet;
	buf_clear(&sim->text);
	charset_decode(&sim->text, encoding, octets, &report);
	return buf_span(&sim->text);
}

void
sim_row(struct sim *sim, const struct account *account, const struct pdu *pdu,
    struct span from, struct span to, struct span message_id)
{
	struct value row[SIM_COLUMNS];

	if (sim->conf.out == NULL)
		return;
	if (sim->row_ms != sim->utc_ms) {
		clock_text(sim->row_time, (struct timespec){
		    .tv_sec = (time_t)(sim->utc_ms / 1000),
		    .tv_nsec = (long)(sim->utc_ms % 1000) * 1000000});
		sim->row_ms = sim->utc_ms;
	}
	row[SIM_time] = value_text(span_of(sim->row_time, CLOCK_TEXT));
	row[SIM_account] = value_text(account->system_id);
	row[SIM_command] = value_text(span_str(pdu_row(pdu->type)->name));
	row[SIM_from] = value_text(from);
	row[SIM_to] = value_text(to);
	row[SIM_text] = value_text(sim_text(sim, pdu));
	row[SIM_message_id] = value_text(message_id);
	record_write(&sim->conf.out->buf, &sim->conf.format, row);
	if (sim->conf.out->line_buffered)
		out_flush(sim->conf.out);
}
