#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A name server that knows what it is told.

usage: nameserver.py ADDR:PORT NAME TYPE VALUE ...

TYPE is MX (VALUE "10:host"), A, or FAIL (VALUE any: the server has trouble with
that name). Names that are not given do not exist. "nameserver.py: listening on
ADDR:PORT" is the first line on stderr, each question a line on stdout.
"""
import socket
import struct
import sys

TYPES = {'MX': 15, 'A': 1, 'AAAA': 28}


def name(text):
    return b''.join(bytes([len(w)]) + w.encode() for w in text.split('.')) + b'\0'


def answer(query, records):
    at, words = 12, []
    while query[at]:
        words.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    asked = '.'.join(words).lower()
    kind = struct.unpack('>H', query[at + 1:at + 3])[0]
    question = query[12:at + 5]
    print(asked, next((t for t, n in TYPES.items() if n == kind), kind), flush=True)
    mine = [(t, v) for n, t, v in records if n == asked]
    code = 2 if ('FAIL', '-') in mine else 0 if mine else 3
    body = b''
    mine = [(t, v) for t, v in mine if TYPES.get(t) == kind]
    for kind_name, value in mine:
        if kind_name == 'MX':
            preference, host = value.split(':')
            data = struct.pack('>H', int(preference)) + name(host)
        else:
            data = socket.inet_aton(value)
        body += b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 60, len(data)) + data
    return (query[:2] + struct.pack('>HHHHH', 0x8580 | code, 1, len(mine), 0, 0) +
            question + body)


def main():
    host, port = sys.argv[1].rsplit(':', 1)
    words = sys.argv[2:]
    records = list(zip(words[::3], words[1::3], words[2::3]))
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((host, int(port)))
    print('nameserver.py: listening on %s:%d' % s.getsockname(), file=sys.stderr, flush=True)
    while True:
        query, peer = s.recvfrom(512)
        s.sendto(answer(query, records), peer)


main()
