#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A scripted SMPP peer: says exactly what a test tells it to, well formed or not.

usage: peer.py [-t SECONDS] -l ADDR:PORT STEP...   (an SMSC: waits for a connection)
       peer.py [-t SECONDS] -c ADDR:PORT STEP...   (an ESME: connects)

Each STEP is one argument of words:
  bind [STATUS]          a bind_* comes and is answered (0)
  expect NAME [seq=N] [hex=PART]
                         a PDU of that name comes ("any" for any one, and
                         enquire_link is answered aside unless asked for)
  reply [STATUS] [id=TEXT] [body=HEX] [cmd=NAME] [seq=N]
                         answers the last PDU expected
  reply-oldest, reply-all, reply-reverse [STATUS] [id=TEXT]
                         answers the first, or all of those not yet answered
  pdu NAME [status=N] [seq=N] [body=HEX] [len=N]
                         sends a PDU; len overrides command_length
  deliver FROM TO TEXT [esm=N]
                         sends a deliver_sm
  send HEX               sends octets as they are; text:STRING for characters
  slow                   from here on one octet at a time, each a segment
  hold, flush            collects what is sent; sends it at once
  serve [N]              answers every request with status 0, until the peer
                         has gone or N submit_sm have come
  mute [SECONDS]         reads and says nothing until the peer has gone (or so long)
  eof                    the peer closes, or unbinds and is answered
  close, reset           closes in order; with RST
  accept, connect        the next connection
  also                   the next connection, beside those there are
  use N                  from here on the Nth of those that are there, from 1

"peer.py: listening on ADDR:PORT" is the first line on stderr. What comes is
on stdout, a line for each PDU: name, status, sequence, body in hex. Exit
status 0 when the script was played to its end, 1 with a reason when not.
Nothing waits longer than -t (10) seconds.
"""
import socket
import struct
import sys
import time

NAMES = {
    0x80000000: 'generic_nack',
    0x1: 'bind_receiver', 0x2: 'bind_transmitter', 0x3: 'query_sm',
    0x4: 'submit_sm', 0x5: 'deliver_sm', 0x6: 'unbind', 0x7: 'replace_sm',
    0x8: 'cancel_sm', 0x9: 'bind_transceiver', 0xB: 'outbind',
    0x15: 'enquire_link', 0x21: 'submit_multi', 0x102: 'alert_notification',
    0x103: 'data_sm', 0x111: 'broadcast_sm', 0x112: 'query_broadcast_sm',
    0x113: 'cancel_broadcast_sm',
}
for number in [n for n in NAMES if n < 0x80000000 and n not in (0xB, 0x102)]:
    NAMES[number | 0x80000000] = NAMES[number] + '_resp'
IDS = {name: number for number, name in NAMES.items()}


class Failed(Exception):
    """The script could not be played on."""


def text_or_hex(word):
    if word.startswith('text:'):
        return word[5:].encode('latin-1')
    return bytes.fromhex(word)


def split(step):
    """A step's verb, its plain words, its NAME=VALUE words. The text of
    "send text:" and of "deliver" may hold blanks and more."""
    verb, _, rest = step.partition(' ')
    if verb == 'send' and rest.startswith('text:'):
        return verb, [rest.encode().decode('unicode_escape')], {}
    words = rest.split()
    if verb == 'send':
        return verb, words, {}
    keys = ('esm', 'dcs') if verb == 'deliver' else None
    named = dict(w.split('=', 1) for w in words
                 if '=' in w and (keys is None or w.split('=')[0] in keys))
    plain = [w for w in words if w.split('=')[0] not in named or '=' not in w]
    if verb == 'deliver':
        plain = [*plain[:2], ' '.join(plain[2:])]
    return verb, plain, named


class Peer:
    def __init__(self, seconds):
        self.seconds = seconds
        self.listener = self.sock = self.target = None
        self.inbox = b''
        self.waiting = []      # requests not yet answered
        self.last = None
        self.slow = False
        self.held = None
        self.seq = 0
        self.served = 0
        self.others = {}       # connections beside the one in use
        self.used = 1

    # connections
    def listen(self, where):
        host, port = where.rsplit(':', 1)
        self.listener = socket.create_server((host.strip('[]'), int(port)))
        name = self.listener.getsockname()
        print('peer.py: listening on %s:%d' % (host, name[1]),
              file=sys.stderr, flush=True)

    def open(self):
        if self.sock:
            self.sock.close()
        if self.listener:
            self.listener.settimeout(self.seconds)
            self.sock = self.listener.accept()[0]
        else:
            host, port = self.target.rsplit(':', 1)
            self.sock = socket.create_connection((host.strip('[]'), int(port)),
                                                 self.seconds)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inbox, self.waiting = b'', []

    # octets
    def send(self, octets):
        if self.held is not None:
            self.held += octets
            return
        self.sock.settimeout(self.seconds)
        step = 1 if self.slow else len(octets) or 1
        for i in range(0, len(octets), step):
            self.sock.sendall(octets[i:i + step])

    def read(self):
        """The next PDU as (id, status, seq, body), or None at the end."""
        until = time.monotonic() + self.seconds
        while True:
            if len(self.inbox) >= 4:
                length = struct.unpack('>I', self.inbox[:4])[0]
                if not 16 <= length <= 1 << 20:
                    raise Failed('command_length %d came' % length)
                if len(self.inbox) >= length:
                    pdu, self.inbox = self.inbox[:length], self.inbox[length:]
                    head = struct.unpack('>III', pdu[4:16])
                    return (*head, pdu[16:])
            self.sock.settimeout(max(0.01, until - time.monotonic()))
            try:
                more = self.sock.recv(65536)
            except socket.timeout:
                raise Failed('nothing came for %g s' % self.seconds)
            except ConnectionResetError:
                more = b''
            if not more:
                if self.inbox:
                    raise Failed('the peer closed within a PDU: ' + self.inbox.hex())
                return None
            self.inbox += more

    # PDUs
    def take(self):
        pdu = self.read()
        if pdu is not None:
            command, status, seq, body = pdu
            print(NAMES.get(command, '0x%08x' % command), status, seq,
                  body.hex(), flush=True)
        return pdu

    def put(self, command, status, seq, body=b'', length=None):
        self.send(struct.pack('>IIII', 16 + len(body) if length is None else length,
                              command, status, seq) + body)

    def answer(self, pdu, status, named):
        command, _, seq, _ = pdu
        response = IDS[named['cmd']] if 'cmd' in named else command | 0x80000000
        body = b''
        if 'body' in named:
            body = bytes.fromhex(named['body'])
        elif 'id' in named:
            body = named['id'].encode() + b'\0'
        elif status == 0 and command in (0x1, 0x2, 0x9):
            body = b'peer\0'
        elif status == 0 and command in (0x4, 0x5, 0x103):
            body = (b'' if command == 0x5 else b'%x' % seq) + b'\0'
        elif status == 0 and command == 0x21:
            body = b'%x\0\0' % seq
        self.put(response, status, int(named.get('seq', str(seq)), 0), body)

    def request(self, wanted):
        """The next PDU that is not an enquire_link (unless that is wanted)."""
        while True:
            pdu = self.take()
            if pdu is None:
                raise Failed('the peer closed; %s was expected' % wanted)
            if pdu[0] != 0x15 or wanted in ('enquire_link', 'any'):
                break
            self.put(0x80000015, 0, pdu[2])
        name = NAMES.get(pdu[0], '0x%08x' % pdu[0])
        if wanted == 'bind' and name.startswith('bind_'):
            wanted = name
        if wanted not in ('any', name):
            raise Failed('%s came; %s was expected' % (name, wanted))
        self.last = pdu
        if pdu[0] < 0x80000000:
            self.waiting.append(pdu)
        return pdu

    # steps
    def do_bind(self, plain, named):
        self.do_reply(plain, {**named, 'to': self.request('bind')})

    def do_expect(self, plain, named):
        pdu = self.request(plain[0])
        if 'seq' in named and pdu[2] != int(named['seq'], 0):
            raise Failed('sequence_number %d came' % pdu[2])
        if 'hex' in named and named['hex'] not in pdu[3].hex():
            raise Failed('%s is not in %s' % (named['hex'], pdu[3].hex()))

    def do_reply(self, plain, named):
        pdu = named.pop('to', None) or self.last
        if pdu in self.waiting:
            self.waiting.remove(pdu)
        self.answer(pdu, int(plain[0], 0) if plain else 0, named)

    def do_reply_oldest(self, plain, named):
        self.do_reply(plain, {**named, 'to': self.waiting[0]})

    def do_reply_all(self, plain, named):
        for pdu in list(self.waiting):
            self.do_reply(plain, {**named, 'to': pdu})

    def do_reply_reverse(self, plain, named):
        for pdu in reversed(list(self.waiting)):
            self.do_reply(plain, {**named, 'to': pdu})

    def do_pdu(self, plain, named):
        self.seq += 1
        name = plain[0]
        self.put(IDS[name] if name in IDS else int(name, 0),
                 int(named.get('status', '0'), 0),
                 int(named.get('seq', str(self.seq)), 0),
                 bytes.fromhex(named.get('body', '')),
                 int(named['len'], 0) if 'len' in named else None)

    def do_deliver(self, plain, named):
        source, destination, text = plain
        self.seq += 1
        short = text.encode('latin-1')
        body = (b'\0\1\1' + source.encode() + b'\0\1\1' + destination.encode() +
                b'\0' + bytes([int(named.get('esm', '0'), 0), 0, 0]) + b'\0\0' +
                bytes([0, 0, int(named.get('dcs', '0'), 0), 0, len(short)]) + short)
        self.put(0x5, 0, self.seq, body)

    def do_send(self, plain, named):
        self.send(b''.join(text_or_hex(w) for w in plain))

    def do_slow(self, plain, named):
        self.slow = True

    def do_hold(self, plain, named):
        self.held = b''

    def do_flush(self, plain, named):
        held, self.held = self.held, None
        self.send(held)

    def do_serve(self, plain, named):
        until = int(plain[0]) if plain else 0
        seen = 0
        while not until or seen < until:
            pdu = self.take()
            if pdu is None:
                return
            seen += pdu[0] == 0x4
            if pdu[0] < 0x80000000:
                self.answer(pdu, 0, {})

    def do_mute(self, plain, named):
        end = time.monotonic() + (float(plain[0]) if plain else self.seconds)
        while True:
            left = end - time.monotonic()
            if left <= 0:
                if plain:
                    return
                raise Failed('the peer did not leave within %g s' % self.seconds)
            self.sock.settimeout(left)
            try:
                if not self.sock.recv(65536):
                    return
            except socket.timeout:
                continue
            except ConnectionResetError:
                return

    def do_eof(self, plain, named):
        while True:
            pdu = self.take()
            if pdu is None:
                return
            if pdu[0] in (0x6, 0x15):
                self.put(pdu[0] | 0x80000000, 0, pdu[2])

    def do_close(self, plain, named):
        self.sock.close()

    def do_reset(self, plain, named):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack('ii', 1, 0))
        self.sock.close()

    def do_accept(self, plain, named):
        self.open()

    do_connect = do_accept

    def do_also(self, plain, named):
        self.others[self.used] = (self.sock, self.inbox, self.waiting, self.seq)
        self.used = len(self.others) + 1
        self.sock, self.seq = None, 0
        self.open()

    def do_use(self, plain, named):
        self.others[self.used] = (self.sock, self.inbox, self.waiting, self.seq)
        self.used = int(plain[0])
        self.sock, self.inbox, self.waiting, self.seq = self.others.pop(self.used)


def main(argv):
    seconds, mode = 10.0, None
    while argv and argv[0].startswith('-'):
        if argv[0] == '-h':
            print(__doc__)
            return 0
        if len(argv) < 2 or argv[0] not in ('-t', '-l', '-c'):
            break
        if argv[0] == '-t':
            seconds = float(argv[1])
        else:
            mode = argv[:2]
        argv = argv[2:]
    if mode is None:
        print(__doc__, file=sys.stderr)
        return 64
    peer = Peer(seconds)
    step = 'connect'
    try:
        if mode[0] == '-l':
            peer.listen(mode[1])
        else:
            peer.target = mode[1]
        peer.open()
        for step in argv:
            verb, plain, named = split(step)
            action = getattr(peer, 'do_' + verb.replace('-', '_'), None)
            if action is None:
                raise Failed('no such step')
            action(plain, named)
    except (Failed, OSError, ValueError, KeyError, IndexError) as error:
        print('peer.py: %s: %s' % (step, error), file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
