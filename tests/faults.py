#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Sends rows through an SMSC that does all manner of wrong, by chance, and is
interrupted, and sees that rows and SMSC agree in the end.

usage: faults.py SEED ROWS [INTERRUPTIONS]

The seed decides how smpp-sim errs and how often, how smpp-send is told to
send, and when it gets SIGKILL, SIGINT or SIGTERM. A run that is interrupted is
followed by another with the same --journal; the last one comes to its end, and
tests/agree.py compares its rows with what smpp-sim took. A run that ends by
SIGINT or SIGTERM has told of each row that it read. $BIN is where the programs
are. Works in the current folder. Prints what was done.
"""
import os
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import agree  # noqa: E402

COLUMNS = 'ref,status,message_id,to,parts,error,state'
# what goes wrong with one of so many submits; 0: a few times in all
FAULTS = [
    ('ESME_RINVDSTADR', 100), ('ESME_RSYSERR', 500), ('body=ESME_RSUBMITFAIL', 300),
    ('nack=ESME_RSYSERR', 500), ('double', 200), ('reorder', 200), ('sequence', 5000),
    ('silence', 5000), ('late=700ms..900ms', 5000), ('ESME_RMSGQFUL', 1000),
    ('ESME_RTHROTTLED', 1000), ('no-body', 300), ('unbind', 0), ('close', 0), ('cut', 0),
    ('reset', 0), ('stall=600ms', 0), ('garbage', 0), ('segment=1', 0), ('gather', 0),
]


def make_input(path, rows, chance):
    with open(path, 'w', encoding='utf-8') as f:
        for i in range(1, rows + 1):
            words = ['row %d' % i]
            if chance.random() < 0.1:
                words += ['%d.%d' % (i, k) for k in range(chance.randint(20, 90))]
            to = '82105%08d' % i if chance.random() > 0.002 else 'no;%d' % i
            f.write('%s\t%s\n' % (to, ' '.join(words)))


def start_sim(seed, rows, chance, tls, wait):
    args = ['smpp-sim', '-l', '127.0.0.1:0', '-q', '-o', 'taken', '--seed', str(seed),
            '--latency', '0..%dms' % chance.choice([1, 3, 10])]
    if tls:
        args += ['--tls-cert', 'cert.pem', '--tls-key', 'key.pem']
    for what, one_of in FAULTS:
        if (what == 'cut' and not tls) or (what == 'no-body' and wait):
            continue
        p = 1 / one_of if one_of else 2 / rows
        args += ['--fault', '%s@p=%.9f' % (what, p * chance.uniform(0, 2))]
    args += ['--fault', 'ESME_RTHROTTLED@after=%d,for=1s' % chance.randint(1, rows)]
    sim = subprocess.Popen(args, stderr=subprocess.PIPE, text=True)
    line = sim.stderr.readline()
    address = re.search(r'listening on (\S+)', line)
    if not address:
        sys.exit('smpp-sim: ' + line)
    return sim, address.group(1)


def sender(address, rows, chance, tls, wait, resend):
    args = ['smpp-send', '-q', '-u', '%s://me@%s' % ('smpps' if tls else 'smpp', address),
            '--batch', '--journal', 'journal', '--columns', COLUMNS,
            '--timeout', '500ms', '--reconnect-time', '1h', '--retries', '20',
            '--throttle-time', '1h', '--grace', '5s',
            '--window', str(chance.choice([5, 20, 50] if rows < 20000 else [20, 50, 200])),
            '--binds', str(chance.choice([1, 1, 2, 4])),
            '--split', chance.choice(['udh8', 'udh16', 'sar']),
            '--journal-sync', chance.choice(['second', 'second', 'each'])]
    if tls:
        args += ['--tls-ca', 'cert.pem']
    if chance.random() < 0.3:
        args += ['--data-sm']
    if wait:
        args += ['--wait-time', '5s', '--max-waiting', '2000']
    if resend:
        args += ['--resend-unknown']
    return args + ['in']


def interrupt(args, how, want):
    """One run that is interrupted after so many rows; how many it told of."""
    with open('notes', 'a', encoding='utf-8') as err:
        run = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=err, text=True)
        refs = []
        while len(refs) < want:
            line = run.stdout.readline()
            if not line:
                break
            refs.append(int(line.split('\t')[0]))
        run.send_signal(how)
        rest = [line for line in run.stdout.read().split('\n') if line]
        status = run.wait()
    if how == signal.SIGKILL:
        return len(refs)
    refs += [int(line.split('\t')[0]) for line in rest]
    if sorted(refs) != list(range(1, len(refs) + 1)):
        sys.exit('a run that was told to end left rows out')
    if status not in (0, 1, 75, 76):  # 76: octets that are no SMPP came last
        sys.exit('a run that was told to end: exit status %d' % status)
    return len(refs)


def main():
    seed, rows = int(sys.argv[1]), int(sys.argv[2])
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    chance = random.Random(seed)
    begin = time.monotonic()
    tls = os.path.exists('cert.pem') and seed % 2 == 0
    wait, resend = seed % 4 == 3, seed % 5 == 4
    for name in ('journal', 'taken', 'notes'):
        if os.path.exists(name):
            os.remove(name)
    make_input('in', rows, chance)
    sim, address = start_sim(seed, rows, chance, tls, wait)
    args = sender(address, rows, chance, tls, wait, resend)
    print(' '.join(args[5:-1]))
    told = 0
    try:
        for _ in range(times):
            if told >= rows:
                break
            how = chance.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
            told = interrupt(args, how, told + chance.randint(1, rows // (times + 1)))
            print('%s after %d rows' % (how.name, told))
        with open('rows', 'w', encoding='utf-8') as out, open('notes', 'a', encoding='utf-8') as err:
            status = subprocess.call(args, stdout=out, stderr=err)
    finally:
        sim.send_signal(signal.SIGTERM)
        sim_status = sim.wait()
    if status not in (1, 75):
        sys.exit('exit status %d' % status)
    if sim_status != 0:
        sys.exit('smpp-sim: exit status %d' % sim_status)
    print(agree.check('in', 'rows', 'taken', resend))
    print('%.0f s' % (time.monotonic() - begin))


if __name__ == '__main__':
    main()
