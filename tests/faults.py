#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Sends rows through SMSCs that do all manner of wrong, by chance, and is
interrupted, and sees that rows and SMSCs agree in the end.

usage: faults.py SEED ROWS [INTERRUPTIONS]

The seed decides how smpp-sim errs and how often, how smpp-send is told to
send, whether over one SMSC or shared between two, how its input comes, and
when it gets SIGKILL, SIGINT or SIGTERM. A run that is interrupted is followed
by another with the same --journal; the last one comes to its end, and
tests/agree.py compares its rows with what was taken. A run that ends by SIGINT
or SIGTERM has told of each row that it read. With --keep-order the messages
to each destination have come in order. $BIN is where the programs are. Works
in the current folder. Prints what was done.
"""
import collections
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import agree  # noqa: E402

COLUMNS = 'ref,status,message_id,to,parts,error,state'
# what goes wrong with one of so many submits; 0: a few times in all
FAULTS = [
    ('ESME_RINVDSTADR', 100), ('ESME_RSYSERR', 500), ('body=ESME_RSUBMITFAIL', 300),
    ('nack=ESME_RSYSERR', 500), ('double', 200), ('reorder', 200), ('sequence', 5000),
    ('command', 5000), ('silence', 5000), ('late=700ms..900ms', 5000), ('ESME_RMSGQFUL', 1000),
    ('ESME_RTHROTTLED', 1000), ('no-body', 300), ('unbind', 0), ('close', 0), ('cut', 0),
    ('reset', 0), ('stall=600ms', 0), ('garbage', 0), ('segment=1', 0), ('gather', 0),
    ('linger=300ms', 0),
]


class Mix:
    """What the seed decides."""

    def __init__(self, seed, rows):
        self.seed, self.rows = seed, rows
        self.chance = random.Random(seed)
        self.tls = os.path.exists('cert.pem') and seed % 2 == 0
        self.wait, self.resend = seed % 4 == 3, seed % 5 == 4
        self.shares, self.stalls = seed % 3 == 2, seed % 3 != 1
        self.keeps_order = seed % 5 in (0, 2)
        self.runs = 0

    def make_input(self, path):
        chance, many = self.chance, self.rows // 20
        with open(path, 'w', encoding='utf-8') as f:
            for i in range(1, self.rows + 1):
                words = ['row %d' % i]
                if chance.random() < 0.1:
                    most = 90 if chance.random() < 0.95 else 600
                    words += ['%d.%d' % (i, k) for k in range(chance.randint(20, most))]
                to = '82105%08d' % (i % many if self.keeps_order else i)
                if chance.random() < 0.002:
                    to = 'no;%d' % i
                f.write('%s\t%s\t%d\n' % (to, ' '.join(words), 100000000 + i))

    def start_sim(self, taken, more):
        chance = self.chance
        args = ['smpp-sim', '-l', '127.0.0.1:0', '-q', '-o', taken, '--seed', str(self.seed),
                '--latency', '0..%dms' % chance.choice([1, 3, 10])] + more
        if self.tls:
            args += ['--tls-cert', 'cert.pem', '--tls-key', 'key.pem']
        for what, one_of in FAULTS:
            if (what == 'cut' and not self.tls) or (what == 'no-body' and self.wait):
                continue
            p = 1 / one_of if one_of else 2 / self.rows
            args += ['--fault', '%s@p=%.9f' % (what, p * chance.uniform(0, 2))]
        args += ['--fault', 'ESME_RTHROTTLED@after=%d,for=1s' % chance.randint(1, self.rows),
                 '--fault', 'silence@on=enquire_link,p=0.1']
        sim = subprocess.Popen(args, stderr=subprocess.PIPE, text=True)
        line = sim.stderr.readline()
        address = re.search(r'listening on (\S+)', line)
        if not address:
            sys.exit('smpp-sim: ' + line)
        return sim, address.group(1)

    def start_sims(self):
        # ids of another form, so that those of the two are never the same
        forms = [[], ['--fault', 'id=hex']] if self.shares else [[]]
        started = [self.start_sim('taken.%d' % i, form) for i, form in enumerate(forms)]
        return [sim for sim, _ in started], [address for _, address in started]

    def options(self):
        """How smpp-send is told to send, in all runs."""
        chance = self.chance
        windows = [5, 20, 50] if self.rows < 20000 else [50, 200, 1000]
        args = ['--journal', 'journal', '--columns', COLUMNS, '--columns-in', 'to,text,from',
                '--timeout', '500ms', '--enquire-link', '300ms', '--reconnect-time', '1h',
                '--retries', '20', '--throttle-time', '1h', '--grace', '5s',
                '--window', str(chance.choice(windows)), '--binds', str(chance.choice([1, 1, 2, 4])),
                '--split', chance.choice(['udh8', 'udh16', 'sar', 'payload']),
                '--journal-sync', chance.choice(['second', 'second', 'each'])]
        for yes, option in [(self.tls, ['--tls-ca', 'cert.pem']),
                            (chance.random() < 0.3, ['--data-sm']),
                            (chance.random() < 0.3, ['--ordered']),
                            (self.wait, ['--wait-time', '5s', '--max-waiting', '2000']),
                            (self.resend, ['--resend-unknown']),
                            (self.shares, ['--share']),
                            (self.keeps_order, ['--keep-order'])]:
            args += option if yes else []
        return args

    def account(self):
        """Each run has a system_id of its own, by which its messages are known."""
        return 'run%d' % self.runs

    def start(self, addresses, options, **pipes):
        """A run."""
        self.runs += 1
        args = ['smpp-send', '-q', '--batch'] + options
        for address in addresses:
            args += ['-u', '%s://%s@%s' % ('smpps' if self.tls else 'smpp', self.account(), address)]
        run = subprocess.Popen(args + ['-'], stdin=subprocess.PIPE, **pipes)
        threading.Thread(target=self.feed, args=(run.stdin, self.chance.random()),
                         daemon=True).start()
        return run

    def feed(self, stdin, seed):
        """Writes the input; where it stalls, a few times for a while."""
        chance = random.Random(seed)
        with open('in', 'rb') as f:
            octets = f.read()
        at, stalls = 0, sorted(chance.randint(0, len(octets)) for _ in range(5 if self.stalls else 0))
        try:
            for place in stalls + [len(octets)]:
                stdin.write(octets[at:place])
                stdin.flush()
                at = place
                if place < len(octets):
                    time.sleep(chance.uniform(0.1, 0.8))
            stdin.close()
        except OSError:
            pass

    def interrupt(self, addresses, options, how, want):
        """One run that is interrupted after so many rows; how many it told of."""
        with open('notes', 'a', encoding='utf-8') as err:
            run = self.start(addresses, options, stdout=subprocess.PIPE, stderr=err)
            refs = []
            while len(refs) < want:
                line = run.stdout.readline()
                if not line:
                    break
                refs.append(int(line.split(b'\t')[0]))
            run.send_signal(how)
            rest = [line for line in run.stdout.read().split(b'\n') if line]
            status = run.wait()
        if how == signal.SIGKILL:
            return len(refs)
        refs += [int(line.split(b'\t')[0]) for line in rest]
        if sorted(refs) != list(range(1, len(refs) + 1)):
            sys.exit('a run that was told to end left rows out')
        if status not in (0, 1, 75, 76):  # 76: octets that are no SMPP came last
            sys.exit('a run that was told to end: exit status %d' % status)
        return len(refs)

    def check_order(self):
        """Of the last run: what is known to have been taken came in order, to
        each destination."""
        unknown = {100000000 + int(row[0]) for row in agree.cells('rows') if row[1] == 'unknown'}
        last, n = collections.defaultdict(int), 0
        seen = set()
        for cell in agree.cells('taken'):
            if cell[1] != self.account() or int(cell[3]) in unknown or cell[3] in seen:
                continue
            seen.add(cell[3])
            if int(cell[3]) < last[cell[4]]:
                sys.exit('%s: %s came after %d' % (cell[4], cell[3], last[cell[4]]))
            last[cell[4]] = int(cell[3])
            n += 1
        print('%d came in order' % n)


def end(sims):
    for sim in sims:
        sim.send_signal(signal.SIGTERM)
    for sim in sims:
        if sim.wait() != 0:
            sys.exit('smpp-sim: exit status %d' % sim.returncode)


def main():
    seed, rows = int(sys.argv[1]), int(sys.argv[2])
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    mix = Mix(seed, rows)
    begin = time.monotonic()
    for name in ('journal', 'notes'):
        if os.path.exists(name):
            os.remove(name)
    mix.make_input('in')
    sims, addresses = mix.start_sims()
    options = mix.options()
    print(' '.join(options[6:]), 'stalls' if mix.stalls else '')
    told = 0
    try:
        for _ in range(times):
            if told >= rows:
                break
            how = mix.chance.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
            want = told + mix.chance.randint(1, rows // (times + 1))
            told = mix.interrupt(addresses, options, how, want)
            print('%s after %d rows' % (how.name, told), flush=True)
        with open('rows', 'wb') as out, open('notes', 'a', encoding='utf-8') as err:
            status = mix.start(addresses, options, stdout=out, stderr=err).wait()
    finally:
        end(sims)
    if status not in (1, 75):
        sys.exit('exit status %d' % status)
    # those of two SMSCs by their times
    lines = sorted((line for i in range(len(sims)) for line in agree.cells('taken.%d' % i)),
                   key=lambda cell: cell[0])
    with open('taken', 'w', encoding='utf-8') as f:
        f.writelines('\t'.join(cell) + '\n' for cell in lines)
    print(agree.check('in', 'rows', 'taken', mix.resend))
    if mix.keeps_order:
        mix.check_order()
    print('%.0f s' % (time.monotonic() - begin))


if __name__ == '__main__':
    main()
