#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-send --broadcast: one broadcast_sm of SMPP 5.0 to all areas.
. "${0%/*}/lib.sh"
need python3

SMPP_PASSWORD=secret
export SMPP_PASSWORD

start sim smpp-sim -l 127.0.0.1:0 -o taken
exits 0 'a broadcast needs an area and a text' smpp-send -u "smpp://me@$addr" -f 1234 --broadcast Seoul -v hello
is 'its row names the area' "$(cut -f1,2,4,5 out)" "1${tab}ok${tab}Seoul${tab}1"
like 'it binds as 5.0' "$(cat err)" 'bind_transmitter .*interface_version=80'
like 'with what must be there' "$(cat err)" \
	'broadcast_sm .*source_addr=1234 message_payload=hello broadcast_area_identifier=0x0053656f756c broadcast_content_type=0x000000 broadcast_rep_num=1 broadcast_frequency_interval=0x000000'
exits 0 'several areas are one broadcast' smpp-send -u "smpp://me@$addr" --broadcast Seoul --broadcast name:arc:1 \
	--broadcast hex:00414243 --broadcast-type gsm:50 --broadcast-every 15m --broadcast-times 4 -v hello
is 'and one row' "$(cut -f4 out)" 'Seoul;name:arc:1;hex:00414243'
like 'in their order, with what the options say' "$(cat err)" \
	'identifier=0x0053656f756c broadcast_area_identifier=0x006172633a31 broadcast_area_identifier=0x00414243 broadcast_content_type=0x010032 broadcast_rep_num=4 broadcast_frequency_interval=0x09000f'
exits 0 '--tlv comes before them' smpp-send -u "smpp://me@$addr" --broadcast Seoul --tlv 'broadcast_rep_num=7;broadcast_message_class=1' -v hello
is 'and nothing stands there twice' "$(grep -o 'broadcast_rep_num=[0-9]*' err | tr '\n' ' ')" 'broadcast_rep_num=7 '
seq 1 400 | tr '\n' ' ' >long
exits 0 'a long text is one PDU' smpp-send -u "smpp://me@$addr" --broadcast Seoul --columns parts,octets <long
is 'with all of it' "$(cat out)" "1${tab}1492"
exits 0 'a Korean one goes as any does' smpp-send -u "smpp://me@$addr" --broadcast Seoul --columns encoding 안녕
is 'in UCS2' "$(cat out)" ucs2
printf '[other]\nmulti = yes\nudh = 0401020304\njournal = j\n' >profiles
exits 0 'what a profile says of other messages does not count' env SMPPTOOLS_CONFIG=profiles \
	smpp-send -p other -u "smpp://me@$addr" --broadcast Seoul -v hello
like 'nor adds to it' "$(cat err)" 'broadcast_sm .* message_payload=hello broadcast_area_identifier'
printf '[ports]\nsource-port = 1000\ndestination-port = 2000\n' >profiles
exits 0 'nor do ports' env SMPPTOOLS_CONFIG=profiles smpp-send -p ports -u "smpp://me@$addr" --broadcast Seoul -v hello
like 'which a broadcast has no header for' "$(cat err)" 'broadcast_sm .* message_payload=hello broadcast_area_identifier'
stop sim
is 'the SMSC has them all' "$(awk -F'\t' '$3 == "broadcast_sm"' taken | wc -l | tr -d ' ')" 7

start sim smpp-sim -l 127.0.0.1:0 --fault ESME_RINVBCASTALIAS_NAME@on=dest,after=1
exits 1 'an area may refuse it' smpp-send -u "smpp://me@$addr" --broadcast Seoul --broadcast Busan hello
like 'the row is partial then, and names it' "$(cat out)" "^1${tab}partial${tab}[0-9]+${tab}Seoul;Busan${tab}1${tab}not to Busan: ESME_RINVBCASTALIAS_NAME 0x108\$"
exits 1 'all of them may' smpp-send -u "smpp://me@$addr" --broadcast Seoul hello
like 'then it has failed' "$(cat out)" "^1${tab}failed${tab}${tab}Seoul${tab}1${tab}ESME_RINVBCASTALIAS_NAME 0x108\$"
stop sim

# a status and an area each, in a response that takes the broadcast: two of two
start p python3 "$ROOT/tests/peer.py" -l 127.0.0.1:0 bind 'expect broadcast_sm' \
	'reply body=6d31000607000400000109060600024142060700040000010906060002004b' eof
exits 1 'an SMSC may take it, and refuse each area' smpp-send -u "smpp://me@$addr" --broadcast Seoul --broadcast Busan hello
like 'which comes to the same' "$(cat out)" "failed.*ESME_RINVBCASTAREAFMT"
finished p
is 'the peer has seen what it should' "$status" 0 || diag "$(cat p.err p.out)"

start sim smpp-sim -l 127.0.0.1:0
exits 1 'a link before 5.0 has no broadcast' smpp-send -u "smpp://me@$addr" --smpp-version 3.4 --broadcast Seoul hello
like 'which is said' "$(cat out)" 'failed.*broadcast_sm is of SMPP 5.0'
stop sim

exits 0 '--dry-run shows the text' smpp-send -n --broadcast 'polygon:37.5,127,37.6,127,37.6,127.1' hello
is 'of one part' "$(cut -f5,6 out)" "1${tab}1"
for bad in 'polygon:1,2,3,4' 'polygon:91,0,1,1,2,2' 'polygon:1,2,x' 'arc:1,2,3' 'arc:1,2,3,4,360,5' hex: hex:0g name: ''; do
	exits 64 "\"$bad\" is no area" smpp-send -n --broadcast "$bad" hello
	like 'which is said' "$(cat err)" '^smpp-send: --broadcast: '
done
exits 64 'a type has a name or a number' smpp-send -n --broadcast a --broadcast-type nonsense hello
exits 64 'an interval is whole seconds' smpp-send -n --broadcast a --broadcast-every 1500ms hello
for other in '-t 1' --batch --multi --data-sm '-r final' --wait '--udh 0401020304' '--esm-class 1' '--journal j'; do
	# shellcheck disable=SC2086  # an option and its value
	exits 64 "no $other with it" smpp-send -n --broadcast a $other hello
	like 'which is said' "$(cat err)" 'exclude one another'
done
done_testing
