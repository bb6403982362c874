/* SPDX-License-Identifier: ISC */
#ifndef APP_PDU_JSON_H
#define APP_PDU_JSON_H

#include "base/buf.h"
#include "smpp/pdu.h"

/*
 * PDUs as JSON objects of one line and back. Keys: command, status, seq, the
 * fields by name, dests, unsuccess, tlvs (tag, name, value or hex), trailing,
 * errors. Octets that are no text stand as {"hex": "..."}. What was written
 * reads back as the same octets, whatever is wrong with them.
 */

/*
 * Appends the members of the object, without its braces. damage is the error
 * of pdu_decode, or NULL: the fields from the one it names on are then left
 * out, and the whole frame stands as hex. errors are the n findings of
 * pdu_check.
 */
void pdu_json_write(struct buf *, const struct pdu *,
    const struct pdu_error *damage, const struct pdu_error *errors, size_t n);

/*
 * Appends the octets of the PDU in the line. Missing fields are empty, names
 * may stand for values, lengths are computed unless command_length,
 * sm_length, number_of_dests, no_unsuccess or a TLV's length says otherwise;
 * hex stands for all of the PDU. offset, time, from, to, text and errors mean
 * nothing.
 * False when it is no such object: *why is the reason, and octets is as it
 * was.
 */
bool pdu_json_read(struct buf *octets, struct span line, struct buf *why);

#endif
