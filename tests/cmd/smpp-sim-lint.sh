#!/bin/sh
# smpp-sim: a record for each PDU, what is wrong with it, and who may bind.
. "${0%/*}/lib.sh"
need python3
over() { stop sim; is "it ends well" "$status" 0; }

# every PDU
start sim smpp-sim -q -l 127.0.0.1:0 --all-pdus --fault throttle@count=1 --fault silence@on=query \
	--columns account,command,from,to,text,message_id,status,seq,fault,client,fields
esme >said 2>err <<'PY' || diag "$(tail -n 3 err)"
e = Esme(address, bind=False)
e.send('submit_sm', b'\0' * 17); e.get()
e.bind()
e.submit('one'); e.get()
e.submit('two', rd=1); id = e.get('submit_sm_resp').id
print(id)
e.deliver()
e.send('enquire_link'); e.get('enquire_link_resp')
e.send('query_sm', cstr(id) + b'\5\0' + cstr('SUREM'))
e.send('submit_multi', b'\0\5\0' + cstr('SUREM') + b'\2\1\1\1' + cstr('111') + b'\1\1\1' + cstr('222') + b'\0' * 9 + b'\3all')
e.get('submit_multi_resp')
e.send(0x99); e.get('generic_nack')
e.unbind()
PY
stop sim
id=$(cat said)
is 'each PDU is a record, with what was said to it' "$(cut -f1,2,4,5,7-9 sim.out | tr '\t\n' ',|')" \
',submit_sm,,,ESME_RINVBNDSTS,1,|me,bind_transceiver,,,ESME_ROK,2,|me,submit_sm,821055551234,one,ESME_RTHROTTLED,3,status|me,submit_sm,821055551234,two,ESME_ROK,4,|me,deliver_sm_resp,,,ESME_ROK,1,|me,enquire_link,,,ESME_ROK,5,|me,query_sm,,,ESME_ROK,6,silence|me,submit_multi,111,222,all,ESME_ROK,7,|me,0x00000099,,,ESME_RINVCMDID,8,|me,unbind,,,ESME_ROK,9,|'
is 'a message has its id' "$(sed -n 4p sim.out | cut -f6)" "$id"
is 'so has who asks for it' "$(sed -n 7p sim.out | cut -f6)" "$id"
like 'the client is named' "$(cut -f10 sim.out | sort -u)" '^127\.0\.0\.1:[0-9]+$'
like 'all fields can be had' "$(sed -n 3p sim.out | cut -f11)" 'source_addr=SUREM.*short_message=one'
start sim smpp-sim -q -l 127.0.0.1:0 --all-pdus
esme >said 2>err <<'PY'
Esme(address).unbind()
PY
stop sim
is 'status and number are there without being asked for' "$(cut -f3,8,9 sim.out | tr '\t\n' ',|')" \
	'bind_transceiver,ESME_ROK,1|unbind,ESME_ROK,2|'

# what is wrong
start sim smpp-sim -q -l 127.0.0.1:0 --lint --alphabet gsm7 --columns command,lint,text
cat >lint.py <<'PY'
udh = b'\5\0\3\7'
sar = lambda ref, total, n: b''.join(struct.pack('>HHB', t, 1, v) if t != 0x20c else struct.pack('>HHH', t, 2, v)
    for t, v in ((0x20c, ref), (0x20e, total), (0x20f, n)) if v is not None)
u = lambda text: text.encode('utf-16-be')
cases = {
    'plus-sign': dict(to='+821055551234'), 'double-zero': dict(to='00821055551234'),
    'leading-zero': dict(to='01055551234'), 'not-digits': dict(to='82-10-5555'),
    'short-international': dict(to='1588'), 'letters-ton': dict(from_ton=1),
    'letters-long': dict(source='SUREM-MESSAGES'), 'digits-alphanumeric': dict(source='1588'),
    'empty-text': dict(text=''), 'utf8-text': dict(text='한글'.encode()),
    'byte-order-mark': dict(text=b'\xfe\xff\xac\0', dcs=8), 'over-7f': dict(text=b'\xe4\xf6\xfc'),
    'windows-text': dict(text=b'\x93quoted\x94', dcs=3), 'ucs2-odd': dict(text=b'\xac\0\xac', dcs=8),
    'ucs2-swapped': dict(text='hello'.encode('utf-16-le'), dcs=8), 'ucs2-needless': dict(text=u('hello'), dcs=8),
    'nul-in-text': dict(text='hi\0', dcs=3), 'dcs-reserved': dict(dcs=0x0c), 'class-of-receipt': dict(esm=4),
    'udh-bit-missing': dict(text=udh + b'\2\1part'), 'udh-length': dict(text=b'\x20abc', esm=0x40),
    'udh-elements': dict(text=b'\4\0\2\1\2abc', esm=0x40), 'udh-single': dict(text=udh + b'\1\1part', esm=0x40),
    'udh-number': dict(text=udh + b'\2\3part', esm=0x40),
    'part-long': dict(text=udh + b'\2\2' + b'x' * 154, esm=0x40),
    'split-character': dict(text=udh + b'\2\2' + b'x\x1b', esm=0x40),
    'sar-long': dict(text=b'x' * 135, dcs=4, tlvs=sar(1, 2, 1)), 'sar-single': dict(tlvs=sar(1, 1, 1)),
    'sar-number': dict(tlvs=sar(1, 2, 3)), 'sar-partial': dict(tlvs=sar(1, 2, None)),
    'sar-and-udh': dict(text=udh + b'\2\2part', esm=0x40, tlvs=sar(1, 2, 1)),
    'text-long': dict(text='x' * 161), 'payload-and-text': dict(tlvs=b'\4\x24\0\1x'),
    'field-value': dict(priority=9), 'tlv-place': dict(tlvs=b'\4\x27\0\1\2'),
    'tlv-repeat': dict(tlvs=b'\2\4\0\2\0\1' * 2), 'tlv-size': dict(tlvs=b'\2\4\0\1\0'),
    'sequence-range': dict(seq=0x80000001),
    'field-limit': dict(to='1' * 21),
}
e = Esme(address)
n = 100
for name, fields in cases.items():
    fields.setdefault('seq', n); n += 1
    e.submit(**{'to': '821055551234', 'text': 'hi', **fields}); e.get('submit_sm_resp')
    e.send('enquire_link', seq=n); e.get('enquire_link_resp'); n += 1   # a mark
print(*cases)
e.unbind()
PY
esme >said 2>err <lint.py || diag "$(tail -n 3 err)"
stop sim
missed=
for t in $(cat said); do
	grep -q "^lint$tab$t$tab$t: " sim.out || missed="$missed $t"
done
is 'each is found' "$missed" ''
start sim smpp-sim -q -l 127.0.0.1:0 --lint --alphabet gsm7 --columns lint
esme >said 2>err <<'PY' || diag "$(tail -n 3 err)"
e = Esme(address)
e.send('enquire_link', seq=50); e.get()
e.submit('hello', seq=51, rd=1); e.get('submit_sm_resp')
e.deliver()
for i in 1, 2:
    e.submit(b'\5\0\3\7\2' + bytes([i]) + b'x' * 153, esm=0x40, seq=51 + i); e.get('submit_sm_resp')
e.submit('한글'.encode('utf-16-be'), dcs=8, seq=60); e.get('submit_sm_resp')
e.submit('', tlvs=struct.pack('>HH', 0x424, 300) + b'x' * 300, seq=61); e.get('submit_sm_resp')
e.submit('hi', source='1588', from_ton=3, seq=62); e.get('submit_sm_resp')
e.unbind()
PY
over
is 'nothing is found in it' "$(tr -d '\n' <sim.out)" ''

# sessions
printf '1\t2\thi\n' >mo
start sim smpp-sim -q -l 127.0.0.1:0 --lint --columns lint --enquire-link 150ms --timeout 200ms --mo mo \
	--accept-rate 1/m
esme >said 2>err <<'PY' || diag "$(tail -n 3 err)"
import time
e = Esme(address, version=0x22)                   # bind-version
e.get('deliver_sm')                               # deliver-unanswered
e.send('bind_transceiver', cstr('me') + b'\0\0\x34\0\0\0')   # bind-twice
e.send('alert_notification', b'\0' * 6)           # wrong-state? it is no request of an ESME
e.send('submit_sm_resp', b'1\0', seq=77)          # response-unmatched
e.send('submit_sm', b'\0\0\0')                    # damaged
e.submit(to='1' * 21, seq=90)                     # refused
e.submit(to='1' * 21, seq=90)                     # refused-again, same-sequence
for i in range(60): e.submit(seq=200 + i); e.get('submit_sm_resp')   # ignores-throttling
e.send(0x99)                                      # unknown-command
e.send('broadcast_sm', b'\0' * 12)                # newer-command
e.next()
time.sleep(0)
while True:
    p = e.next()
    if p.name == 'enquire_link': break            # no-enquire-link
e.send('enquire_link_resp', seq=p.seq)
e.send('enquire_link', status=1)                  # status-in-request
e.get('enquire_link_resp')
e.sock.close()                                    # no-unbind
e = Esme(address, bind=False)
e.submit(); e.get()                               # before-bind
e.sock.close()
e = Esme(address, 'receiver')
e.submit(); e.get('submit_sm_resp')               # wrong-state
e.sock.sendall(b'garbage!' * 4)                   # garbage
try: e.next()
except Gone: pass
e = Esme(address)
try:
    while True: e.next()                          # enquire-link-unanswered
except Gone: pass
for i in range(3):
    e = Esme(address, 'transmitter', system_id='single'); e.submit(); e.get(); e.unbind()   # bind-per-message
PY
stop sim
missed=
for t in bind-version deliver-unanswered bind-twice response-unmatched damaged refused refused-again same-sequence \
	ignores-throttling unknown-command newer-command no-enquire-link status-in-request no-unbind before-bind \
	wrong-state garbage enquire-link-unanswered bind-per-message; do
	grep -qx -- "$t" sim.out || missed="$missed $t"
done
is 'what is wrong with a session is found' "$missed" '' || diag "$(sort sim.out | uniq -c)"
start sim smpp-sim -q -l 127.0.0.1:0 --lint --columns lint --mo mo --fault ESME_RSYSERR
esme >said 2>err <<'PY' || diag "$(tail -n 3 err)"
e = Esme(address)
d = e.get('deliver_sm'); e.send('generic_nack', seq=d.seq, status=8)    # deliver-nacked
e.submit(rd=1); e.get()
e.unbind()
f = Esme(address)
f.submit('{sim interim}'); f.get()
f.unbind()
PY
stop sim
is 'what a fault refused is not held against the client' "$(sort -u sim.out | tr '\n' ' ')" 'deliver-nacked '
start sim smpp-sim -q -l 127.0.0.1:0 --lint --columns text
esme >said 2>err <<'PY'
e = Esme(address)
for i in range(20): e.submit('hi', to='+82'); e.get()
e.unbind()
PY
stop sim
is 'of a kind no more than five are told' "$(grep -c '^plus-sign: ' sim.out)" 5
like 'and that is said' "$(grep '^plus-sign: ' sim.out | tail -n 1)" 'more of the kind'

# what there is, and that the page knows it
exits 0 'all that has a name is listed' smpp-sim --list
is 'of five kinds' "$(cut -f1 out | sort -u | tr '\n' ' ')" 'dialect fault id lint on '
if command -v mandoc >/dev/null; then
	mandoc -Tascii -O width=1000 "$ROOT/man/smpp-sim.1" | col -bx | tr -s ' \n' ' ' >page
	missed=
	cut -f2 out | sed 's/[=[].*//' | while IFS= read -r t; do
		grep -qE "(^|[ ,(])$t([ ,.)=;[]|\$)" page || echo "$t"
	done >missed
	is 'the manual page has each of them' "$(tr '\n' ' ' <missed)" ''
else
	skip 'the manual page has each of them' 'no mandoc here'
fi

# accounts
cat >accounts <<'TSV'
system_id	password	bind	max_binds	rate	addresses	certificate
near	x				127.0.0.0/8,::1	
far	x				192.0.2.0/24	
slow	x			2/m		
TSV
start sim smpp-sim -q -l 127.0.0.1:0 --accounts accounts
esme >said 2>err <<'PY' || diag "$(tail -n 3 err)"
print(*[Esme(address, system_id=name).bound.status for name in ('near', 'far', 'who')])
e = Esme(address, system_id='slow')
for i in range(3): e.submit()
print(*[e.get('submit_sm_resp').status for i in range(3)])
e = Esme(address, system_id='near')
for i in range(5): e.submit()
print(*[e.get('submit_sm_resp').status for i in range(5)])
PY
over
is 'addresses and rates are kept' "$(tr '\n' '|' <said)" '0 13 15|0 88 88|0 0 0 0 0|'
if command -v openssl >/dev/null; then
	cert() {	# NAME
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
			-keyout "$1.pem" -out "$1.crt" -days 2 -subj "/CN=$1" \
			-addext subjectAltName=IP:127.0.0.1 >/dev/null 2>&1
		cat "$1.crt" >>"$1.pem"
	}
	cert server; cert customer; cert other
	bound() {	# CERTIFICATE: the status of a bind, or why there is none
		timeout 20 python3 - "$addr" "$1" <<'PY'
import socket, ssl, struct, sys
host, port = sys.argv[1].rsplit(':', 1)
context = ssl.create_default_context(cafile='server.crt')
if sys.argv[2]: context.load_cert_chain(sys.argv[2])
try:
    s = context.wrap_socket(socket.create_connection((host, int(port)), 10), server_hostname=host)
    body = b'me\0x\0\0\x34\0\0\0'
    s.sendall(struct.pack('>IIII', 16 + len(body), 9, 0, 1) + body)
    print(struct.unpack('>I', s.recv(16)[8:12])[0])
except (ssl.SSLError, OSError, struct.error): print('none')
PY
	}
	print=$(openssl x509 -in customer.crt -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
	printf 'me\tx\t\t\t\t\tsha256:%s\n' "$print" >accounts
	start sim smpp-sim -q -l 127.0.0.1:0 --tls-cert server.pem --accounts accounts
	is 'a certificate is known by its fingerprint' "$(bound customer.pem) $(bound other.pem) $(bound '')" '0 13 13'
	stop sim
	printf 'me\tx\t\t\t\t\tcustomer\n' >accounts
	exits 78 'or by its name, where it is verified' smpp-sim --tls-cert server.pem --accounts accounts
	cat customer.crt other.crt >ca
	start sim smpp-sim -q -l 127.0.0.1:0 --tls-cert server.pem --tls-ca ca --accounts accounts
	is 'then each client shows one' "$(bound customer.pem) $(bound other.pem) $(bound '')" '0 13 none'
	over
	exits 78 'without TLS there is none' smpp-sim --accounts accounts
else
	skip 'certificates of clients' 'no openssl here'
fi
done_testing
