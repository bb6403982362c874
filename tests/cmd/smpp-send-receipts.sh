#!/bin/sh
# SPDX-License-Identifier: ISC
# What a sender is given beside its answers: receipts from its links and from
# a listener's records, and messages and receipts that are others'.
. "${0%/*}/lib.sh"
need python3

p_count=0
smsc() {
	p_count=$((p_count + 1)) p=p$p_count
	start $p python3 "$ROOT/tests/peer.py" -t 8 -l 127.0.0.1:0 "$@"
}
send() {
	smpp-send -u "smpp://me@$addr" --timeout 2s --bind-timeout 5s \
		--reconnect-time 60ms --grace 300ms "$@"
}
receipt() { echo "deliver 821055 SUREM id:$1 sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:${2:-DELIVRD} err:000 text: esm=4"; }
# answers: those to what was delivered, as STATUS:SEQ words.
answers() { awk '/^(deliver|data)_sm_resp/ { printf "%s:%s ", $2, $3 }' $p.out; }
trx='expect bind_transceiver'
# lines_come N FILE...: waits until so many lines have come into files.
lines_come() {
	t_n=$1; shift
	mkfifo come
	tail -q -n +1 -F "$@" >come 2>/dev/null &
	t_tail=$!
	timeout 60 head -n "$t_n" <come >came
	kill $t_tail
	wait $t_tail 2>/dev/null
	rm -f come
	test "$(wc -l <came)" -eq "$t_n"
}

# -- others

deliveries() {
	smsc hold "$1" "reply" 'deliver +821011112222 SUREM hi there' "$(receipt other)" \
		'pdu alert_notification seq=9 body=010138323100000031323300' \
		'pdu data_sm seq=3 body=000000310000003200000000042400026869' \
		'pdu deliver_sm seq=4 body=00000031000000320040000000000000000009050003070301616263' \
		flush 'expect deliver_sm_resp' 'expect deliver_sm_resp' 'expect data_sm_resp' 'expect deliver_sm_resp' "$2" reply serve
}
deliveries 'expect bind_receiver' 'expect unbind'
run timeout 10 smpp-listen -u "smpp://me@$addr" --no-join -c 5 --columns time,kind,from,to,text,id,state,err,parts
cp out listened
deliveries "$trx" 'expect submit_sm'
mkfifo rows
background others smpp-send -u "smpp://me@$addr" --others others --batch rows
exec 9>rows
ok 'messages of others are answered' appears $p.out '^deliver_sm_resp 0 4 '
ok 'when they are written' test "$(wc -l <others)" -eq 5
printf '1\thi\n' >&9
exec 9>&-
finished others
is 'beside a message of ours' "$status $(cut -f2 others.out)" '0 ok'
is 'as smpp-listen would write them' "$(cut -f2- others)" "$(cut -f2- listened)"
is 'each with a yes' "$(answers)" '0:1 0:2 0:3 0:4 '
deliveries "$trx" 'expect submit_sm'
background none smpp-send -u "smpp://me@$addr" --bind trx --batch rows
exec 9>rows
ok 'without a file for them' appears $p.out '^deliver_sm_resp 100 4 '
printf '1\thi\n' >&9
exec 9>&-
finished none
is 'they go to another bind' "$(answers)" '100:1 100:2 100:3 100:4 '
printf '1\thi\n' >row
printf 'torn' >>others
smsc "$trx" reply 'expect submit_sm' 'deliver 1 2 more' 'expect deliver_sm_resp' reply-oldest serve
exits 0 'the file is appended to' send --others others --batch row
is 'and what a crash cut short is cut off' "$(tail -n 2 others | cut -f2,5)" "message${tab}abc
message${tab}more"
smsc "$trx" reply 'expect submit_sm' 'deliver 1 2 more' 'expect deliver_sm_resp' reply-oldest serve
exits 0 'JSON' send -j --others json --batch row
like 'is written as JSON' "$(cat json)" '^\{"time":".*","kind":"message","from":"1","to":"2","text":"more","id":null,"state":null,"err":null,"parts":1\}$'
smsc "$trx" reply 'expect submit_sm' 'deliver 1 2 more' 'expect deliver_sm_resp' reply-oldest serve
exits 74 'a file that takes nothing' send --others /dev/full --batch row
is 'is answered for with no' "$(answers)" '100:1 '
like 'and said' "$(cat err)" '^smpp-send: /dev/full: No space left on device; what it did not take is left to the SMSC'
is 'the row is told all the same' "$(cut -f2 out)" ok
exits 73 'a file that cannot be made' send --others /nonesuch/x --batch row
exits 64 'a transmitter gets nothing' send --others others -b tx --batch row

# -- receipts of our own links

smsc "$trx" reply 'expect submit_sm' 'reply id=a' "$(receipt a)" 'expect deliver_sm_resp' "$(receipt a)" \
	'expect deliver_sm_resp' 'expect submit_sm' 'reply id=b' "$(receipt b)" 'expect deliver_sm_resp' serve
background twice smpp-send -u "smpp://me@$addr" --wait --columns status,state --others other2 --batch rows
exec 9>rows
printf '821055\thi\n' >&9
ok 'a receipt that comes again' appears $p.out '^deliver_sm_resp 0 2 '
printf '821055\tho\n' >&9
exec 9>&-
finished twice
is 'is known and answered' "$(cat twice.out) $(wc -l <other2)" "ok${tab}DELIVRD
ok${tab}DELIVRD 0"
long=$(printf %0400d 7)
smsc "$trx" reply 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply id=b' 'expect submit_sm' 'reply id=c' \
	"$(receipt b UNDELIV)" 'expect deliver_sm_resp' serve
exits 0 'one receipt for all parts' send --wait --receipt-per message --columns status,message_id,state -t 821055 "$long"
is 'is enough where it is said to be' "$(cat out)" "ok${tab}a,b,c${tab}UNDELIV"
smsc "$trx" reply 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply id=b' "$(receipt a)" 'expect deliver_sm_resp' serve
exits 75 'but not of itself' send --wait-time 200ms --columns status,state -t 821055 "$(printf %0200d 7)"
is 'then it counts as far as it goes' "$(cat out)" "ok${tab}DELIVRD"
smsc "$trx" reply 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply id=b' 'mute 0.2' "$(receipt a)" \
	'expect submit_sm' 'reply id=c' "$(receipt b)" "$(receipt c)" serve
printf '821055\t1\n821055\t2\n821055\t3\n' >three
exits 0 'no more than are to wait' send --wait --max-waiting 2 -w 1 --columns message_id,state --batch three
is 'are sent until receipts come' "$(cat out)" "a${tab}DELIVRD
b${tab}DELIVRD
c${tab}DELIVRD"
like 'which is noted' "$(cat err)" '2 messages wait for receipts \(--max-waiting\); sending goes on as they come'
exits 64 'none may wait' send --wait --max-waiting 0 --batch three

# -- receipts from a listener

start both smpp-sim -l 127.0.0.1:0 --outcomes DELIVRD=90,UNDELIV=10 --delay 0..20ms
both=$addr
: >records
background listen smpp-listen -u "smpp://me@$both" --part-store store -o records
ok 'a listener' appears listen.err 'bound to'
seq 1 500 | sed "s/.*/8210550&${tab}text &/" >many
exits 0 'a sender that follows its records' smpp-send -u "smpp://me@$both" --receipts-from records --wait-time 20s \
	--batch --columns ref,status,state,err,done_date many
is 'binds as a transmitter and knows all receipts' "$(cut -f2,3 out | sort | uniq -c | awk '{ n += $1; w = w " " $3 } END { print n w }')" \
	'500 DELIVRD UNDELIV'
is 'with err and done date' "$(awk -F'\t' '$4 == "" || $5 !~ /^20..-..-..T/' out)" ''
mv records old
kill -HUP $pid_listen
mkfifo through
stop listen
background piped smpp-listen -u "smpp://me@$both" --part-store store -o through
exits 0 'a FIFO between them' smpp-send -u "smpp://me@$both" --receipts-from through --wait-time 20s --batch --columns state many
is 'does it too' "$(grep -c . out)" 500
stop piped
exits 0 'a pipe' sh -c "smpp-listen -u smpp://me@$both --part-store store -c 500 --for 20s |
	smpp-send -u smpp://me@$both --receipts-from - --wait-time 20s --batch --columns state many"
is 'as well' "$(grep -c . out)" 500
stop both
smsc bind 'expect submit_sm' 'mute 0.2' 'reply id=a' serve
printf 'err\tid\tkind\tfrom\tstate\n' >records
background early smpp-send -u "smpp://me@$addr" --receipts-from records --columns status,state,err,match -t +821055 hi
ok 'a record that comes before the answer' appears $p.out '^submit_sm '
printf '1\t2\t3\t4\t5\t6\n007\tb\treceipt\t821055\tUNDELIV\n008\tA\tinterim\t821055\tACCEPTD\n009\tA\treceipt\t821055\tEXPIRED\n' >>records
finished early
is 'is held, in whatever columns the header names' "$status $(cat early.out)" "0 ok${tab}EXPIRED${tab}009${tab}nocase"
like 'and a line that is none is warned of' "$(cat early.err)" 'records: a line that is no record of smpp-listen: '
exits 66 'records that are not there' send --receipts-from nonesuch -t 1 hi
exits 64 'two readers of stdin' sh -c "smpp-send -u smpp://me@$addr --receipts-from - --batch </dev/null"

# -- a sender and a listener on one account: no message is missed

seq 1 10000 | sed "s/.*/8210&${tab}7000${tab}mo &/" >mo
for how in '' '--others taken'; do
	rm -f taken got
	: >taken; : >got
	start mo smpp-sim -l 127.0.0.1:0 --mo mo
	background listen smpp-listen -u "smpp://me@$addr" --part-store store -o got
	# shellcheck disable=SC2086
	exits 0 "a sender with ${how:-no --others}" smpp-send -u "smpp://me@$addr" --bind trx --rate 300/s -v $how --batch many
	is 'sends its rows' "$(cut -f2 out | uniq -c | tr -s ' ')" ' 500 ok'
	ok 'all messages come' lines_come 10000 got taken
	stop listen
	is 'each to one of the two, once' "$(cut -f5 came | sort -u | wc -l)" 10000
	diag "the sender took $(wc -l <taken)"
	stop mo
done

# so it is with receipts of messages that another one sent
seq 1 2000 | sed "s/.*/8210&${tab}text &/" >others.in
for how in '' '--others taken'; do
	rm -f taken got
	: >taken; : >got
	start foreign smpp-sim -l 127.0.0.1:0
	background listen smpp-listen -u "smpp://me@$addr" --part-store store -o got
	ok 'a listener' appears listen.err 'bound to'
	# shellcheck disable=SC2086
	background idle smpp-send -u "smpp://me@$addr" --batch --wait -v $how rows
	exec 9>rows
	ok 'a sender that waits for receipts' appears idle.err ' <- bind_transceiver_resp '
	exits 0 'another one that does not' smpp-send -u "smpp://me@$addr" -b tx -r final --batch --columns message_id others.in
	ok 'many of its receipts come to the first' appears idle.err " <- deliver_sm seq=300 " 60
	exec 9>&-
	finished idle
	ok 'all come' lines_come 2000 got taken
	is "each to one that keeps it, once${how:+: $how}" "$(cut -f6 came | sort)" "$(sort out)"
	stop listen
	stop foreign
done
done_testing
