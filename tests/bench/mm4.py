# SPDX-License-Identifier: ISC
"""Mails of 50 KB into mm4-relay listen, beside smtp-sink and an aiosmtpd sink.

All three take the same load of Postfix's smtp-source in alternating runs; only
mm4-relay keeps what it takes: each mail is a file on the disk, with its record
and its row in the state, before its 250. Medians; the ratio is to smtp-sink.
"""
import base64
import os
import shutil
import socket
import statistics
import subprocess
import time

SESSIONS, MAILS, ROUNDS = 100, 1000, 3
AIOSMTPD = '''
import asyncio, sys
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
async def main():
    s = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Sink(), hostname="sink"), "127.0.0.1", 0, backlog=200)
    print("listening on 127.0.0.1:%d" % s.sockets[0].getsockname()[1], file=sys.stderr, flush=True)
    await s.serve_forever()
asyncio.run(main())
'''


def mail(path, octets):
    with open(path, 'w') as f:
        f.write('From: +821011112222/TYPE=PLMN\nTo: +821055551234/TYPE=PLMN\n'
                'Date: Mon, 06 Jul 2026 09:15:00 +0000\nMessage-ID: <1@mms.alpha.example>\n'
                'X-Mms-3GPP-MMS-Version: 6.10.0\nX-Mms-Message-Type: MM4_forward.REQ\n'
                'X-Mms-Transaction-ID: "t-1@mms.alpha.example"\n'
                'X-Mms-Message-ID: "m-1@mms.alpha.example"\nMIME-Version: 1.0\n'
                'Content-Type: image/jpeg; name="a.jpg"\nContent-Transfer-Encoding: base64\n\n')
        f.write(base64.encodebytes(os.urandom(octets * 3 // 4 * 76 // 77)).decode())


def load(address, path, sessions, mails, prefix):
    """Seconds; every recipient is another one, so that no mail is a duplicate."""
    began = time.monotonic()
    subprocess.run(['/usr/sbin/smtp-source', '-s', str(sessions), '-m', str(mails), '-N',
                    '-F', path, '-f', '+821011112222/TYPE=PLMN@mms.alpha.example',
                    '-t', '%d5555/TYPE=PLMN@mms.beta.example' % prefix, 'inet:' + address],
                   check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def peak(pid):
    with open('/proc/%d/status' % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith('VmHWM'))


def smtp_sink():
    """Its process and address: it takes no port 0 and says nothing."""
    with socket.create_server(('127.0.0.1', 0)) as s:
        address = '127.0.0.1:%d' % s.getsockname()[1]
    user = ['-u', 'nobody'] if os.getuid() == 0 else []
    process = subprocess.Popen(['/usr/sbin/smtp-sink', *user, '-c', address, '200'],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(address.split(':')).close()
            break
        except OSError:
            time.sleep(0.05)
    return process, address


def measure(relay, folder, server):
    """server: the class that starts a program and reads where it listens."""
    if not os.access('/usr/sbin/smtp-source', os.X_OK):
        raise OSError('no smtp-source here')
    spool, small, large = folder + '/spool', folder + '/small.eml', folder + '/large.eml'
    mail(small, 50000)
    mail(large, 10 << 20)
    listen = [relay, 'listen', '-q', '-l', '127.0.0.1:0', '--domain', 'mms.beta.example',
              '--spool', spool, '-o', folder + '/rows']
    rates = {'smtp-sink': [], 'aiosmtpd': [], 'mm4-relay listen': []}
    print('\nMails of 50 KB, %d sessions (mails/s, median of %d; asked: 2000)' % (SESSIONS, ROUNDS))
    sink, address = smtp_sink()
    try:
        with server(listen, None) as own, \
                server(['/usr/bin/python3', '-c', AIOSMTPD], None) as other:
            peers = {'smtp-sink': address, 'aiosmtpd': other.address, 'mm4-relay listen': own.address}
            for n in range(ROUNDS):
                for name, where in peers.items():
                    count = MAILS if name != 'aiosmtpd' else MAILS // 5
                    rates[name].append(count / load(where, small, SESSIONS, count, n + 1))
            memory = peak(own.process.pid)
    finally:
        sink.terminate()
        sink.wait()
    first = statistics.median(rates['smtp-sink'])
    for name, of in rates.items():
        rate = statistics.median(of)
        print('%-20s %10.0f (%5.3f)' % (name, rate, rate / first), flush=True)
    print('%-20s %10.1f MiB' % ('its peak memory', memory / 1024))
    shutil.rmtree(spool)
    with server(listen, None) as own:
        load(own.address, large, 1, 1, 9)
        print('%-20s %10.1f MiB (asked: under 32)' % ('a mail of 10 MiB', peak(own.process.pid) / 1024),
              flush=True)
    shutil.rmtree(spool)
