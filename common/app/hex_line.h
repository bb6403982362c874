/* SPDX-License-Identifier: ISC */
#ifndef APP_HEX_LINE_H
#define APP_HEX_LINE_H

#include "base/buf.h"

/*
 * Octets in a line of text, as people and programs write them: plain
 * hexadecimal with or without blanks or colons, "\x00\x01" and 0x00, of C,
 * lines of a dump with an offset in front and characters behind, a whole PDU
 * within a line of a log.
 */
enum hex_line {
	HEX_LINE_BLANK,   /* nothing, or nothing that counts */
	HEX_LINE_TEXT,    /* no octets stand there */
	HEX_LINE_TRACE,   /* what -v or tcpdump prints of a PDU: for people */
	HEX_LINE_REPEAT,  /* "*": the last line of a dump, up to the next offset */
	HEX_LINE_OCTETS,
	HEX_LINE_DUMP,    /* octets that stand at *offset of their dump */
	HEX_LINE_LOG,     /* the octets of a PDU, among other text */
};

/* Tells what the line is and appends its octets. */
enum hex_line hex_line_read(struct buf *octets, struct span line,
    uint64_t *offset);

#endif
