/* SPDX-License-Identifier: ISC */
#ifndef APP_PDU_TEXT_H
#define APP_PDU_TEXT_H

#include "smpp/pdu.h"
#include "text/charset.h"

/*
 * Appends the text of a PDU that has a data_coding and user data, as UTF-8: the
 * user data header taken off, read as data_coding says, with the national
 * tables that the header names. alphabet is what data_coding 0 means. False,
 * and nothing appended, when it holds no text or not all of it can be read.
 */
bool pdu_text(struct buf *, const struct pdu *, enum encoding alphabet);

#endif
