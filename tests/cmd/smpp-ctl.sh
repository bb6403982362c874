#!/bin/sh
# smpp-ctl query, cancel, replace from outside: rows for ids, however they come,
# and what becomes of them when the SMSC does not do as it should.
. "${0%/*}/lib.sh"
need python3
columns='id status state final_date error'
row() { printf "%s${tab}%s${tab}%s${tab}%s${tab}%s" "$@"; }

# against smpp-sim
start sim smpp-sim -l 127.0.0.1:0 --delay 1h
SMPP_URL=smpp://test@$addr
export SMPP_URL
smpp-send -f 1234 -t +821055551234 --columns message_id -r final hi >id
smpp-send -f 1234 -t +821055555678 --columns message_id -r final hi >id2
id=$(cat id) id2=$(cat id2)
exits 0 'a message is asked after' smpp-ctl query --header -f 1234 "$id"
is 'its row says that it is on its way' "$(cat out)" \
	"$(row $columns)
$(row "$id" ok ENROUTE '' '')"
exits 1 'an id that is not known' smpp-ctl query -f 1234 nosuch "$id"
is 'fails alone' "$(sort out)" "$(row "$id" ok ENROUTE '' '')
$(row nosuch failed '' '' 'ESME_RINVMSGID 0x0c')"
exits 1 'the sender belongs to it' smpp-ctl query -f 4321 "$id"
exits 0 'options may stand behind the command' smpp-ctl query "$id" -j -f 1234 \
	--columns id,state,err,from,ms
like 'JSON has the same' "$(cat out)" \
	'^\{"id":"[0-9]+","state":"ENROUTE","err":0,"from":"1234","ms":[0-9]+\}$'
printf 'from\tid\n1234\t%s\n1234\tnosuch\n\t\n1234\t%s\tmore\n' "$id" "$id2" >rows
exits 1 'ids are read from stdin' smpp-ctl query --columns id,status,error,line <rows
is 'each line has a row' "$(sort -t "$tab" -k 4 out)" "$id${tab}ok${tab}${tab}2
nosuch${tab}failed${tab}ESME_RINVMSGID 0x0c${tab}3
${tab}failed${tab}no id${tab}4
${tab}failed${tab}more cells than columns in cell 3, byte 17${tab}5"
like 'the malformed one is named' "$(cat err)" 'line 5: more cells'
smpp-ctl query --columns status -f 1234 - <id2 >out
is 'a dash is stdin, too' "$(cat out)" ok
exits 65 'no line that is any good is status 65' sh -c 'printf "a\tb\tc\td\n" | smpp-ctl query'
exits 0 'an empty input has no rows' smpp-ctl query </dev/null
is 'none' "$(cat out)" ''

exits 0 'a text is replaced' smpp-ctl replace -f 1234 "$id" another text
like 'the SMSC has it' "$(tail -n 1 sim.out)" "replace_sm.*another text"
echo 'from stdin' | smpp-ctl replace -f 1234 "$id" >out
is 'the text may come from stdin' "$(cat out)" "$(row "$id" ok '' '' '')"
printf '%s\tfrom a row\n' "$id" | smpp-ctl replace -f 1234 >out
is 'or from rows' "$(cut -f2 out)" ok
like 'the SMSC has that, too' "$(tail -n 1 sim.out)" 'from a row'
exits 1 'a text that the alphabet cannot carry' smpp-ctl replace --alphabet ascii -f 1234 "$id" 한글
like 'fails with the character' "$(cat out)" 'failed.*\(ascii\) cannot carry U\+D55C'
exits 0 'unless it is sent as the first one was' smpp-ctl replace -e ucs2 -f 1234 "$id" 한글
exits 1 'a text too long for one part' smpp-ctl replace -f 1234 "$id" "$(printf %0200d 1)"
like 'is refused' "$(cat out)" 'too_long'
exits 65 'an empty text is refused' smpp-ctl replace -f 1234 "$id" ''

exits 0 'a message is cancelled' smpp-ctl cancel -f 1234 "$id"
is 'its row' "$(cat out)" "$(row "$id" ok '' '' '')"
exits 1 'but once only' smpp-ctl cancel -f 1234 "$id"
exits 0 'it is asked after again' smpp-ctl query -f 1234 "$id"
like 'and is deleted, with the time' "$(cat out)" \
	"^$id${tab}ok${tab}DELETED${tab}20..-..-..T..:..:..(\..00)?Z${tab}$"
exits 1 'an empty id never cancels all' smpp-ctl cancel -f 1234 -t +821055555678 ''
exits 1 'nor does one in a row' sh -c 'printf "id\tfrom\tto\n\t1234\t+821055555678\n" | smpp-ctl cancel'
is 'it has no id' "$(cat out)" "$(row '' failed '' '' 'no id')"
exits 0 'with --all it does' smpp-ctl cancel -f 1234 -t +821055555678 --all --columns to,status
is 'a row for each address' "$(cat out)" "+821055555678${tab}ok"
exits 1 'nothing is left to cancel' smpp-ctl cancel -f 1234 -t +821055555678,+821055551234 --all
is 'which each row says' "$(cat out)" "$(row '' failed '' '' 'ESME_RCANCELFAIL 0x11')
$(row '' failed '' '' 'ESME_RCANCELFAIL 0x11')"
exits 0 '100 ids in a window' sh -c "yes $id2 | head -n 100 | smpp-ctl query -w 20 -f 1234"
is 'each has its row' "$(cut -f2,3 out | uniq -c | tr -s ' ')" " 100 ok${tab}DELETED"
stop sim

# wrong usage
usage() {	# NAME PATTERN ARGUMENT...
	usage_name=$1 pattern=$2; shift 2
	exits 64 "$usage_name" smpp-ctl "$@" </dev/null
	like 'is said' "$(cat err)" "$pattern"
}
usage 'no command' 'no command; query, cancel'
usage 'an unknown command' 'qery: unknown command' qery 1
usage '--all without addresses' '--all.*--from' cancel --all -t 1
usage '--all and an id' '--all and ids' cancel --all -t 1 -f 2 3
usage 'an option of another command' '--interval: of no use to query' query --interval 1 1
usage 'several addresses for an id' '--to: one address' cancel -f 1 -t 2,3 4
usage 'a receiver' 'a receiver cannot ask' query -b rx 1
usage 'an argument of ping' 'unexpected argument' ping now
usage 'an unknown column' 'nosuch' query --columns nosuch 1
unset SMPP_URL
usage 'no SMSC' 'no SMSC to connect to' query 1

# an SMSC that does not do as it should
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' 'reply 0x58' \
	'expect query_sm hex=6900' 'reply body=690000057b' 'expect unbind' reply eof
exits 0 'a query that is throttled is asked again' smpp-ctl query -u "smpp://me@$addr" -f 1 i
is 'state and error of the network are told' "$(cat out)" "$(row i ok UNDELIV '' '')"
finished smsc
is 'the peer saw all of it' "$status" 0
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' 'reply body=6900736f6f6e001f00' eof
exits 0 'a state and a date that nobody knows' smpp-ctl query -u "smpp://me@$addr" -f 1 i
is 'stand as they came' "$(cat out)" "$(row i ok 31 soon '')"
finished smsc
answer=6900$(printf 251231235959036+ | od -An -tx1 | tr -d ' \n')000207
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' "reply body=$answer" eof
exits 0 'a final date with its zone' smpp-ctl query -u "smpp://me@$addr" -f 1 i --columns all
like 'is ISO 8601' "$(cat out)" \
	"^i${tab}ok${tab}DELIVRD${tab}2025-12-31T23:59:59\+09:00${tab}${tab}7${tab}1${tab}"
finished smsc
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' 'reply cmd=generic_nack 0x03' eof
exits 1 'an SMSC without query_sm' smpp-ctl query -u "smpp://me@$addr" -f 1 i
like 'is said to have refused' "$(cat out)" 'failed.*generic_nack ESME_RINVCMDID 0x03'
finished smsc
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' reply eof
exits 1 'an answer without a body says no state' smpp-ctl query -u "smpp://me@$addr" -f 1 i
like 'and is no success' "$(cat out)" 'failed.*an answer without a state'
finished smsc
start smsc peer -l 127.0.0.1:0 bind 'expect cancel_sm' 'mute'
exits 75 'no answer to cancel_sm' smpp-ctl cancel -u "smpp://me@$addr" -f 1 --timeout 100ms i
like 'is unknown' "$(cat out)" "^i${tab}unknown${tab}.*no answer in time"
stop smsc
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' close accept bind \
	'expect query_sm' 'reply body=6900000100' eof
exits 0 'a query lost with its link is asked again' smpp-ctl query -u "smpp://me@$addr" -f 1 i -q
is 'one row tells' "$(cat out)" "$(row i ok ENROUTE '' '')"
finished smsc
start smsc peer -l 127.0.0.1:0 bind 'expect cancel_sm' close
exits 69 'a cancel_sm lost with its link is not' smpp-ctl cancel -u "smpp://me@$addr" -f 1 \
	--reconnect-time 0 -q i j
like 'its row says unknown' "$(cat out)" "^i${tab}unknown${tab}.*the link broke"
like 'or is it that it never left' "$(cat out)" "^j${tab}un(known|sent)"
finished smsc
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' 'deliver 1 2 hello' \
	'expect deliver_sm_resp' 'reply-all body=6900000100' eof
exits 0 'a message that comes meanwhile' smpp-ctl query -b trx -u "smpp://me@$addr" -f 1 i
finished smsc
like 'is given back' "$(cat smsc.out)" '^deliver_sm_resp 100 1'
seq 100 >ids
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' 'reply body=6900000100' close
background query sh -c "ulimit -t 1; exec smpp-ctl query -u smpp://me@$addr -f 1 --rate 2/s --reconnect-time 4s <ids"
finished query
like 'a link that is down while the rate is awaited takes no processor time' "$status" '^(69|75)$'
stop smsc
start smsc peer -l 127.0.0.1:0 'bind 0x0e'
exits 77 'a bind that is refused' smpp-ctl query -u "smpp://me@$addr" -f 1 i
is 'has its row all the same' "$(cat out)" "$(row i unsent '' '' 'not asked')"
stop smsc
exits 69 'nobody listens' smpp-ctl query -u smpp://me@127.0.0.1:1 -f 1 i
start smsc peer -l 127.0.0.1:0 bind 'expect query_sm' mute
background ctl smpp-ctl query -u "smpp://me@$addr" -f 1 i j --grace 100ms -w 1
appears smsc.out query_sm
stop ctl
is 'a signal ends it with status 75' "$status" 75
is 'and a row for each id' "$(cat ctl.out)" "$(row i unknown '' '' interrupted)
$(row j unsent '' '' 'not asked')"
stop smsc
exits 74 'a full disk' sh -c "smpp-sim -- smpp-ctl query -f 1 2 >/dev/full"
exits 0 'help' smpp-ctl -h
done_testing
