#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Whether the rows of smpp-send and an SMSC that took its messages agree.

usage: agree.py INPUT ROWS TAKEN [may-repeat]

INPUT   what was sent: "to text" a line, each address once; or "to text from",
        each sender once
ROWS    smpp-send --columns ref,status,message_id,to,parts,error
TAKEN   what smpp-sim printed

A row for each line of the input, once, and part by part: an id in a row was
taken, once; of a failed or unsent row nothing was; of a partial one what has
an id; of an unknown one some, none or all, but nothing twice. may-repeat: of
a row a part may have been taken twice, where --resend-unknown was given.
Prints how many rows of each kind there were.
"""
import collections
import sys


def cells(path):
    with open(path, encoding='utf-8') as f:
        return [line.rstrip('\n').split('\t') for line in f]


def check(input_path, rows_path, taken_path, may_repeat=False):
    """How many rows of each status there are; ends when they disagree."""
    inputs, rows = cells(input_path), cells(rows_path)
    taken = collections.defaultdict(list)
    key = 3 if len(inputs[0]) > 2 else 4
    for cell in cells(taken_path):
        if len(cell) == 7 and cell[2] in ('submit_sm', 'data_sm', 'submit_multi'):
            taken[cell[key]].append((cell[5], cell[6]))
    if len(rows) != len(inputs):
        sys.exit('%d rows in, %d out' % (len(inputs), len(rows)))
    if len({row[0] for row in rows}) != len(rows):
        sys.exit('a row came out twice')
    count = collections.Counter()
    for row in rows:
        ref, status, ids, to, parts = row[:5]
        if to != inputs[int(ref) - 1][0]:
            sys.exit('row %s is to %s' % (ref, to))
        count[status] += 1
        got = taken.pop(inputs[int(ref) - 1][2] if key == 3 else to, [])
        said = [i for i in ids.split(',') if i]
        known = [i for _, i in got]

        def disagree(why):
            sys.exit('%s: %s; taken: %s' % ('\t'.join(row), why, got))
        if not may_repeat and len({text for text, _ in got}) != len(got):
            disagree('a part was taken twice')
        for i in said:
            if known.count(i) != 1:
                disagree('id %s was not taken once' % i)
        texts = len({text for text, _ in got})
        if status == 'ok':
            if texts != int(parts):
                disagree('not all was taken, or more')
        elif status in ('failed', 'unsent'):
            if got:
                disagree('something was taken')
        elif status == 'partial':
            if texts == int(parts) or texts == 0:
                disagree('all or nothing was taken')
            # an answer may have carried no id
            if len(said) == int(parts) or texts < len(said):
                disagree('there are more ids than was taken')
        elif status != 'unknown':
            disagree('what status is that')
    if taken:
        sys.exit('nobody sent %s' % list(taken)[:3])
    return ' '.join('%s %d' % item for item in sorted(count.items()))


if __name__ == '__main__':
    print(check(*sys.argv[1:4], may_repeat='may-repeat' in sys.argv))
