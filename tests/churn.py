#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""An SMSC that never leaves a session alone: each bind gets some messages, whole
and in parts, and is then cut in the middle of something.

usage: churn.py SESSIONS PID-FILE

"churn.py: listening on ADDR:PORT" is the first line on stderr. Then, when the
sessions are over, a line on stdout: sessions, messages acknowledged, and the
memory (KiB) and descriptors of the process in PID-FILE after a quarter of the
sessions and at the end. The process is then sent SIGTERM.
"""
import os
import random
import selectors
import signal
import socket
import struct
import sys


def pdu(command, seq, body=b'', status=0):
    return struct.pack('>IIII', 16 + len(body), command, status, seq) + body


def deliver(seq, user_data, udhi=False, dcs=0):
    return pdu(5, seq, b'\0\1\0008210\0\1\0002\0' +
               bytes([0x40 if udhi else 0, 0, 0, 0, 0, 0, 0, dcs, 0, len(user_data)]) +
               user_data)


class Session:
    def __init__(self, sock):
        self.sock, self.inbox, self.acked = sock, b'', 0
        self.left = random.randint(1, 40)

    def messages(self):
        out, reference, seq, alerts = b'', random.randint(0, 255), 0, 0
        for _ in range(self.left):
            seq += 1
            kind = random.randint(0, 9)
            if kind < 4:
                out += deliver(seq, b'id:%d sub:001 dlvrd:001 submit date:2611240316 '
                               b'done date:2611240317 stat:DELIVRD err:000' % seq)
            elif kind < 9:
                part = random.randint(1, 3)
                out += deliver(seq, bytes([5, 0, 3, reference, 3, part]) + b'x' * 100, True)
            else:
                out += pdu(0x102, seq, b'\0\0001\0\0\0002\0')
                alerts += 1
        self.left -= alerts    # they have no answer
        return out

    def read(self):
        """False when it is over."""
        try:
            more = self.sock.recv(65536)
        except OSError:
            return False
        if not more:
            return False
        self.inbox += more
        while len(self.inbox) >= 16:
            length, command, status, seq = struct.unpack('>IIII', self.inbox[:16])
            if len(self.inbox) < length:
                break
            self.inbox = self.inbox[length:]
            if command in (1, 2, 9):
                self.sock.sendall(pdu(command | 0x80000000, seq, b'churn\0') +
                                  self.messages())
                if self.left <= 0:
                    return False
            elif command == 0x80000005:
                self.acked += status == 0
                # cut before, with or after the last answer
                if self.acked >= self.left - random.randint(0, 12):
                    return False
            elif command in (6, 0x15):
                self.sock.sendall(pdu(command | 0x80000000, seq))
        return True

    def end(self):
        how = random.randint(0, 2)
        try:
            if how == 0:
                self.sock.sendall(b'\0\0\0\x33\0\0')
            elif how == 1:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                     struct.pack('ii', 1, 0))
        except OSError:
            pass
        self.sock.close()


def size_of(pid):
    with open('/proc/%d/status' % pid) as f:
        rss = next(line for line in f if line.startswith('VmRSS'))
    return int(rss.split()[1]), len(os.listdir('/proc/%d/fd' % pid))


def main(sessions, pid_file):
    random.seed(1)
    listener = socket.create_server(('127.0.0.1', 0), backlog=512)
    print('churn.py: listening on 127.0.0.1:%d' % listener.getsockname()[1],
          file=sys.stderr, flush=True)
    poll = selectors.DefaultSelector()
    poll.register(listener, selectors.EVENT_READ)
    over = acked = 0
    before = None
    while over < sessions:
        ready = poll.select(60)
        if not ready:
            print('churn.py: nothing came for 60 s', file=sys.stderr)
            return 1
        for key, _ in ready:
            if key.fileobj is listener:
                sock = listener.accept()[0]
                sock.settimeout(10)
                poll.register(sock, selectors.EVENT_READ, Session(sock))
            elif not key.data.read():
                poll.unregister(key.fileobj)
                key.data.end()
                over += 1
                acked += key.data.acked
                if over == sessions // 4:
                    with open(pid_file) as f:
                        before = size_of(int(f.read()))
    with open(pid_file) as f:
        pid = int(f.read())
    after = size_of(pid)
    print(over, acked, *before, *after, flush=True)
    os.kill(pid, signal.SIGTERM)
    return 0


if __name__ == '__main__':
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
