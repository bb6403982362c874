#!/bin/sh
# smpp-sim: what becomes of messages: intermediate receipts, priority, messages
# that come back; records to deliver, outbind, versions; a seed.
. "${0%/*}/lib.sh"
need python3
sim() { start sim smpp-sim -q -l 127.0.0.1:0 --columns text "$@"; }
# told NAME WANT: what the Python of stdin prints, in one line.
told() {
	esme >said 2>err || diag "$(tail -n 3 err)"
	is "$1" "$(tr '\n' '|' <said)" "$2"
}
over() { stop sim; is "it ends well" "$status" 0; }

# intermediate receipts
sim
told 'an intermediate receipt comes first' '32 ENROUTE 1|4 DELIVRD 2|4 DELIVRD 2|' <<'PY'
e = Esme(address)
for rd in 0x11, 0x01:
    e.submit(rd=rd)
    for i in range(2 if rd > 16 else 1):
        d = e.deliver()
        print(d.esm_class, d.text.split('stat:')[1][:7], d.tlv(0x427)[0])
PY
told 'a refused one does not keep the final one' '32|4|' <<'PY'
e = Esme(address)
e.submit(rd=0x11)
d = e.get('deliver_sm'); e.answer(d, 0x65); print(d.esm_class)
print(e.deliver().esm_class)
PY
over
sim --fault interim=ACCEPTD
told 'one that nobody asked for' '32 ACCEPTD|' <<'PY'
e = Esme(address)
e.submit(rd=0)
d = e.deliver()
print(d.esm_class, d.text.split('stat:')[1][:7])
PY
over

# the message says what becomes of it
sim
told 'a message tells its own faults' '88 0.3|0|UNDELIV 045|0|' <<'PY'
import time
e = Esme(address)
start = time.monotonic()
e.submit('a {sim status=0x58 delay=300ms} b')
print(e.get('submit_sm_resp').status, '0.3' if time.monotonic() - start > 0.29 else 'early')
e.submit('{sim stat=UNDELIV err=045}', rd=1)
print(e.get('submit_sm_resp').status)
t = e.deliver().text
print(t.split('stat:')[1][:7], t[-3:])
e.submit('{sim nonsense}')
print(e.get('submit_sm_resp').status)
PY
ok 'what cannot be read is told' appears sim.err 'SUREM: \{sim \.\.\.\}: "nonsense": no fault'
told 'in UCS2 and in GSM 03.38 too' '20|20|' <<'PY'
e = Esme(address)
e.submit('{sim queue-full}'.encode('utf-16-be'), dcs=8)
print(e.get('submit_sm_resp').status)
e.submit(b'\x1b\x28sim queue-full\x1b\x29')
print(e.get('submit_sm_resp').status)
PY
told 'for its receipt' '2|' <<'PY'
e = Esme(address)
e.submit('{sim double@on=receipt}', rd=1)
print(len({e.deliver().seq for i in range(2)}))
PY
over

# priority
sim
told 'what waits goes out by priority' '3 3 1 0|' <<'PY'
e = Esme(address, 'transmitter')
ids = {}
for p in 0, 3, 1, 3:
    e.submit(rd=1, priority=p)
    ids[e.get('submit_sm_resp').id] = p
r = Esme(address, 'receiver')
print(*[ids[r.deliver().text.split()[0][3:]] for i in range(4)])
PY
over

# loopback
sim --loopback
told 'a message comes back, then its receipt' 'SUREM 821055551234 hi 64 8 0|1|4 DELIVRD|2|' <<'PY'
e = Esme(address)
e.submit(b'\5\0\3\1\2\1\0h\0i', rd=1, esm=0x40, dcs=8, tlvs=bytes.fromhex('0204000200070005000101'))
id = e.get('submit_sm_resp').id
state = lambda: (e.send('query_sm', cstr(id) + b'\5\0' + cstr('SUREM')), e.get('query_sm_resp').body[-2])[1]
d = e.get('deliver_sm')
print(d.source, d.dest, d.octets[6:].decode('utf-16-be'), d.esm_class, d.dcs, d.octets[4] - 2)
assert d.tlv(0x204) == b'\0\7' and d.tlv(5) is not None
print(state())
e.answer(d)
d = e.deliver(); print(d.esm_class, d.text.split('stat:')[1][:7])
print(state())
PY
told 'refused for good it is UNDELIV' 'UNDELIV|17|' <<'PY'
e = Esme(address)
e.submit(rd=1)
id = e.get('submit_sm_resp').id
d = e.get('deliver_sm')
e.answer(d, 0x65)
print(e.deliver().text.split('stat:')[1][:7])
e.send('cancel_sm', b'\0' + cstr(id) + b'\5\0' + cstr('SUREM') + b'\0\0\0'); print(e.get('cancel_sm_resp').status)
PY
told 'refused for now it comes again' 'True|' <<'PY'
e = Esme(address)
e.submit('again')
e.answer(e.get('deliver_sm'), 0x64)
print(e.deliver().text == 'again')
PY
told 'a long one in a payload, a replaced one with its new text' '300|new|' <<'PY'
e = Esme(address)
e.submit('', tlvs=struct.pack('>HH', 0x424, 300) + b'x' * 300)
print(len(e.deliver().octets))
t = Esme(address, 'transmitter', system_id='other')
t.submit('old')
id = t.get('submit_sm_resp').id
t.send('replace_sm', cstr(id) + b'\5\0' + cstr('SUREM') + b'\0\0\0\0\3new')
assert t.get('replace_sm_resp').status == 0
print(Esme(address, 'receiver', system_id='other').deliver().text)
PY
over

# a run that repeats
once() {
	start sim smpp-sim -q -l 127.0.0.1:0 --columns all --seed 7 --latency exp:1ms --lint \
		--all-pdus --fault '0x08|0x58*2@p=0.2' --fault late=normal:2ms:1ms@p=0.3 \
		--fault id=uuid@p=0.5 --fault stat=UNDELIV@p=0.2 --outcomes DELIVRD=3,EXPIRED=1
	esme >said 2>err <<'PY' || diag "$(tail -n 3 err)"
e = Esme(address)
for i in range(60):
    e.submit('number %d' % i, rd=1)
    r = e.get('submit_sm_resp')
    print(r.status, r.id)
    if r.status == 0: print(e.deliver().text.split(' stat')[1])
e.unbind()
PY
	stop sim
	cut -f 2-9,11- sim.out >>said
}
once; cp said first; once
ok 'with a seed, a run repeats: answers, ids, receipts, rows' cmp first said
is 'and it was no short one' "$(grep -c number said)" 60

# faults of what is delivered; a scenario that ends
sim --fault nul=2@on=receipt --fault nul
told 'stray NULs' '000000|0000|' <<'PY'
e = Esme(address)
e.submit(rd=1)
print(e.get('submit_sm_resp').body[-3:].hex()[2:] + '00')
print(e.deliver().tlvs[-2:].hex())
PY
over
sim --fault command@count=1
told 'the response of another request' 'data_sm_resp 2|submit_sm_resp 3|' <<'PY'
e = Esme(address)
for i in range(2):
    e.submit(); r = e.get(); print(r.name, r.seq)
PY
over
sim --fault 'linger=1h@account=me'
told 'a lost bind is not forgotten' '0|5|0|0|' <<'PY'
e = Esme(address); print(e.bound.status)
e.sock.close()
while True:
    f = Esme(address)
    if f.bound.status: break
    f.unbind()
print(f.bound.status)
g = Esme(address, system_id='you'); print(g.bound.status); g.unbind()
print(Esme(address, system_id='you').bound.status)
PY
over

# records to deliver
cat >mo <<'TSV'
from	to	text	account	command	encoding	dcs	esm_class	hex	tlv	service_type
1111	2222	hello	you							
1111	2222	all								CMT
1111	2222		me	alert_notification					ms_availability_status=1	
1111	2222	data	me	data_sm						
1111	2222		me			4	0x40	0500030102 01ff		
1111	2222	Grüße	me		ucs2				0x1400=s:x	
1111	2222	x	me	submit_sm						
1111	2222	x	me			256				
1111	2222		me					0		
TSV
start sim smpp-sim -q -l 127.0.0.1:0 --mo mo
told 'records say all of a delivery' 'deliver_sm CMT all 0 0|alert_notification|data_sm  data 0 0|deliver_sm  0500030102 01ff 4 64|deliver_sm  Grüße 8 0|1400=7800|hello|' <<'PY'
e = Esme(address)
for i in range(5):
    d = e.get('deliver_sm', 'data_sm', 'alert_notification')
    if d.name == 'alert_notification':
        print(d.name)
        continue
    e.answer(d)
    text = d.text if d.dcs == 0 else d.octets.decode('utf-16-be') if d.dcs == 8 else '0500030102 ' + d.octets[5:].hex()
    print(d.name, d.service_type, text, d.dcs, d.esm_class)
print('1400=' + d.tlv(0x1400).hex())
print(Esme(address, 'receiver', system_id='you').deliver().text)
PY
for t in 'line 8: command: expected deliver_sm' 'line 9: dcs: expected 0 to 255' 'line 10: hex: expected pairs'; do
	ok "mo: $t" appears sim.err "$t"
done
over

# outbind
start esme peer -l 127.0.0.1:0 'expect outbind' \
	'send 000000190000000100000000000000016d6500000034000000' 'expect bind_receiver_resp' \
	'expect deliver_sm' reply 'pdu unbind seq=5' 'expect unbind_resp' accept 'expect outbind' close
caller=$addr
printf '[out]\noutbind-to = smpp://smsc:secret@%s\nmo = mo\n' "$caller" >ini
chmod 600 ini
printf '1\t2\thi\n' >mo
start sim env SMPPTOOLS_CONFIG=ini smpp-sim -p out -l 127.0.0.1:0
finished esme
is 'it calls, says who it is, delivers, and calls again' \
	"$(cut -d' ' -f1 esme.out | tr '\n' ' ')" 'outbind bind_receiver_resp deliver_sm unbind_resp outbind '
like 'by name and password' "$(head -n 1 esme.out)" "$(printf 'smsc\0secret\0' | xxd -p)"
ok 'that it failed is said' appears sim.err "outbind to 127.0.0.1 port ${caller##*:}: .*; again in [0-9]+ s"
over
exits 64 'no URL' smpp-sim --outbind-to http://x
run env SMPPTOOLS_CONFIG=ini smpp-sim -p out --dump-config
like 'its password is not shown' "$(cat out)" 'outbind-to.*smsc:\*\*\*@'

# versions
start sim smpp-sim -q -l 127.0.0.1:0 --smpp-version 3.3
told '3.3 knows no transceiver' '3|0 False|3|' <<'PY'
print(Esme(address).bound.status)
e = Esme(address, 'transmitter')
print(e.bound.status, b'\2\x10' in e.bound.body)
e.send('data_sm', b'\0' * 10); print(e.get('data_sm_resp').status)
PY
over
start sim smpp-sim -q -l 127.0.0.1:0
told 'what only 3.3 had is unknown; a receiver of 5.0 sends no data_sm, one of 3.4 does' '3|3|4|11|' <<'PY'
e = Esme(address, 'transmitter', version=0x33)
for command in 0x23, 0x01000001:
    e.send(command, b'\0'); print(e.get().status)
for version in 0x50, 0x34:
    e = Esme(address, 'receiver', version=version)
    e.send('data_sm', b'\0' * 10); print(e.get('data_sm_resp').status)
PY
over
done_testing
