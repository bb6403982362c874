# SPDX-License-Identifier: ISC
"""A mail client for tests, octet by octet: what no library would send, too.

    PYTHONPATH=tests python3 -c 'from mail import *; ...'
"""
import os
import resource
import socket
import ssl
import sys

BETA = '<+821055551234/TYPE=PLMN@mms.beta.example>'
ALPHA = '<+821011112222/TYPE=PLMN@mms.alpha.example>'


def forward(n=1, body='hello', **fields):
    """An MM4_forward.REQ with CR LF; fields whose value is None are left out."""
    head = {
        'From': '+821011112222/TYPE=PLMN', 'To': '+821055551234/TYPE=PLMN',
        'Date': 'Mon, 06 Jul 2026 09:15:00 +0000',
        'Message-ID': '<%s@mms.alpha.example>' % n, 'Subject': 'hi',
        'X-Mms-3GPP-MMS-Version': '6.10.0',
        'X-Mms-Message-Type': 'MM4_forward.REQ',
        'X-Mms-Transaction-ID': '"t-%s@mms.alpha.example"' % n,
        'X-Mms-Message-ID': '"m-%s@mms.alpha.example"' % n,
        'MIME-Version': '1.0', 'Content-Type': 'text/plain; charset=utf-8'}
    head.update({k.replace('_', '-'): v for k, v in fields.items()})
    lines = ['%s: %s' % (k, v) for k, v in head.items() if v is not None]
    return ('\r\n'.join(lines) + '\r\n\r\n' + body + '\r\n').encode()


class Mail:
    def __init__(self, address, hello='EHLO alpha', greet=True):
        host, port = address.rsplit(':', 1)
        self.s = socket.create_connection((host, int(port)), timeout=30)
        self.rest = b''
        self.greeting = self.reply() if greet else None
        if hello:
            self.features = self.say(hello)

    def put(self, octets):
        self.s.sendall(octets)

    def reply(self):
        """A whole reply, its lines joined; '' once the peer has hung up."""
        text = b''
        while True:
            line, newline, rest = self.rest.partition(b'\r\n')
            if newline:
                self.rest = rest
                text += line + b'\n'
                if line[3:4] != b'-':
                    return text.decode().strip()
                continue
            try:
                got = self.s.recv(65536)
            except ConnectionError:
                got = b''
            if not got:
                return text.decode()
            self.rest += got

    def say(self, line):
        self.put(line.encode() + b'\r\n')
        return self.reply()

    def secure(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.s = context.wrap_socket(self.s)

    def begin(self, to=(BETA,), sender=ALPHA):
        """Up to 354: the replies' codes."""
        lines = ['MAIL FROM:' + sender] + ['RCPT TO:' + t for t in to] + ['DATA']
        return [self.say(line)[:3] for line in lines]

    def send(self, octets, to=(BETA,), sender=ALPHA):
        """A whole mail; the reply to it, or to what was refused before."""
        for line in ['MAIL FROM:' + sender] + ['RCPT TO:' + t for t in to] + ['DATA']:
            answer = self.say(line)
            if answer[0] not in '23':
                return answer
        self.put(b''.join(b'.' + l if l.startswith(b'.') else l
                          for l in octets.splitlines(True)) + b'.\r\n')
        return self.reply()

    def close(self):
        self.s.close()


def more_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
