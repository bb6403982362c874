#!/bin/sh
# What README and the man pages show is true: their examples run, each as it
# stands, against smpp-sim, with the profiles of tests/data.
. "${0%/*}/lib.sh"
need mandoc awk

start sim smpp-sim -l 127.0.0.1:0
mkdir -p .config
sed "s/127\.0\.0\.1:2775/$addr/" "$ROOT/tests/data/smpptools.ini" >.config/smpptools.ini
chmod 600 .config/smpptools.ini
printf '+821055551234\tone\n+821055555678\ttwo\n' >rows.tsv

# shown FILE TEXT: the page has these words, in this order; a line may go on
# behind a backslash.
shown() {
	case $1 in
	README) t_page=$(sed 's/\\$//' "$ROOT/README" | tr -s ' \t\n' ' ') ;;
	*) t_page=$(mandoc -Tutf8 -O width=1000 "$ROOT/man/$1" | col -b |
		sed 's/\\$//' | tr -s ' \t\n' ' ') ;;
	esac
	case $t_page in *"$2"*) return 0 ;; esac
	return 1
}

# example PAGE COMMAND: PAGE shows COMMAND, and it exits 0.
n_examples=0
example() {
	n_examples=$((n_examples + 1))
	ok "example $n_examples is in $1" shown "$1" "$2" || diag "$2"
	exits 0 "example $n_examples works" sh -c "$2"
}

example README 'smpp-sim -- smpp-send -f SUREM -t +821055551234 --keep-plus "Your code is 483920."'
like 'its row says ok' "$(cat out)" "^1${tab}ok${tab}[0-9]+${tab}\+821055551234${tab}1${tab}$"
example README 'uptime | smpp-send -p ops -t +821055551234'
example README 'smpp-send -p bulk --batch rows.tsv > results.tsv'
is 'a row for each row' "$(cut -f2 results.tsv | sort | uniq -c | tr -s ' ')" ' 2 ok'
example README 'echo 00000010000000150000000000000001 | smpp-decode -j'
like 'it is an enquire_link' "$(cat out)" '"command":"enquire_link"'

example smpp-send.1 'smpp-send -p ops -f SUREM -t +821055551234 --keep-plus "Your code is 483920."'
example smpp-send.1 'smpp-send -p bulk --batch --wait --columns ref,status,state rows.tsv | cut -f3 | sort | uniq -c'
is 'the states are counted' "$(tr -s ' ' <out)" ' 2 DELIVRD'
printf 'phone,message\n+821055551234,"one, two"\n' >rows.csv
example smpp-send.1 'smpp-bulk-xlsx rows.csv | smpp-send -p bulk --batch > results.tsv'
like 'the row is sent' "$(cat results.tsv)" "${tab}ok${tab}"
campaign='smpp-send -p bulk --batch --rate 100/s --hours 09:00-21:00 --journal rows.journal rows.tsv > results.tsv'
ok 'smpp-send(1) shows a campaign' shown smpp-send.1 "$campaign"
exits 0 'which works, at any hour' sh -c "$(echo "$campaign" | sed 's/09:00-21:00/0-24/')"
is 'the journal is there' "$(grep -c '^A' rows.journal)" 2
example smpp-send.1 'smpp-send -p ops -t +821055551234 --wait-time 60s --columns state "Disk full" | grep -q DELIVRD || echo "not delivered"'
is 'it was delivered' "$(cat out)" ''
example smpp-send.1 'smpp-send -p ops -t +821055551234 --schedule 2h --validity 1d hi'
example smpp-send.1 "printf 'to\\tudh\\thex\\n+821055551234\\t06050415811581\\tdeadbeef\\n' | smpp-send -p ops --batch"
like 'octets are sent' "$(cat out)" "^2${tab}ok"
seq 821055550001 821055550003 >numbers.txt
example smpp-send.1 "sed 's/\$/\\thello all/' numbers.txt | smpp-send -p bulk --batch --multi"
is 'all have one id' "$(cut -f3 out | sort -u | wc -l | tr -d ' ')" 1
example smpp-send.1 'smpp-send -p ops --broadcast Seoul --broadcast-type weather --broadcast-every 15m --broadcast-times 4 "Heavy rain tonight"'
example smpp-send.1 'smpp-send -n -t 1 --alphabet gsm7 "Price: 5 €"'
like 'the euro is an escape pair' "$(cat out)" '1b65$'
example smpptools.7 "smpp-send -p bulk --batch rows.tsv | awk -F'\\t' '\$2 != \"ok\" { print \$4 }'"
is 'none failed' "$(cat out)" ''
if command -v jq >/dev/null; then
	printf '%s\n' '{"phone": "+821055551234", "body": "tab\there", "more": 1}' >customers.json
	example smpptools.7 "jq -c '{to: .phone, text: .body}' customers.json | smpp-send -p bulk --batch"
	like 'a row of JSON is sent' "$(cat out)" "^1${tab}ok"
else
	skip 'smpptools(7) shows rows of JSON' 'no jq here'
fi
cp rows.tsv in.tsv
example smpptools.7 'smpp-send -p bulk -q --batch --journal j -o out.tsv in.tsv'
cp out.tsv before
exits 0 'as it does an hour later' smpp-send -p bulk -q --batch --journal j -o out.tsv in.tsv
is 'without sending again' "$(cut -f1,3 out.tsv | sort)" "$(cut -f1,3 before | sort)"
unit=$(mandoc -Tutf8 -O width=1000 "$ROOT/man/smpptools.7" | col -bx | sed -n '/\[Unit\]/,/WantedBy/s/^ *//p')
like 'smpptools(7) shows a unit' "$unit" 'ExecStart=/usr/local/bin/smpp-listen '
if command -v systemd-analyze >/dev/null; then
	echo "$unit" | sed "s#/usr/local/bin#$BIN#" >sms.service
	ok 'which systemd takes' sh -c '[ -z "$(systemd-analyze verify ./sms.service 2>&1 | grep sms.service)" ]' ||
		diag "$(systemd-analyze verify ./sms.service 2>&1)"
else
	skip 'which systemd takes' 'no systemd-analyze here'
fi
example smpptools.7 'smpp-send -p ops --dump-config'
like 'the profile is named' "$(cat out)" '^url.*profile \[ops\]'

example smpp-sim.1 'smpp-sim -- smpp-send -t +821055551234 hi'
example smpp-sim.1 "printf '+821011112222\\t+821055551234\\thi there\\n' | smpp-sim --mo - -- smpp-listen -c 1"
like 'the message came' "$(cat out)" "${tab}hi there${tab}"
example smpp-decode.1 'echo 00000010800000040000005800000001 | smpp-decode'
like 'the status has its name' "$(cat out)" ESME_RTHROTTLED
example smpp-decode.1 "echo '{\"command\":\"submit_sm\",\"short_message\":\"hi\",\"sm_length\":200}' | smpp-decode -E -x"
like 'the length lies' "$(cat out)" 'c86869$'

example README 'smpp-ctl -p ops ping -c 5'
like 'five round trips' "$(tail -n 1 out)" "^5${tab}ok"
ctl='smpp-ctl -p ops query -f SUREM'
ok 'README shows a query' shown README "$ctl 1795491234"
ok 'so does smpp-ctl(1)' shown smpp-ctl.1 "$ctl 1795491234"
smpp-send -p ops -f SUREM -t +821055551234 --columns message_id hi >id
exits 0 'it works with an id that there is' sh -c "$ctl $(cat id)"
example smpp-ctl.1 "cut -f3 results.tsv | tr , '\n' | smpp-ctl -p bulk query -f SUREM"
is 'a row for each id' "$(wc -l <out)" "$(wc -l <results.tsv)"
example smpp-ctl.1 'smpp-ctl -p ops ping --nagios --bind-timeout 4s --timeout 4s --warning 200ms'
cancel='smpp-ctl -p ops cancel -f SUREM -t +821055551234 --all'
ok 'smpp-ctl(1) cancels all' shown smpp-ctl.1 "$cancel"
smpp-send -p ops -f SUREM -t +821055551234 --schedule 1h hi >out
exits 0 'which works where there is something' sh -c "$cancel"

ok 'smpp-ctl(1) probes' shown smpp-ctl.1 'smpp-ctl -p ops probe --idle 60s'
exits 0 'which works, with less patience' smpp-ctl -p ops probe --idle 10ms

# Examples that do not end by themselves.
listen="awk -F'\\t' '\$2 == \"receipt\" { print \$6, \$7, \$8 }'"
ok 'README shows the pipeline into awk' shown README "smpp-listen -p ops | $listen"
ok 'so does smpp-listen(1)' shown smpp-listen.1 "smpp-listen -p ops | $listen"
exits 0 'a message that asks for a receipt' smpp-send -p ops -r final -t 111 hi
exits 0 'awk prints its receipt' sh -c "smpp-listen -p ops -c 1 --for 20s | $listen"
like 'id, state, error' "$(cat out)" '^[0-9]+ DELIVRD 000$'
parse="awk -F'\\t' '\$6 != \"DELIVRD\" { print \$1, \$7 }'"
for page in README smpp-dlr-parse.1; do
	ok "$page shows the pipeline through smpp-dlr-parse" \
		shown $page "smpp-listen -p ops | smpp-dlr-parse | $parse"
done
start refuser smpp-sim -l 127.0.0.1:0 --outcomes UNDELIV=100
exits 0 'a message that is not delivered' smpp-send -u "smpp://test@$addr" -r final -t 111 hi
exits 0 'the pipeline runs' sh -c "smpp-listen -u smpp://test@$addr -c 1 --for 20s | smpp-dlr-parse | $parse"
like 'id and error come out' "$(cat out)" '^[0-9]+ [0-9]+$'
stop refuser
printf 'x id:%s stat:%s submit date:2611240316 done date:26112403%s err:%s\n' 1 DELIVRD 17 000 2 UNDELIV 19 001 >receipts.log
cp receipts.log gateway.log
for page in README smpp-dlr-parse.1; do
	example $page 'smpp-dlr-parse --summary < receipts.log'
done
like 'UNDELIV is counted' "$(cat out)" '^UNDELIV +1 +50\.00%'
example smpp-dlr-parse.1 'smpp-dlr-parse --columns seconds,id,done_date receipts.log | sort -rn | head'
like 'the slowest comes first' "$(head -n 1 out)" '^180.2.2026-11-24T03:19:00$'
if [ -e /usr/share/zoneinfo/Asia/Seoul ]; then
	example smpp-dlr-parse.1 "grep 'stat:' gateway.log | smpp-dlr-parse --tz Asia/Seoul --not-stat DELIVRD"
	like 'with its zone' "$(cat out)" '^2.*2026-11-24T03:19:00\+09:00.UNDELIV.001'
else
	skip 'an example with a named zone' 'no table of zones here'
fi
ok 'smpp-send(1) shows a sender beside a listener' shown smpp-send.1 'smpp-listen -p ops -o deliveries.tsv &'
: >deliveries.tsv
background beside smpp-listen -p ops -o deliveries.tsv
ok 'which is bound' appears beside.err 'bound to'
example smpp-send.1 'smpp-send -p ops --batch --receipts-from deliveries.tsv rows.tsv'
words='id=$(smpp-send -p ops -r final -t +821055551234 --columns message_id hi)'
find="awk -F'\\t' -v id=\"\$id\" '\$6 == id { print \$7, \$8 }' deliveries.tsv"
ok 'smpp-send(1) finds a receipt by its message_id' shown smpp-send.1 "$words $find"
eval "$words"
ok 'which comes' appears deliveries.tsv "${tab}$id${tab}"
eval "$find" >out
is 'and is found' "$(cat out)" 'DELIVRD 000'
stop beside
rest='-j --columns all --sync -o'
ok 'smpp-listen(1) shows a log in JSON' shown smpp-listen.1 "smpp-listen -p ops $rest /var/log/sms.json"
exits 0 'a message that asks for a receipt' smpp-send -p ops -r final -t 111 hi
exits 0 'its receipt is logged' sh -c "smpp-listen -p ops -c 1 --for 20s $rest sms.json"
like 'as JSON' "$(cat sms.json)" '^{"time":.*"evidence":"esm_class,tlv,text"}$'
exits 0 'a message that asks for a receipt' smpp-send -p ops -r final -t 111 hi
example smpp-listen.1 'smpp-listen -p ops -c 1 --for 1m --columns from,text'
like 'its receipt is printed' "$(cat out)" '^111'
ok 'smpp-listen(1) shows a file for PostgreSQL' shown smpp-listen.1 'smpp-listen -p ops -o received.tsv --for 1h'
exits 0 'such a file is made' smpp-listen -p ops -o received.tsv --for 100ms
ok 'and how it is loaded' shown smpp-listen.1 "\\copy sms from 'received.tsv' with (null '')"
if command -v jq >/dev/null; then
	ok 'smpp-listen(1) shows a command' shown smpp-listen.1 "smpp-listen -p ops --exec-jobs 4 -j --exec 'jq -r .text >> texts'"
	exits 0 'a message that asks for a receipt' smpp-send -p ops -r final -t 111 hi
	exits 0 'it gets the record' smpp-listen -p ops --exec-jobs 4 -j --exec 'jq -r .text >> texts' -c 1 --for 20s
	like 'and does its work' "$(cat texts)" '^id:.*stat:DELIVRD'
else
	skip 'smpp-listen(1) shows a command' 'no jq here'
fi
sim="--outcomes 'DELIVRD=95,UNDELIV=3,REJECTD=2' --delay 1..5s"
ok 'README shows outcomes' shown README "smpp-sim -l 127.0.0.1:0 $sim"
exits 0 'they are understood' sh -c "smpp-sim $sim -- true"

for p in smpp-send smpp-listen smpp-dlr-parse smpp-sim smpp-decode smpp-ctl \
	smpp-bulk-xlsx mm4-relay 'mm4-relay listen' 'mm4-relay parse' \
	'mm4-relay receive' 'mm4-relay report' 'mm4-relay send'; do
	# shellcheck disable=SC2086  # a program and its command
	exits 0 "$p -h" $p -h
	is "$p -h fits 24 lines, with the prompt" "$(awk 'length > 79 || NR > 23' out)" ''
	like 'and has an example' "$(cat out)" "^example: .*${p%% *}"
done

# A bind that comes with the last octets of the handshake is read.
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
		-days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	start tls smpp-sim -l 127.0.0.1:0 --tls-cert cert.pem --tls-key key.pem
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		timeout 10 smpp-send -u "smpps://me@$addr" --tls-ca cert.pem -t 1 hi
	done >out 2>err
	is 'each of many binds under TLS is answered' "$(cut -f2 out | sort | uniq -c | tr -s ' ')" ' 12 ok'
	stop tls
else
	skip 'each of many binds under TLS is answered' 'no openssl here'
fi

exits 64 'a port over 65535' smpp-sim -l 127.0.0.1:99999
like 'is named' "$(cat err)" '127.0.0.1:99999'
cp "$ROOT/tests/data/customers.xlsx" .
example smpp-bulk-xlsx.1 "smpp-bulk-xlsx customers.xlsx -n --template 'Dear {Name}, your code is {Code}'"
example smpp-bulk-xlsx.1 "smpp-bulk-xlsx customers.xlsx --country 82 --template 'Dear {Name}, your code is {Code}' | smpp-send -p bulk --batch > results.tsv"
example smpp-bulk-xlsx.1 'smpp-bulk-xlsx customers.xlsx --country 82 --text-col Code --check'
example smpp-bulk-xlsx.1 'smpp-bulk-xlsx customers.xlsx --report report.xlsx < results.tsv'

stop sim
# mm4-relay: the two of the page, on free ports
printf '\377\330\377\340picture' >photo.jpg
words='--domain mms.beta.example --route mms.alpha.example=127.0.0.1:2526 --outcomes Retrieved=100 --spool spool'
ok 'mm4-relay(1) shows a listener' shown mm4-relay.1 "mm4-relay listen -l 127.0.0.1:2525 $words"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# shellcheck disable=SC2086  # words
start mms mm4-relay listen -l 127.0.0.1:0 ${words%%127.0.0.1:2526*}127.0.0.1:$port --outcomes Retrieved=100 --spool spool
words='--domain mms.alpha.example -f +821011112222 -t +821055551234 --text hi --part photo.jpg --delivery-report --wait'
ok 'and a sender to it' shown mm4-relay.1 "mm4-relay send -u smtp://127.0.0.1:2525 -l 127.0.0.1:2526 $words"
# shellcheck disable=SC2086  # words
exits 0 'which works' mm4-relay send -u "smtp://$addr" -l 127.0.0.1:$port $words --columns status,code,report,error
is 'its row tells of the answer and the report' "$(cat out)" "ok${tab}Ok${tab}Retrieved${tab}"
stop mms
done_testing
