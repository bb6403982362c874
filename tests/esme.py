# SPDX-License-Identifier: ISC
"""A small ESME for tests: what comes is what came, nothing is helped along but
enquire_link, which is answered aside.

    e = Esme(address)               # binds as transceiver, version 3.4
    seq = e.submit('hi', rd=1)
    r = e.get('submit_sm_resp')     # waits for it; what else comes is kept
    d = e.get('deliver_sm'); e.answer(d)
    print(r.id, d.text, d.tlv(0x1e))
"""
import collections
import socket
import struct
import sys

NAMES = {0x80000000: 'generic_nack', 1: 'bind_receiver', 2: 'bind_transmitter',
         3: 'query_sm', 4: 'submit_sm', 5: 'deliver_sm', 6: 'unbind',
         7: 'replace_sm', 8: 'cancel_sm', 9: 'bind_transceiver', 0xB: 'outbind',
         0x15: 'enquire_link', 0x21: 'submit_multi', 0x102: 'alert_notification',
         0x103: 'data_sm', 0x111: 'broadcast_sm'}
for number in [n for n in NAMES if n < 0x80000000]:
    NAMES[number | 0x80000000] = NAMES[number] + '_resp'
IDS = {name: number for number, name in NAMES.items()}


class Gone(Exception):
    """The connection ended: eof, reset or silence."""


def cstr(text):
    return text.encode('latin-1') + b'\0'


class Pdu:
    def __init__(self, command, status, seq, body):
        self.name = NAMES.get(command, hex(command))
        self.command, self.status, self.seq, self.body = command, status, seq, body
        self.id = body.split(b'\0')[0].decode('latin-1') if body else ''
        self.tlvs = b''
        if self.name in ('deliver_sm', 'data_sm'):
            self.read()

    def read(self):
        """The fields of a deliver_sm or data_sm."""
        rest = self.body

        def string():
            nonlocal rest
            text, _, rest = rest.partition(b'\0')
            return text.decode('latin-1')

        def octet():
            nonlocal rest
            n, rest = rest[0], rest[1:]
            return n
        self.service_type = string()
        octet(), octet()
        self.source = string()
        octet(), octet()
        self.dest = string()
        self.esm_class = octet()
        if self.name == 'deliver_sm':
            octet(), octet(), string(), string()
        self.rd = octet()
        if self.name == 'deliver_sm':
            octet()
        self.dcs = octet()
        self.octets = b''
        if self.name == 'deliver_sm':
            octet()
            n = octet()
            self.octets, rest = rest[:n], rest[n:]
        self.tlvs = rest
        self.octets = self.octets or self.tlv(0x424) or b''
        self.text = self.octets.decode('latin-1')

    def tlv(self, tag):
        rest = self.tlvs
        while len(rest) >= 4:
            got, n = struct.unpack('>HH', rest[:4])
            if got == tag:
                return rest[4:4 + n]
            rest = rest[4 + n:]
        return None


class Esme:
    def __init__(self, address, how='transceiver', system_id='me', password='x',
                 version=0x34, bind=True, seconds=10):
        host, port = address.rsplit(':', 1)
        self.sock = socket.create_connection((host.strip('[]'), int(port)), seconds)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inbox, self.kept, self.seq = b'', collections.deque(), 0
        if bind:
            self.bound = self.bind(how, system_id, password, version)

    def bind(self, how='transceiver', system_id='me', password='x', version=0x34):
        self.send('bind_' + how, cstr(system_id) + cstr(password) + b'\0' +
                  bytes([version, 0, 0]) + b'\0')
        return self.get('bind_%s_resp' % how, 'generic_nack')

    def send(self, name, body=b'', seq=None, status=0):
        if seq is None:
            self.seq += 1
            seq = self.seq
        command = IDS[name] if isinstance(name, str) else name
        self.sock.sendall(struct.pack('>IIII', 16 + len(body), command, status, seq) + body)
        return seq

    def submit(self, text='hi', to='821055551234', source='SUREM', ton=1, from_ton=5,
               rd=0, dcs=0, esm=0, priority=0, validity='', schedule='', replace=0,
               tlvs=b'', seq=None):
        octets = text.encode('latin-1') if isinstance(text, str) else text
        return self.send('submit_sm', b'\0' + bytes([from_ton, 0]) + cstr(source) +
                         bytes([ton, 1]) + cstr(to) + bytes([esm, 0, priority]) +
                         cstr(schedule) + cstr(validity) + bytes([rd, replace, dcs, 0, len(octets)]) +
                         octets + tlvs, seq)

    def octets(self, n):
        while len(self.inbox) < n:
            try:
                more = self.sock.recv(65536)
            except ConnectionResetError:
                raise Gone('reset')
            except socket.timeout:
                raise Gone('silence')
            if not more:
                raise Gone('eof')
            self.inbox += more
        part, self.inbox = self.inbox[:n], self.inbox[n:]
        return part

    def next(self):
        """The next PDU, whatever it is."""
        n, command, status, seq = struct.unpack('>IIII', self.octets(16))
        if not 16 <= n <= 1 << 20:
            raise Gone('garbage')
        return Pdu(command, status, seq, self.octets(n - 16))

    def get(self, *names):
        """The next PDU of one of these names, or any but enquire_link; what
        comes before it is kept for later calls."""
        for pdu in list(self.kept):
            if not names or pdu.name in names:
                self.kept.remove(pdu)
                return pdu
        while True:
            pdu = self.next()
            if pdu.name == 'enquire_link' and pdu.name not in names:
                self.send('enquire_link_resp', seq=pdu.seq)
            elif not names or pdu.name in names:
                return pdu
            else:
                self.kept.append(pdu)

    def answer(self, pdu, status=0, body=None):
        if body is None:
            body = b'\0' if pdu.name in ('deliver_sm', 'data_sm') else b''
        self.send(pdu.command | 0x80000000, body, pdu.seq, status)

    def deliver(self):
        """The next deliver_sm or data_sm, acknowledged."""
        pdu = self.get('deliver_sm', 'data_sm')
        self.answer(pdu)
        return pdu

    def unbind(self):
        self.send('unbind')
        self.get('unbind_resp')
        self.sock.close()


address = sys.argv[1] if len(sys.argv) > 1 else None
