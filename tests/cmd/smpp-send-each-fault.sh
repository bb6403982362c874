#!/bin/sh
# SPDX-License-Identifier: ISC
# Each fault by itself, in the middle of a window: as many rows come out as went
# in, each once, and part by part they say what smpp-sim took. LONG=1: the time
# of throttling is half a minute.
. "${0%/*}/lib.sh"
need python3

throttled=2s
[ -z "$LONG" ] || throttled=30s
columns=ref,status,message_id,to,parts,error,attempts
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
fi

# rows FIRST LAST: every fifth of three parts
rows() {
	awk -v first="$1" -v last="$2" 'BEGIN { for (i = first; i <= last; i++) {
		printf "82105%08d\trow %d", i, i
		if (i % 5 == 0) for (k = 1; k <= 60; k++) printf " %d.%d", i, k
		print ""
	} }'
}
rows 1 400 >in

# sim OPTION...: answers after a while, so that a window is full
sim() {
	rm -f taken
	start sim smpp-sim -q -l 127.0.0.1:0 -o taken --seed 1 --latency 2ms "$@"
}

# send OPTION...
send() {
	timeout 60 smpp-send -u "smpp://me@$addr" --batch --window 20 --timeout 400ms \
		--reconnect-time 60s --columns $columns "$@"
}

# agree [INPUT]: out has a row for each line of it, which agree with what was
# taken; how many of each kind there are is in the file tally.
agree() { python3 "$ROOT/tests/agree.py" "${1:-in}" out taken >tally; }

# fault NAME STATUS TALLY FAULT... [-- OPTION...]: all of in through an SMSC that
# has these faults. TALLY is what there is to be of each status.
fault() {
	t_fault=$1 t_status=$2 t_tally=$3; shift 3
	set -- "$@" --
	t_options=
	while [ "$1" != -- ]; do t_options="$t_options --fault $1"; shift; done
	shift
	t_send=
	while [ "${1:---}" != -- ]; do t_send="$t_send $1"; shift; done
	# shellcheck disable=SC2086
	sim $t_options
	# shellcheck disable=SC2086
	exits "$t_status" "$t_fault: the exit status" send $t_send in
	stop sim
	ok "$t_fault: rows and SMSC agree" agree
	like "$t_fault: what became of them" "$(cat tally)" "^$t_tally$"
}

# -- refusals

fault 'every 10th submit is refused' 1 'failed [0-9]{2} ok 3[0-9]{2} partial [0-9]{2}' ESME_RINVDSTADR@every=10
fault 'every 10th is refused for now' 0 'ok 400' ESME_RSYSERR@every=10,count=12
fault 'an error in a response with a body' 1 'failed [0-9]{2} ok 3[0-9]{2} partial [0-9]{2}' body=ESME_RSUBMITFAIL@every=10 -- --retries 0
fault 'a generic_nack' 1 'failed [0-9]{2} ok 3[0-9]{2} partial [0-9]{2}' nack=ESME_RSYSERR@every=10 -- --retries 0
fault 'a generic_nack goes again where its status says so' 0 'ok 400' nack=ESME_RSYSERR@every=10,count=12
fault 'ESME_RTHROTTLED for a while' 0 'ok 400' "ESME_RTHROTTLED@after=50,for=$throttled"
ok 'is no retry of the rows that it met' awk -F'\t' '$7 > 3 + $5 { n++ } END { exit n > 20 }' out
fault 'ESME_RMSGQFUL now and then' 0 'ok 400' ESME_RMSGQFUL@every=40,count=6

# -- answers

fault 'answers out of order' 0 'ok 400' reorder=30ms@p=0.5
fault 'answers twice' 0 'ok 400' double@every=3
like 'which is said' "$(cat err)" 'submit_sm_resp seq=[0-9]+: answers no request of ours'
fault 'answers with a wrong sequence_number' 75 'ok 3[0-9]{2} unknown [1-9][0-9]?' sequence@every=30
fault 'answers of another request' 75 'ok 3[0-9]{2} unknown [1-9][0-9]?' command@every=30
fault 'answers without a body' 0 'ok 400' no-body@every=3
is 'have no ids' "$(awk -F'\t' '$5 == 1 && $3 == "" { n++ } END { print (n > 80) }' out)" 1
fault 'answers after their time' 75 'ok 3[0-9]{2} unknown [1-9][0-9]?' late=600ms@every=30
like 'which are said' "$(cat err)" 'row [0-9]+: the answer came after [0-9]+ ms: ESME_ROK 0x00, message_id [0-9]+$'
fault 'no answers' 75 'ok 3[0-9]{2} unknown [1-9][0-9]?' silence@every=30

# what ends the run before all of in is read: the rows there are agree
ends() {	# NAME STATUS TALLY WHY FAULT [OPTION...]
	t_fault=$1 t_status=$2 t_tally=$3 t_why=$4 t_what=$5; shift 5
	sim --fault "$t_what"
	exits "$t_status" "$t_fault: the exit status" send "$@" in
	stop sim
	head -n "$(wc -l <out)" in >begun
	ok "$t_fault: rows and SMSC agree" agree begun
	like "$t_fault: what became of them" "$(cat tally)" "^$t_tally$"
	like "$t_fault: is said" "$(cat err)" "$t_why"
	like "$t_fault: what is left, too" "$(cat err)" "in: not read from line $(($(wc -l <out) + 1)) on$"
}
ends 'ESME_RTHROTTLED for longer than is waited' 75 'failed [0-9]+ ok [0-9]+( partial [0-9]+)?' \
	'the SMSC throttles all, for longer than --throttle-time$' ESME_RTHROTTLED@after=50 --throttle-time 300ms
ends 'no answer any more' 75 'ok [0-9]+( partial [0-9]+)? unknown [0-9]+' \
	'the SMSC answers nothing any more' silence@after=100

start stern smpp-sim -q -l 127.0.0.1:0 --fault throttle
sim
exits 75 'one of two SMSCs throttles all' send -u "smpp://me@$addr_stern" --share --throttle-time 300ms in
stop sim
ok 'the other one takes the rest: rows and SMSCs agree' agree
like 'no more fails than was asked for' "$(cat tally)" '^failed [1-9][0-9]? ok 3[0-9]{2}$'
like 'and the one is done without' "$(cat err)" 'throttles all, for longer than --throttle-time; going on without it$'
stop stern

# -- links

for how in close reset unbind garbage; do
	fault "$how in the middle of a window" 75 'ok 3[0-9]{2}( partial [0-9]+)? unknown [1-9][0-9]?' \
		$how@after=60,count=1
done
fault 'a reset of one of two links, and again' 75 'ok 3[0-9]{2}( partial [0-9]+)? unknown [1-9][0-9]?' \
	reset@after=60,count=1 reset@after=200,count=1 -- --binds 2 -q
fault 'octets that come one by one' 0 'ok 400' segment@on=bind
fault 'octets that come all at once' 0 'ok 400' gather=10ms@on=bind -- -w 7
if [ -e cert.pem ]; then
	for how in close cut; do
		sim --tls-cert cert.pem --tls-key key.pem --fault $how@after=60,count=1 --fault $how@after=200,count=1
		exits 75 "TLS $how: the exit status" timeout 60 smpp-send -u "smpps://me@$addr" --tls-ca cert.pem \
			--batch --window 20 --timeout 400ms --columns $columns in
		stop sim
		ok "TLS $how: rows and SMSC agree" agree
		like "TLS $how: what was in flight is unknown" "$(cat tally)" '^ok 3[0-9]{2}( partial [0-9]+)? unknown [1-9][0-9]?$'
		like "TLS $how: is said" "$(cat err)" 'the peer closed the connection; trying again in [0-9]+ s'
	done
else
	skip 'TLS that is closed without notify' 'no openssl here'
fi

# -- a peer that does not read: a process that is stopped takes no octet, and
# once the buffers between the two are full, its window is zero

# full PORT: waits until it is; prints how many octets wait to go there
cat >full <<'PY'
import sys, time
before, since = None, time.monotonic()
while True:
    waiting = [int(f[4].split(':')[0], 16) for f in map(str.split, open('/proc/net/tcp'))
               if f[2].endswith(':%04X' % int(sys.argv[1]))]
    now = time.monotonic()
    if waiting != before or not waiting or not waiting[0]:
        before, since = waiting, now
    elif now - since > 0.3:
        print(waiting[0])
        break
    time.sleep(0.02)
PY
awk 'BEGIN { for (i = 0; i < 4000; i++) long = long "twelve more " ; for (i = 1; i <= 400; i++)
	printf "82105%08d\trow %d %s\n", i, i, long }' >big
if [ -r /proc/net/tcp ]; then
	sim
	mkfifo gate
	background slow smpp-send -u "smpp://me@$addr" --batch -w 1000 --split payload --columns $columns --timeout 20s gate
	exec 9>gate
	head -n 1 big >&9
	ok 'a message is taken' appears slow.out '^1.ok'
	kill -STOP $pid_sim
	tail -n +2 big >&9 &
	writer=$!
	ok 'then the SMSC reads nothing' test "$(python3 full "${addr##*:}")" -gt 100000
	kill -USR1 $pid_slow
	ok 'the sender does not stand still with it' appears slow.err '^smpp-send: 1 done, '
	kill -CONT $pid_sim
	wait $writer
	exec 9>&-
	finished slow
	is 'when it reads again all is sent' "$status" 0
	stop sim
	cp slow.out out
	ok 'a slow reader: rows and SMSC agree' agree big
	is 'a slow reader: what became of them' "$(cat tally)" 'ok 400'

	for sig in TERM INT; do
		sim
		background slow smpp-send -u "smpp://me@$addr" --batch -w 1000 --split payload --columns $columns \
			--timeout 20s --grace 300ms gate
		exec 9>gate
		head -n 1 big >&9
		ok "SIG$sig while the SMSC reads nothing" appears slow.out '^1.ok'
		kill -STOP $pid_sim
		tail -n +2 big >&9 &
		writer=$!
		ok 'with octets that wait' test "$(python3 full "${addr##*:}")" -gt 100000
		stop slow $sig
		wait $writer
		exec 9>&-
		kill -CONT $pid_sim
		is 'is obeyed in its time' "$status" 75
		stop sim
		cp slow.out out
		head -n "$(wc -l <out)" big >begun
		ok 'rows and SMSC agree' agree begun
		like 'what was begun is unknown' "$(cat tally)" '^ok 1 unknown [1-9][0-9]*$'
	done
else
	skip 'a peer that reads nothing' 'no /proc/net/tcp here'
fi

# -- signals with a full window

for sig in INT TERM; do
	for answer in late=400ms silence; do
		sim --fault $answer@after=99
		background full smpp-send -u "smpp://me@$addr" --batch --window 20 --timeout 20s --grace 1s \
			--columns $columns -v in
		ok "SIG$sig, $answer: the window is full" appears full.err ' -> submit_sm seq=120 '
		stop full $sig
		is 'the exit status' "$status" 75
		cp full.out out
		n=$(wc -l <out)
		is 'each row that was read is told, once' "$(cut -f1 out | sort -n | tr '\n' ' ')" "$(seq -s ' ' 1 "$n") "
		like 'what is left is said' "$(cat full.err)" "^smpp-send: in: not read from line $((n + 1)) on$"
		is 'the link was unbound' "$(grep -c -- '-> unbind ' full.err)" 1
		stop sim
		head -n "$n" in >begun
		ok 'rows and SMSC agree' agree begun
		[ $answer = silence ] && want='ok [0-9]+( partial [0-9]+)? unknown [1-9][0-9]?' ||
			want='ok [0-9]+( partial 1)?'
		like 'what was in flight' "$(cat tally)" "^$want$"
	done
done

# -- a process that is stopped: what was answered in time is read late, but is
# no less answered

for scheme in smpp smpps; do
	[ $scheme = smpp ] || [ -e cert.pem ] || continue
	tls=
	[ $scheme = smpp ] || tls='--tls-cert cert.pem --tls-key key.pem'
	# shellcheck disable=SC2086
	sim $tls --latency 60ms --fault late=700ms@from=slow
	rm -f gate
	mkfifo gate
	background stopped smpp-send -u "$scheme://me@$addr" --tls-ca cert.pem --batch --window 1000 --timeout 500ms \
		--columns $columns -v gate
	exec 9>gate
	head -n 1 in >&9
	ok "$scheme: an answer comes" appears stopped.out '^1.ok'
	tail -n +2 in >&9
	exec 9>&-
	ok "$scheme: and all is sent" appears stopped.err 'submit_sm .*destination_addr=8210500000400'
	kill -STOP $pid_stopped
	# one more, which is answered when the time of those is over
	exits 0 "$scheme: time passes" smpp-send -u "$scheme://me@$addr" --tls-ca cert.pem -f slow -t 8210500000401 hi
	kill -CONT $pid_stopped
	finished stopped
	is "$scheme: the exit status" "$status" 0
	stop sim
	sed -i '/8210500000401/d' taken
	cp stopped.out out
	ok "$scheme: rows and SMSC agree" agree
	is "$scheme: what became of them" "$(cat tally)" 'ok 400'
done

# -- an input that stalls

sim
rm -f gate
mkfifo gate
background stalls smpp-send -u "smpp://me@$addr" --batch --enquire-link 40ms --columns $columns -v gate
exec 9>gate
{ head -n 30 in; printf '82105'; } >&9
ok 'an input that stalls within a row' appears stalls.out '^30.ok'
ok 'the link is asked, and answers' appears stalls.err ' <- enquire_link_resp seq=' &&
	n=$(grep -c -- '-> enquire_link ' stalls.err) &&
	ok 'again and again' sh -c "until [ \$(grep -c -- '<- enquire_link_resp ' stalls.err) -gt $((n + 3)) ]; do :; done"
tail -n +31 in | cut -c6- | sed '2,$s/^/82105/' >&9
exec 9>&-
finished stalls
is 'then it goes on' "$status" 0
stop sim
cp stalls.out out
ok 'a stalled input: rows and SMSC agree' agree
is 'a stalled input: what became of them' "$(cat tally)" 'ok 400'
done_testing
