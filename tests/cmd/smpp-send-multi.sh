#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-send --multi: rows with the same text share a submit_multi; a result row
# is each destination's own.
. "${0%/*}/lib.sh"
need python3

SMPP_PASSWORD=secret
export SMPP_PASSWORD

# rows N [TEXT]: a batch of so many destinations of one text.
rows() { seq 1 "$1" | sed "s/.*/+8210&${tab}${2:-text}/"; }

# pdus: how many destinations each submit_multi had, in order, from taken.
pdus() { awk -F'\t' '$3 == "submit_multi" { print split($5, a, ",") }' taken | tr '\n' ' '; }

# row N: status, parts and error of a row of out.
row() { awk -F'\t' -v n="$1" '$1 == n { print $2, $5, $6 }' out; }

p_count=0
smsc() {
	p_count=$((p_count + 1)) p=p$p_count
	start $p python3 "$ROOT/tests/peer.py" -t 20 -l 127.0.0.1:0 "$@"
}
played() {
	finished $p
	is "$1" "$status" 0 || diag "$(cat $p.err $p.out)"
}

# -- who shares a PDU

{ rows 3; printf '+82109\tother\n+82108\tother\n+82109\tother\n+82107\ttext\n'; } >in
start sim smpp-sim -l 127.0.0.1:0 -o taken --all-pdus
exits 0 'rows of one text share a PDU' smpp-send -u "smpp://me@$addr" --batch --multi --stats --ordered in
is 'one PDU a text, and an address never twice in one' "$(pdus)" '3 2 1 1 '
is 'a row for each' "$(cut -f1,2,4 out | tr '\t\n' ' ,')" \
	'1 ok +82101,2 ok +82102,3 ok +82103,4 ok +82109,5 ok +82108,6 ok +82109,7 ok +82107,'
is 'rows of one PDU have its id' "$(cut -f3 out | uniq -c | awk '{ printf "%s ", $1 }')" '3 2 1 1 '
like '--stats counts rows' "$(cat err)" '^7 rows in'
like 'and PDUs' "$(cat err)" '^4 PDUs accepted'
stop sim

start sim smpp-sim -l 127.0.0.1:0 -o taken --all-pdus
rows 600 >in
exits 0 'a PDU has 254 destinations at most' smpp-send -u "smpp://me@$addr" --batch --multi in
is 'then comes the next' "$(pdus)" '254 254 92 '
is 'six hundred rows, all ok' "$(cut -f2 out | sort | uniq -c | awk '{ print $1, $2 }')" '600 ok'
stop sim

start sim smpp-sim -l 127.0.0.1:0 -o taken --all-pdus
exits 0 'destinations of the command line share one, too' \
	smpp-send -u "smpp://me@$addr" --multi -t +82101,+82102 -t 030012345 'hello all'
is 'whatever they look like' "$(pdus)" '3 '
exits 0 'columns that differ keep rows apart' sh -c "printf 'to\ttext\tpriority\n+82101\ta\t1\n+82102\ta\t1\n+82103\ta\t2\n' |
	smpp-send -u smpp://me@$addr --batch --multi"
is 'and rows that agree in all share' "$(pdus)" '3 2 1 '
long=$(seq 1 100 | tr '\n' ' ')
rows 3 "$long" >in
exits 0 'long messages share their parts' smpp-send -u "smpp://me@$addr" --batch --multi --rate 50/s in
is 'two PDUs of three' "$(pdus)" '3 2 1 3 3 '
is 'two ids each' "$(cut -f3 out | tr -cd ',\n' | tr '\n' ' ')$(cut -f5 out | tr '\n' ' ')" ', , , 2 2 2 '
mkfifo fifo
background send smpp-send -u "smpp://me@$addr" --batch --multi fifo
exec 3>fifo
rows 2 >&3
ok 'no row waits for one that may come' appears send.out '^2.*ok'
exec 3>&-
finished send
rows 4 >in
exits 0 '--dry-run plans rows' smpp-send -u "smpp://me@$addr" --batch --multi -n in
is 'each' "$(wc -l <out | tr -d ' ')" 4
stop sim

exits 64 'data_sm has one destination' smpp-send -u smpp://me@127.0.0.1:1 --multi --data-sm -t 1 hi
like 'which is said' "$(cat err)" '--data-sm'
start sim smpp-sim -l 127.0.0.1:0
exits 1 'in a column, too' sh -c "printf 'to\ttext\tdata_sm\n+82101\ta\tyes\n+82102\ta\t\n' |
	smpp-send -u smpp://me@$addr --batch --multi"
like 'for its row alone' "$(row 2), $(row 3)" '^failed  .*data_sm.*, ok 1 $'
stop sim

# -- refused destinations

start sim smpp-sim -l 127.0.0.1:0 -o taken --all-pdus --fault 'ESME_RINVDSTADR@on=dest,to=82102' \
	--fault 'ESME_RMSGQFUL@on=dest,to=82103'
rows 4 >in
exits 1 'one is refused, one for now' smpp-send -u "smpp://me@$addr" --batch --multi --ordered \
	--columns ref,status,message_id,to,parts,error,attempts in
is 'who is taken' "$(row 1)$(row 4)" 'ok 1 ok 1 '
is 'who is not' "$(row 2)" 'failed 1 ESME_RINVDSTADR 0x0b'
is 'who goes again is taken then' "$(row 3)$(cut -f7 out | tr '\n' ' ')" 'ok 1 1 1 2 1 '
is 'by itself' "$(awk -F'\t' '{ print $3 }' taken | grep -c submit_sm)" 1
is 'with an id of its own' "$(sed -n '3,4p' out | cut -f3 | sort -u | wc -l | tr -d ' ')" 2
stop sim

start sim smpp-sim -l 127.0.0.1:0 --fault 'ESME_RSYSERR@count=1' --fault 'ESME_RTHROTTLED@after=1,count=1'
exits 0 'all are refused for now, then go together' smpp-send -u "smpp://me@$addr" --batch --multi --ordered \
	--columns ref,status,attempts in
is 'three times' "$(tr '\t\n' ' ,' <out)" '1 ok 3,2 ok 3,3 ok 3,4 ok 3,'
stop sim
start sim smpp-sim -l 127.0.0.1:0 --fault ESME_RINVSRCADR
exits 1 'all are refused' smpp-send -u "smpp://me@$addr" --batch --multi in
is 'each with the status' "$(cut -f2,6 out | sort -u)" "failed${tab}ESME_RINVSRCADR 0x0a"
stop sim

# -- lists in an SMSC's own words: id "m1", then unsuccess_sme

# list ADDRESS=STATUS...: a submit_multi_resp in hex, TON 1, NPI 1.
list() {
	printf '6d3100%02x' $#
	for item; do
		printf '0101%s00%08x' "$(printf %s "${item%=*}" | od -An -tx1 | tr -d ' \n')" "${item#*=}"
	done
}
# answered HEX: three destinations, whose answer is that; more words go to smpp-send.
answered() {
	body=$1; shift
	smsc bind 'expect submit_multi' "reply body=$body" eof
	status=0
	printf '+821055550001\ttext\n+821055550002\ttext\n+821055550003\ttext\n' |
		smpp-send -u "smpp://me@$addr" --batch --multi --ordered --retries 0 "$@" >out 2>err || status=$?
	got=$status
	finished $p
	is 'the peer has seen what it should' "$status" 0 || diag "$(cat $p.err $p.out err)"
}
statuses() { cut -f2 out | tr '\n' ' '; }

answered "$(list 821055550002=11)"
is 'an address as it was sent' "$got $(statuses)" '1 ok failed ok '
answered "$(list 01055550002=11)"
is 'in national form' "$got $(statuses)" '1 ok failed ok '
answered "$(list +821055550003=11 821055550003=20)"
is 'twice, and the first counts' "$got $(statuses)$(row 3)" '1 ok ok failed failed 1 ESME_RINVDSTADR 0x0b'
answered "$(list 821055550001=0 821055550002=0 821055550003=0)"
is 'all of them, with status 0: none is refused' "$got $(statuses)" '0 ok ok ok '
answered "$(list 821055550001=11 821055550002=11 821055550003=11)"
is 'all of them refused' "$got $(statuses)" '1 failed failed failed '
answered "$(list 821055550001=11 990000000000=11)"
is 'somebody else: who of the others is taken is not known' "$got $(statuses)" '75 failed unknown unknown '
like 'and why' "$(row 2)" 'none of these, 990000000000: ESME_RINVDSTADR'
answered 6d310005
is 'a count that lies' "$got $(statuses)" '75 unknown unknown unknown '
like 'is damage' "$(row 1)" 'damaged'
answered 6d3100
is 'no list at all' "$got $(statuses)" '75 unknown unknown unknown '
answered "$(list 821055550002=11)ffff"
is 'octets left over change nothing' "$got $(statuses)" '1 ok failed ok '

# -- silence, and links that break

smsc bind 'expect submit_multi' reset
rows 2 >in2
exits 75 'the link breaks' smpp-send -u "smpp://me@$addr" --batch --multi in2
played 'with a PDU on its way'
is 'whose rows are unknown' "$(statuses)" 'unknown unknown '
start sim smpp-sim -l 127.0.0.1:0 -o taken --all-pdus --fault silence@count=1
exits 0 '--resend-unknown sends to each once more' smpp-send -u "smpp://me@$addr" --batch --multi --timeout 500ms \
	--resend-unknown --ordered in
is 'by itself' "$(awk -F'\t' '{ print $3 }' taken | sort | uniq -c | awk '/submit/ { printf "%s %s ", $1, $2 }')" \
	'1 submit_multi 4 submit_sm '
stop sim
start sim smpp-sim -l 127.0.0.1:0 --fault late=1s@count=1
exits 75 'a late answer makes no second row' smpp-send -u "smpp://me@$addr" --batch --multi --timeout 300ms --window 1 --enquire-link 200ms in
is 'all are unknown' "$(cut -f2 out | sort | uniq -c | awk '{ print $1, $2 }')" '4 unknown'
stop sim

# -- receipts

start sim smpp-sim -l 127.0.0.1:0 --outcomes DELIVRD=1,UNDELIV=1 --delay 100ms
exits 0 'a receipt is one destination'"'"'s, though all have one id' smpp-send -u "smpp://me@$addr" --batch --multi --wait-time 10 --ordered \
	--columns ref,status,message_id,to,state in
is 'with its state' "$(cut -f5 out | sort | uniq -c | awk '{ printf "%s %s ", $1, $2 }')" '2 DELIVRD 2 UNDELIV '
is 'one id' "$(cut -f3 out | sort -u | wc -l | tr -d ' ')" 1
stop sim
start sim smpp-sim -l 127.0.0.1:0 --fault early
exits 0 'also when they come before the answer' smpp-send -u "smpp://me@$addr" --batch --multi --wait-time 10 --ordered \
	--columns ref,state in
is 'each finds its row' "$(cut -f2 out | sort | uniq -c | awk '{ print $1, $2 }')" '4 DELIVRD'
stop sim

# -- order, journal, several SMSCs

start sim smpp-sim -l 127.0.0.1:0 -o taken --latency 20ms
{ rows 3 first; rows 3 second; rows 3 third; } >in
exits 0 '--keep-order' smpp-send -u "smpp://me@$addr" --batch --multi --keep-order --window 5 in
is 'holds for each destination' "$(awk -F'\t' '$5 == "82102" { printf "%s ", $6 }' taken)" 'first second third '
{ rows 1 first; rows 1 second; rows 1 third; } >in
exits 1 'rows of one destination that no link takes' timeout 10 smpp-send -u "smpp://me@$addr" --batch --multi --keep-order \
	--replace-if-present in
is 'fail one after the other' "$(cut -f2 out | uniq -c | awk '{ print $1, $2 }')" '3 failed'
start sim2 smpp-sim -l 127.0.0.1:0 -o taken2
rows 900 >in
exits 0 '--share' smpp-send -u "smpp://me@$addr" -u "smpp://me@$(sed -n 's/.*listening on //p' sim.err)" --batch --multi --share in
is 'sends each row once' "$(cat taken taken2 | awk -F'\t' '$6 == "text" { print $5 }' | sort | uniq | wc -l | tr -d ' ')" 900
stop sim; stop sim2

if [ -n "$LONG" ]; then n=20000 kills=30 step=500; else n=2000 kills=6 step=250; fi
awk -v n=$n 'BEGIN { srand(7); left = 0
	for (i = 1; i <= n; i++) {
		if (left-- <= 0) { text = "text " i; left = int(rand() * 40)
			if (rand() < 0.1) for (k = 1; k <= 60; k++) text = text " " i "." k }
		printf "82105%08d\t%s\n", i, text
	} }' >in
start sim smpp-sim -l 127.0.0.1:0 -o taken --seed 1 --latency 0..8ms --fault ESME_RTHROTTLED@p=0.01 \
	--fault ESME_RINVDSTADR@on=dest,p=0.01 --fault ESME_RMSGQFUL@on=dest,p=0.01 --fault reorder@p=0.02
rm -f journal
exits 75 'killed with a --journal, again and again' python3 "$ROOT/tests/kill.py" 1 $kills $step rows \
	smpp-send -u "smpp://me@$addr" --batch --multi --window 10 --journal journal --journal-sync each -q \
	--columns ref,status,message_id,to,parts,error in
diag "killed after $(cat out)"
stop sim
ok 'rows and SMSC agree' python3 "$ROOT/tests/agree.py" in rows taken
done_testing
