/* SPDX-License-Identifier: ISC */
#ifndef APP_PDU_TABLES_H
#define APP_PDU_TABLES_H

#include "base/buf.h"

/* Appends the protocol's tables as TSV, a row of smpp.def a line: its kind
 * (pdu, field, tlv, status, value), then its columns. */
void pdu_tables_print(struct buf *);

#endif
