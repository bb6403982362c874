#!/bin/sh
# smpp-ctl --others: what is delivered for others while it is bound is written
# down and then acknowledged, and never acknowledged unwritten.
. "${0%/*}/lib.sh"
need python3
p=smsc
trx='expect bind_transceiver'
smsc() {
	start $p peer -l 127.0.0.1:0 "$@"
	SMPP_URL=smpp://me@$addr
	export SMPP_URL
}
answers() { awk '/^(deliver|data)_sm_resp/ { printf "%s:%s ", $2, $3 }' $p.out; }
deliveries() {
	printf '%s\n' 'deliver +821011112222 SUREM hi there' \
		'deliver 1 2 id:7 sub:001 dlvrd:001 submit date:2501010000 done date:2501010001 stat:DELIVRD err:000 esm=4' \
		'pdu alert_notification seq=9 body=010138323100000031323300' \
		'pdu data_sm seq=3 body=000000310000003200000000042400026869'
}
IFS='
'
# shellcheck disable=SC2046 # a step a line
set -- $(deliveries)
unset IFS
answered="expect deliver_sm_resp;expect deliver_sm_resp;expect data_sm_resp"
IFS=';'
# shellcheck disable=SC2086 # a step each
smsc 'expect bind_receiver' reply hold "$@" flush $answered 'expect unbind' reply
run timeout 10 smpp-listen --no-join -c 4 --columns time,kind,from,to,text,id,state,err,parts
cp out listened
finished $p
# shellcheck disable=SC2086
smsc $trx reply 'expect query_sm' hold "$@" flush $answered 'reply-oldest body=6900000100' eof
unset IFS
exits 0 'a query while others get messages' smpp-ctl query -f 1 --others others i
like 'has its row' "$(cat out)" "^i${tab}ok${tab}ENROUTE"
is 'theirs are written as smpp-listen does' "$(cut -f2- others)" "$(cut -f2- listened)"
is 'four of them' "$(wc -l <others)" 4
is 'each with a yes' "$(answers)" '0:1 0:2 0:3 '
finished $p
smsc "$trx" reply 'expect enquire_link' 'deliver 1 2 hello' 'expect deliver_sm_resp' reply-all eof
exits 0 'ping takes them, too' smpp-ctl ping -c 1 --others others -j
like 'as JSON' "$(tail -n 1 others)" '^\{.*"kind":"message","from":"1","to":"2","text":"hello"'
is 'with a yes' "$(answers)" '0:1 '
finished $p
smsc "$trx" reply 'expect query_sm' 'deliver 1 2 hello' 'expect deliver_sm_resp' 'reply-all body=6900000100' eof
exits 74 'a file that takes nothing' smpp-ctl query -f 1 --others /dev/full i
is 'is answered for with no' "$(answers)" '100:1 '
like 'and said' "$(cat err)" '^smpp-ctl: /dev/full: No space left on device; what it did not take is left to the SMSC'
like 'what was asked has its row' "$(cat out)" "^i${tab}ok"
finished $p

# a pipe that nobody reads holds the answer back, not the command's own
mkfifo pipe
exec 8<>pipe
python3 -c 'import os
f = os.open("pipe", os.O_WRONLY | os.O_NONBLOCK)
try:
    while True: os.write(f, b"x" * 4096)
except BlockingIOError: pass'
smsc "$trx" reply 'expect query_sm' 'deliver 1 2 hello' 'reply-oldest body=6900000100' 'expect deliver_sm_resp' eof
: >rows
background held smpp-ctl query -f 1 --others pipe --out rows i
ok 'a query is told' appears rows "^i${tab}ok"
is 'while a message waits for its file' "$(answers)" ''
timeout 30 head -c 65536 <pipe >/dev/null
finished held
is 'which then is answered, before the end' "$status $(answers)" '0 0:1 '
exec 8<&-
finished $p

# a link that breaks takes what it wants answered with it
smsc "$trx" reply 'expect query_sm' 'deliver 1 2 hello' close accept "$trx" reply 'expect query_sm' \
	'reply body=6900000100' eof
exits 0 'a new link' smpp-ctl query -f 1 --others others -q i
is 'gets no answer of the old one' "$(answers)" ''
finished $p

start sim smpp-sim -l 127.0.0.1:0 --loopback
SMPP_URL=smpp://test@$addr
export SMPP_URL
exits 0 'probe tells its receipts from messages' smpp-ctl probe -t +821055551234 -f 100 --idle 0 --others looped
like 'its own are told' "$(cat out)" "^receipt${tab}yes"
is 'the others are written' "$(grep -c "${tab}message${tab}" looped)" 13
stop sim
exits 73 'a file that cannot be made' smpp-ctl ping -c 1 --others /nonesuch/x
exits 64 'a transmitter gets nothing' smpp-ctl ping -b tx --others others
exits 64 'two outputs are two files' smpp-ctl ping --out same --others same
done_testing
