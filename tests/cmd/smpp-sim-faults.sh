#!/bin/sh
# Every fault of smpp-sim as a client sees it, and that its rows tell what it
# took all the same.
. "${0%/*}/lib.sh"

# meet.py ADDR SUBMITS PDUS [r] [q]: binds, sends so many submit_sm (2, 3 ...)
# at once, with r asking for receipts, with q an enquire_link behind them, and
# tells the first so many PDUs that come, or the end: s2 the answer to submit
# 2, s2=88 with a status, s2- without a body; b bind, n generic_nack, q
# enquire_link, d deliver_sm, u unbind.
cat >meet.py <<'PY'
import socket, struct, sys
host, port = sys.argv[1].rsplit(':', 1)
submits, pdus, flags = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
s = socket.create_connection((host, int(port)), 0.5 if 'short' in flags else 10)
def pdu(command, seq, body=b'', status=0):
    return struct.pack('>IIII', 16 + len(body), command, status, seq) + body
def octets(n):
    b = b''
    while len(b) < n:
        more = s.recv(n - len(b))
        if not more: raise EOFError
        b += more
    return b
words = []
def take():
    n, command, status, seq = struct.unpack('>IIII', octets(16))
    if not 16 <= n < 1000: raise ValueError
    body = octets(n - 16)
    kind = {0x80000009: 'b', 0x80000004: 's', 0x80000000: 'n', 0x80000015: 'q',
            0x5: 'd', 0x6: 'u'}.get(command, hex(command))
    word = kind
    if kind in 'sn': word += str(seq)
    if status: word += '=%d' % status
    if status and body: word += '+'
    if not status and not body and kind in 'sb': word += '-'
    words.append(word)
    if kind in 'du': s.sendall(pdu(command | 0x80000000, seq, b'\0' * (kind == 'd')))
try:
    s.sendall(pdu(9, 1, b'me\0x\0\0\x34\0\0\0'))
    if pdus: take(); pdus -= 1
    out = b''
    for i in range(submits):
        text = b'%d' % (i + 2)
        out += pdu(4, i + 2, b'\0' * 4 + b'\1\1123\0' + b'\0' * 5 + (b'\1' if 'r' in flags else b'\0')
                   + b'\0' * 3 + bytes([len(text)]) + text)
    if 'q' in flags: out += pdu(0x15, 99)
    if out: s.sendall(out)
    for i in range(pdus): take()
except EOFError: words.append('EOF')
except ConnectionResetError: words.append('RST')
except ValueError: words.append('GARBAGE')
except TimeoutError: words.append('SILENCE')
print(' '.join(words))
PY
meet() { timeout 20 python3 meet.py "$addr" "$@"; }
sim() {	# OPTION...
	start sim smpp-sim -q -l 127.0.0.1:0 --columns text "$@"
}
# sees NAME WANT SUBMITS PDUS [FLAG...]
sees() {
	t_sees=$1 t_what=$2; shift 2
	is "$t_sees" "$(meet "$@")" "$t_what"
}
# took TEXTS: the rows, once it has ended
took() {
	stop sim
	is 'it ends well' "$status" 0
	is "its rows are ${1:-none}" "$(tr '\n' ' ' <sim.out)" "${1:+$1 }"
}

# refusals
sim --fault ESME_RSYSERR@every=3
sees 'every third is refused' 'b s2 s3 s4=8 s5 s6 s7=8 s8' 7 8
took '2 3 5 6 8'
sim --fault 0x58@after=1,count=2 --fault ESME_RMSGQFUL
sees 'the first fault that applies' 'b s2=20 s3=88 s4=88 s5=20' 4 5
took ''
sim --fault ESME_RTHROTTLED@for=1h
sees 'all in a time' 'b s2=88 s3=88' 2 3
took ''
sim --fault body=ESME_RSUBMITFAIL@every=2
sees 'an error with a body' 'b s2 s3=69+' 2 3
took 2
sim --fault nack@every=2 --fault nack=0x8
sees 'generic_nack' 'b n2=8 n3=3 n4=8' 3 4
took ''

# answers
sim --fault silence@every=2
sees 'no answer to some' 'b s2 s4 q' 3 4 q
took '2 3 4'
sim --fault silence@after=1
sees 'no answer any more' 'b s2 q' 4 3 q
took '2 3 4 5'
sim --fault late=200ms..300ms@count=1
sees 'an answer is late' 'b s3 s2' 2 3
took '2 3'
sim --fault reorder=1s
sees 'answers come backwards' 'b s5 s4 s3 s2' 4 5
took '2 3 4 5'
sim --fault double@every=2
sees 'an answer comes twice' 'b s2 s3 s3 s4' 3 5
took '2 3 4'
sim --fault sequence@count=1
sees 'an answer with a wrong number' 'b s1073741826 s3' 2 3
took '2 3'
sim --fault no-body@count=1
sees 'an answer without a body' 'b s2- s3' 2 3
took '2 3'
sim --latency 50ms
sees 'latency keeps the order' 'b s2 s3 s4 s5 q' 4 6 q
took '2 3 4 5'
sim --latency 50ms
sees 'a receipt comes after its answer all the same' 'b s2 d' 1 3 r
took 2

# receipts
sim --fault early
sees 'a receipt before its answer' 'b d s2' 1 3 r
took 2
sim --fault early --delay 1h --latency 100ms
sees 'whatever the delay' 'b d s2' 1 3 r
took 2
sim --fault double@on=receipt
sees 'a receipt comes twice' 'b s2 d d' 1 4 r
took 2
sim --fault silence@on=receipt,count=1
sees 'one receipt is missing' 'b s2 s3 d' 2 4 r
took '2 3'

# binds
sim --fault ESME_RALYBND@on=bind,count=2
sees 'a bind is refused' 'b=5' 0 1
sees 'and again' 'b=5' 0 1
sees 'then it binds' 'b s2' 1 2
took 2
sim --fault late=50ms@on=bind --fault silence@on=enquire_link
sees 'a late bind works, enquire_link is not answered' 'b s2' 1 2 q
took 2
printf '1\t2\thi\n' >mo
sim --latency 20ms --mo mo
sees 'what is to be delivered goes out once the late bind is there' 'b d' 0 2
stop sim

# the connection
sim --fault unbind@every=2
sees 'it unbinds' 'b s2 s3 u' 2 4
took '2 3'
sim --fault close@every=3
sees 'the third is taken, and the connection closed' 'b s2 s3 EOF' 5 9
took '2 3 4'
sim --fault reset@every=2
like 'a reset' "$(meet 5 9)" '^b .*RST$|^b RST$'
took '2 3'
sim --fault close@on=bind,count=1
sees 'a bind that ends it' 'EOF' 0 1
sees 'the next one does not' 'b' 0 1
stop sim
sim --fault garbage@every=2
sees 'garbage behind the answer' 'b s2 s3 GARBAGE' 3 9
stop sim
sim --fault stall=200ms@count=1
sees 'it stops to read, and goes on' 'b s2 s3 s4' 3 4
took '2 3 4'
sim --fault stall
sees 'it reads no more' 'b s2 SILENCE' 2 3 short
took 2
sim --fault segment@on=bind
sees 'one octet at a time' 'b s2 s3 d d' 2 5 r
took '2 3'
sim --fault gather=100ms@on=bind
sees 'many PDUs in one go' 'b s2 s3 q' 2 4 q
took '2 3'

# rate, chance, scenarios
sim --accept-rate 2/m
sees 'what is above the rate is throttled' 'b s2 s3=88 s4=88' 3 4
took 2
sim --fault ESME_RSYSERR@p=0.5 --seed 5
once=$(meet 40 41); stop sim
like 'chance refuses some' "$once" 's[0-9]+=8'
like 'and takes some' "$once" 's[0-9]+( |$)'
sim --fault ESME_RSYSERR@p=0.5 --seed 5
sees 'the same with the same seed' "$once" 40 41
stop sim
sim --fault ESME_RSYSERR@p=0.5 --seed 6
unlike 'not with another' "$(meet 40 41)" "^$once\$"
stop sim
printf '# a bad day\n\nESME_RSYSERR@count=1\nsilence@count=1\n' >day
sim --scenario day
sees 'a scenario' 'b s2=8 s4' 3 3
took '3 4'
echo 'sleep' >>day
exits 78 'a line that is no fault is named' smpp-sim --scenario day
like 'with its number' "$(cat err)" 'day: line 5: "sleep": no fault'
exits 66 'a scenario that is not there' smpp-sim --scenario nowhere
exits 64 'a fault that is none' smpp-sim --fault sleep
exits 64 'a rate that is none' smpp-sim --accept-rate fast
exits 64 'a latency that is none' smpp-sim --latency long
exits 64 'a seed that is none' smpp-sim --seed pea

# TLS
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 >/dev/null 2>&1
	cat >tls.py <<'PY'
import socket, ssl, struct, sys
host, port = sys.argv[1].rsplit(':', 1)
context = ssl.create_default_context(cafile='cert.pem')
s = context.wrap_socket(socket.create_connection((host, int(port)), 10),
    server_hostname=host, suppress_ragged_eofs=False)
body = b'me\0x\0\0\x34\0\0\0'
s.sendall(struct.pack('>IIII', 16 + len(body), 9, 0, 1) + body)
try:
    print('EOF' if s.recv(1) == b'' else 'DATA')
except ssl.SSLEOFError: print('CUT')
PY
	for t in 'cut CUT' 'close EOF'; do
		set -- $t
		sim --tls-cert cert.pem --tls-key key.pem --fault "$1@on=bind"
		is "$1 under TLS" "$(timeout 20 python3 tls.py "$addr")" "$2"
		stop sim
	done
else
	skip 'cut under TLS' 'no openssl here'
fi
# -- requests about messages, and messages to a listener

ctl() { smpp-ctl "$1" -q -u "smpp://me@$addr" --timeout 500ms -f 1234 $2 $3; }
sim --fault 'ESME_RCANCELFAIL@on=cancel' --fault 'ESME_RREPLACEFAIL@on=replace' --fault 'ESME_RQUERYFAIL@on=query,count=1' \
	--fault 'silence@on=query,after=1,count=1' --delay 1h
id=$(smpp-send -q -u "smpp://me@$addr" -f 1234 -t 8210 -r final hi | cut -f3)
exits 1 'a query is refused' ctl query "$id"
like 'with the status' "$(cat out)" "$id${tab}failed.*ESME_RQUERYFAIL"
exits 75 'then not answered' ctl query "$id"
exits 0 'then answered' ctl query "$id"
like 'with the state' "$(cat out)" "$id${tab}ok${tab}ENROUTE"
exits 1 'a cancel is refused' ctl cancel "$id"
like 'with its status' "$(cat out)" 'ESME_RCANCELFAIL'
exits 1 'a replace, too' ctl replace "$id" other
like 'with its own' "$(cat out)" 'ESME_RREPLACEFAIL'
exits 0 'which changes nothing' ctl query "$id"
like 'of the message' "$(cat out)" 'ENROUTE'
stop sim
sim --fault nack=ESME_RINVCMDID@on=query --fault nack=ESME_RINVCMDID@on=cancel \
	--fault nack=ESME_RINVCMDID@on=replace
for what in query cancel replace; do
	exits 1 "$what meets generic_nack" ctl $what 17 "$([ $what = replace ] && echo x)"
	like 'which is a refusal' "$(cat out)" 'ESME_RINVCMDID'
done
stop sim
sim --fault 'ESME_RSYSERR@at=2s'
exits 1 'a fault may begin at a time' smpp-send -q -u "smpp://me@$addr" --repeat 70 --rate 20/s --retries 0 --ordered -t 8210 hi
is 'before it all is well, behind it nothing is' "$(cut -f2 out | uniq | tr '\n' ' ')" 'ok failed '
stop sim

mkfifo deliver
exec 3<>deliver
sim --mo deliver --fault double@on=mo,count=1 --fault segment=1@on=mo,after=1,count=1
background listen smpp-listen -q -u "smpp://me@$addr" --columns from,text
printf '8210\t1234\tfirst\n8210\t1234\tsecond\n' >&3
ok 'each comes' appears listen.out 'second'
is 'and one of them twice' "$(sort listen.out | uniq -c | awk '{ printf "%s %s ", $1, $3 }')" '2 first 1 second '
exec 3>&-
stop listen
stop sim
done_testing
