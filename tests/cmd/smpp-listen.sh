#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-listen against a scripted SMSC: each record answered after it is
# written, and what happens when output, link or peer fail.
. "${0%/*}/../cmd/lib.sh"
need python3

receipt='id:5 sub:001 dlvrd:001 submit date:2611240316 done date:2611240317 stat:REJECTED err:007'

# smsc STEP...: the peer, in the background; listen OPTION...: its ESME.
smsc() {
	n=$((${n:-0} + 1))
	start "smsc$n" peer -l 127.0.0.1:0 "$@"
}
listen() { run timeout 60 smpp-listen -u "smpp://me@$addr" "$@"; }
played() {
	finished "smsc$n"
	is "$1: the peer's script was played" "$status" 0 ||
		diag "$(cat "smsc$n.err")"
}
# answers: those of the peer's log, as STATUS:SEQ words.
answers() { awk '/^(deliver|data)_sm_resp/ { printf "%s:%s ", $2, $3 }' "smsc$n.out"; }

# Records and their answers
smsc bind 'deliver +821011112222 +821055551234 hi there' \
    'expect deliver_sm_resp seq=1' eof
listen -c 1
is 'a record is printed and all is well' "$status" 0
is 'a message has its columns' "$(cut -f2- out)" \
    "message$tab+821011112222$tab+821055551234${tab}hi there$tab$tab$tab"
like 'its time is UTC with milliseconds' "$(cut -f1 out)" \
    '^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9:]{8}\.[0-9]{3}Z$'
played 'one message'
like 'it binds as a receiver' "$(cat "smsc$n.out")" '^bind_receiver 0 1 '
is 'the message is answered with status 0' "$(answers)" '0:1 '
like 'it unbinds on its way out' "$(cat "smsc$n.out")" '^unbind '

smsc hold bind "deliver 82105555 SUREM $receipt esm=4" \
    'pdu alert_notification seq=2 body=010138323100000031323300' \
    'pdu data_sm seq=3 body=000000310000003200000000042400026869' flush \
    'expect deliver_sm_resp seq=1' 'expect data_sm_resp seq=3' eof
listen -c 3 -b trx -j --columns kind,from,to,text,id,state,err,evidence
is 'it ends well' "$status" 0
is 'receipt, alert and data_sm in the segment of the bind_resp are printed' \
    "$(cat out)" \
"{\"kind\":\"receipt\",\"from\":\"82105555\",\"to\":\"SUREM\",\"text\":\"$receipt\",\"id\":\"5\",\"state\":\"REJECTD\",\"err\":\"007\",\"evidence\":\"esm_class,text\"}
{\"kind\":\"alert\",\"from\":\"821\",\"to\":\"123\",\"text\":null,\"id\":null,\"state\":null,\"err\":null,\"evidence\":null}
{\"kind\":\"message\",\"from\":\"1\",\"to\":\"2\",\"text\":\"hi\",\"id\":null,\"state\":null,\"err\":null,\"evidence\":null}"
played 'all kinds in one segment'
like '--bind trx binds as a transceiver' "$(cat "smsc$n.out")" \
    '^bind_transceiver '

smsc bind 'deliver +821011112222 +821055551234 my secret' 'expect deliver_sm_resp seq=1' eof
listen -c 1 -v --mask --columns text
is 'a masked transcript keeps no text from the records' "$(cat out)" 'my secret'
like 'but hides it' "$(cat err)" 'destination_addr=[+][*]{9}234 short_message=[*]{9}$'

smsc slow bind 'deliver 1 2 one octet at a time' 'expect deliver_sm_resp' eof
listen -c 1 --columns text --header --sync
is 'one octet at a time reads the same' "$(cat out)" "text
one octet at a time"
played 'one octet at a time'

payload=$(head -c 50000 /dev/zero | tr '\0' x | od -An -v -tx1 | tr -d ' \n')
smsc bind "pdu data_sm seq=1 body=0000003100000032000000000424c350$payload" \
    'expect data_sm_resp seq=1' eof
listen -c 1 --columns text
is 'a message_payload of 50,000 octets is printed whole' \
    "$(wc -c <out)" 50001
played 'a long payload'

smsc bind hold 'deliver 1 2 a' 'deliver 1 2 b' 'deliver 1 2 c' flush \
    'expect deliver_sm_resp seq=2' 'expect deliver_sm_resp seq=3' \
    'expect deliver_sm_resp seq=1' eof
listen -c 1 --columns text
is 'of three messages -c 1 prints one' "$(cat out)" a
finished "smsc$n"
is 'the other two are left to the SMSC' \
    "$(answers | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/^ //')" \
    '0:1 100:2 100:3 '

# Outputs that fail
smsc bind 'deliver 1 2 lost?' 'expect deliver_sm_resp' eof
status=0
smpp-listen -u "smpp://me@$addr" >/dev/full 2>err || status=$?
is 'a full disk is 74' "$status" 74
like 'it is named' "$(cat err)" 'stdout: No space left on device'
played 'full disk'
is 'what could not be written is refused for now' "$(answers)" '100:1 '

# a pipe that nobody reads any more, with records on their way; the
# peer must not hold it
smsc bind 'deliver 1 2 lost?' 'deliver 1 2 me too' 'pdu enquire_link seq=77' \
    'expect enquire_link_resp' 'expect deliver_sm_resp' 'expect deliver_sm_resp' eof
mkfifo pipe
exec 9<>pipe 8>pipe
dd if=/dev/zero bs=4096 count=16 >&8 2>/dev/null
smpp-listen -u "smpp://me@$addr" >&8 2>err 9>&- &
listener=$!
exec 8>&-
appears "smsc$n.out" '^enquire_link_resp'
exec 9>&-
status=0
wait $listener || status=$?
is 'a closed pipe is 74' "$status" 74
like 'it is named, too' "$(cat err)" 'stdout: Broken pipe'
played 'closed pipe'
is 'what nobody reads is refused for now' "$(answers)" '100:1 100:2 '

exits 73 'a file that cannot be created is 73' \
    smpp-listen -u smpp://me@127.0.0.1:1 -o "$T/none/out"

# A reader that does not read: the pipe is filled before.
blocked() {
	rm -f pipe
	mkfifo pipe
	exec 9<>pipe
	dd if=/dev/zero bs=4096 count=16 >&9 2>/dev/null
}
blocked
smsc bind 'deliver 1 2 a' 'deliver 1 2 b' 'deliver 1 2 c' \
    'expect deliver_sm_resp seq=3' 'pdu enquire_link seq=77' \
    'expect enquire_link_resp seq=77' 'expect deliver_sm_resp seq=1' \
    'expect deliver_sm_resp seq=2' 'pdu deliver_sm seq=9 body=0000003100000032000000000000000000000163' \
    'expect deliver_sm_resp seq=9' eof
smpp-listen -u "smpp://me@$addr" --columns text --max-unacked 2 -c 3 \
    >pipe 2>err &
listener=$!
ok 'enquire_link is answered while records wait' \
    appears "smsc$n.out" '^enquire_link_resp'
is 'the answers are withheld, and what is over the limit refused' \
    "$(answers)" '100:3 '
like 'it says that the output is behind' "$(cat err)" \
    'stdout does not take records: 2 wait'
dd bs=4096 count=16 <&9 of=filler 2>/dev/null
status=0
wait $listener || status=$?
is 'once it reads all ends well' "$status" 0
is 'it gets every record' "$(dd bs=4096 count=1 <&9 2>/dev/null)" 'a
b
c'
played 'slow reader'
is 'the answers follow' "$(answers)" '100:3 0:1 0:2 0:9 '

blocked
smsc bind 'deliver 1 2 a' 'pdu enquire_link seq=77' \
    'expect enquire_link_resp seq=77' 'expect deliver_sm_resp seq=1' eof
smpp-listen -u "smpp://me@$addr" --columns text --grace 50ms >pipe 2>err &
listener=$!
appears "smsc$n.out" '^enquire_link_resp'
kill "$listener"
status=0
wait $listener || status=$?
is 'a signal ends it though its reader is stuck' "$status" 0
played 'signal with a stuck reader'
is 'the record that nobody took is refused for now' "$(answers)" '100:1 '

blocked
smsc bind 'deliver 1 2 a' 'pdu enquire_link seq=77' \
    'expect enquire_link_resp seq=77' close accept bind \
    'pdu enquire_link seq=78' 'expect enquire_link_resp seq=78' \
    'deliver 1 2 b' 'expect deliver_sm_resp' eof
smpp-listen -u "smpp://me@$addr" --columns text -c 2 >pipe 2>err &
listener=$!
appears "smsc$n.out" '^bind_receiver.*' && appears err 'trying again'
dd bs=4096 count=16 <&9 of=filler 2>/dev/null
status=0
wait $listener || status=$?
is 'a link lost while records wait is made again' "$status" 0
played 'link lost while records wait'
is 'an answer never goes to another session' "$(answers)" '0:4 '
exec 9>&-

# The link
smsc bind mute accept 'bind 5' accept bind 'deliver 1 2 back' \
    'expect deliver_sm_resp' eof
listen -c 1 --columns text --enquire-link 100ms
is 'after silence and ESME_RALYBND it is bound again' "$(cat out)" back
like 'the silence is said' "$(cat err)" 'silent: two enquire_links'
like 'ESME_RALYBND is said' "$(cat err)" 'ESME_RALYBND 0x05'
played 'silent peer'

smsc bind 'deliver 1 2 a' 'expect deliver_sm_resp' 'pdu unbind seq=9' \
    'expect unbind_resp seq=9' close accept bind 'send 00000033000000050000' \
    reset accept bind 'deliver 1 2 b' 'expect deliver_sm_resp' eof
listen -c 2 --columns text
is 'unbind and a connection broken in a PDU are survived' "$(cat out)" 'a
b'
played 'unbind and reset'

smsc 'bind 14' mute
listen
is 'a wrong password is 77' "$status" 77
like 'with its name' "$(cat err)" 'ESME_RINVPASWD'
played 'wrong password'

smsc 'send text:HTTP/1.1 400 Bad Request\r\n\r\n' mute
listen
is 'a port that speaks HTTP is 76' "$status" 76
played 'HTTP'

# A second URL, another version
smsc bind 'deliver 1 2 there' 'expect deliver_sm_resp' eof
run timeout 60 smpp-listen -u smpp://me@127.0.0.1:1 -u "smpp://me@$addr" -c 1 \
    --columns text,link
is 'a second URL is tried when nobody answers at the first' "$(cat out)" \
    "there${tab}me@$addr"
played 'fail-over'
printf '1\t2\tfive\n' >mo
exits 0 'it binds in version 5.0' smpp-sim --mo mo -- timeout 60 smpp-listen \
    --smpp-version 5.0 -c 1 --columns text
is 'and is delivered to' "$(cat out)" five

# The example of a service: what it runs is understood.
unit=$ROOT/scripts/smpp-listen.service
printf '[ops]\nurl = smpp://me@127.0.0.1\n' >ini
exec_start=$(sed -n 's/^ExecStart=.*smpp-listen //p' "$unit")
like 'the unit for systemd has a command' "$exec_start" '^-p ops'
# shellcheck disable=SC2086
SMPPTOOLS_CONFIG=$T/ini exits 0 'and its options are good' smpp-listen $exec_start --dump-config

exits 69 'nobody there is 69' smpp-listen -u smpp://me@127.0.0.1:1

# Its end
smsc bind eof
listen --for 50ms
is '--for ends it' "$status" 0
played '--for'
smsc bind eof
listen --for 50ms -c 1
is 'records that did not come in time are 75' "$status" 75
played '--for with -c'

smsc bind 'deliver 1 2 one' 'expect deliver_sm_resp' 'pdu enquire_link seq=7' \
    'expect enquire_link_resp' eof
: >log
background listener smpp-listen -u "smpp://me@$addr" -o log --header \
    --columns text,seq
appears log '^one'
mv log log.1
: >log
kill -HUP "$pid"
ok 'SIGHUP makes the file again' appears log '^text'
kill -USR1 "$pid"
ok 'SIGUSR1 says how it stands' appears listener.err \
    'bound, 1 records, 0 unacknowledged, 0 refused'
stop listener
is 'SIGTERM is 0' "$status" 0
is 'the old file keeps its record' "$(cat log.1)" "text${tab}seq
one${tab}1"
is 'the new one has its header' "$(cat log)" "text${tab}seq"
played 'SIGHUP and SIGTERM'

smsc bind 'deliver 1 2 two' 'expect deliver_sm_resp' eof
listen -c 1 -o log.1 --header --columns text,seq
is 'a file is appended to, its header not repeated' "$(cat log.1)" \
    "text${tab}seq
one${tab}1
two${tab}1"
played 'append'

smsc bind eof
background listener smpp-listen -u "smpp://me@$addr"
appears listener.err 'bound to'
stop listener HUP
is 'SIGHUP without --out is SIGTERM' "$status" 0
played 'SIGHUP'

# Usage
exits 64 'a transmitter is refused' smpp-listen -u smpp://a@b -b tx
exits 64 'an unknown column is refused' smpp-listen -u smpp://a@b --columns x
like 'with its name' "$(cat err)" 'x'
exits 64 'an argument is refused' smpp-listen -u smpp://a@b c
exits 64 '-c 0 is refused' smpp-listen -u smpp://a@b -c 0
exits 64 'nothing configured is 64' smpp-listen
done_testing
