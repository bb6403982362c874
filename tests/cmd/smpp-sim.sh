#!/bin/sh
# smpp-sim from outside: binds, submits, receipts, deliveries, a command.
. "${0%/*}/lib.sh"

# step JSON...: a PDU as a step of peer.py.
step() { printf 'send %s' "$(printf '%s\n' "$1" | smpp-decode -E -x)"; }
bind_as() {	# KIND SYSTEM_ID PASSWORD [VERSION]
	step "{\"command\":\"bind_$1\",\"system_id\":\"$2\",\"password\":\"$3\",\"interface_version\":${4:-52}}"
}
submit() {	# FIELDS
	step "{\"command\":\"submit_sm\",\"seq\":7,\"source_addr\":\"SUREM\",\"destination_addr\":\"821055551234\"${1:+,$1}}"
}
trx=$(bind_as transceiver me x)
bound='expect bind_transceiver_resp'
taken='expect submit_sm_resp'
unbind='pdu unbind seq=9' unbound='expect unbind_resp'

# answers NAME STATUS JSON: the last word of a session with one request
answers() {
	peer -c "$addr" "${4:-$trx}" 'expect any' "$(step "$3")" 'expect any' >out 2>err
	is "$1" "$(tail -n 1 out | cut -d' ' -f2)" "$2" || diag "$(cat err)"
}

start sim smpp-sim -l 127.0.0.1:0
is 'the first line on stderr tells where it listens' "$(head -n 1 sim.err)" \
	"smpp-sim: listening on $addr"

exits 0 'a submit_sm is answered' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"short_message":"Your code is 483920."')" "$taken" "$unbind" "$unbound"
id=$(awk '$1 == "submit_sm_resp" { print $4 }' out | xxd -r -p | tr -d '\0')
like 'with an id of digits' "$id" '^[0-9]+$'
ok 'and printed' appears sim.out 'submit_sm'
is 'with all its columns' "$(cut -f2- sim.out)" \
	"me${tab}submit_sm${tab}SUREM${tab}821055551234${tab}Your code is 483920.${tab}$id"
like 'its time is RFC 3339' "$(cut -f1 sim.out)" '^20..-..-..T..:..:..\....Z$'

# versions
exits 0 'sc_interface_version is that of a 3.4 bind' peer -c "$addr" "$trx" \
	"$bound hex=0210000134"
exits 0 'and of a 5.0 bind' peer -c "$addr" "$(bind_as transceiver me x 80)" \
	"$bound hex=0210000150"
exits 0 'a 3.3 bind' peer -c "$addr" "$(bind_as transmitter me x 51)" \
	'expect bind_transmitter_resp'
unlike 'gets none' "$(cat out)" '02100001'
exits 0 'a bound session cannot bind again' peer -c "$addr" "$trx" "$bound" "$trx" \
	'expect bind_transceiver_resp'
is 'it is told so' "$(tail -n 1 out | cut -d' ' -f2)" 5

# receipts
exits 0 'a receipt comes back' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"registered_delivery":1,"source_addr_ton":5,"dest_addr_ton":1')" "$taken" \
	'expect deliver_sm' reply "$unbind" "$unbound"
id=$(awk '$1 == "submit_sm_resp" { print $4 }' out | xxd -r -p | tr -d '\0')
receipt=$(awk '$1 == "deliver_sm" { print $4 }' out)
header=$(printf '0000%04x000000050000000000000001' $((${#receipt} / 2 + 16)))
printf '%s%s\n' "$header" "$receipt" | smpp-decode -j >json
like 'it is one by esm_class' "$(cat json)" '"esm_class":4,'
like 'from where the message went' "$(cat json)" '"source_addr":"821055551234"'
like 'to where it came from' "$(cat json)" '"destination_addr":"SUREM"'
like 'with the types of number exchanged' "$(cat json)" \
	'"source_addr_ton":1,.*"dest_addr_ton":5,'
like 'in the usual form' "$(cat json)" "\"short_message\":\"id:$id sub:001 dlvrd:001 submit date:[0-9]{10} done date:[0-9]{10} stat:DELIVRD err:000\""
like 'with the id as a TLV' "$(cat json)" "receipted_message_id\",\"value\":\"$id\""
like 'and the state' "$(cat json)" 'message_state","value":2'
exits 0 'a receipt waits for a bind of its account' peer -c "$addr" \
	"$(bind_as transmitter late x)" 'expect any' "$(submit '"registered_delivery":1')" "$taken" \
	"$unbind" "$unbound"
exits 0 'another account does not get it' peer -c "$addr" "$(bind_as receiver me x)" \
	'expect any' 'pdu enquire_link seq=3' 'expect enquire_link_resp' "$unbind" "$unbound"
unlike 'not even in passing' "$(cat out)" deliver_sm
exits 0 'its own does' peer -c "$addr" "$(bind_as receiver late x)" 'expect any' \
	'expect deliver_sm' close
exits 0 'again when it was not acknowledged' peer -c "$addr" "$(bind_as receiver late x)" \
	'expect any' 'expect deliver_sm' 'reply 0x64' 'expect deliver_sm' reply \
	'pdu enquire_link seq=3' 'expect enquire_link_resp' "$unbind" "$unbound"
exits 0 'but no more then' peer -c "$addr" "$(bind_as receiver late x)" 'expect any' \
	'pdu enquire_link seq=3' 'expect enquire_link_resp' "$unbind" "$unbound"
unlike 'nothing comes' "$(cat out)" deliver_sm
exits 0 'no receipt of a success when failures are asked for' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"registered_delivery":2')" "$taken" 'pdu enquire_link seq=3' \
	'expect enquire_link_resp'

# what is refused
to='"destination_addr":"821055551234"'
answers 'no destination' 11 '{"command":"submit_sm"}'
answers 'a destination over 20 octets' 11 '{"command":"submit_sm","destination_addr":"123456789012345678901"}'
answers 'a source over 20 octets' 10 "{\"command\":\"submit_sm\",\"source_addr\":\"123456789012345678901\",$to}"
answers 'a service_type over 5 octets' 21 "{\"command\":\"submit_sm\",\"service_type\":\"SIXSIX\",$to}"
answers 'a priority_flag of 4' 6 "{\"command\":\"submit_sm\",\"priority_flag\":4,$to}"
answers 'a priority_flag of 4 in 5.0' 0 "{\"command\":\"submit_sm\",\"priority_flag\":4,$to}" \
	"$(bind_as transceiver me x 80)"
answers 'a predefined message' 99 "{\"command\":\"submit_sm\",\"sm_default_msg_id\":1,$to}"
answers 'a schedule that is no time' 97 "{\"command\":\"submit_sm\",\"schedule_delivery_time\":\"261331000000000+\",$to}"
answers 'a validity that is over' 98 "{\"command\":\"submit_sm\",\"validity_period\":\"200101000000000+\",$to}"
answers 'a validity that is no time' 98 "{\"command\":\"submit_sm\",\"validity_period\":\"tomorrow\",$to}"
answers 'a schedule past the validity' 97 "{\"command\":\"submit_sm\",\"schedule_delivery_time\":\"000002000000000R\",\"validity_period\":\"000001000000000R\",$to}"
answers 'text in both places' 1 "{\"command\":\"submit_sm\",\"short_message\":\"a\",\"tlvs\":[{\"name\":\"message_payload\",\"hex\":\"62\"}],$to}"
answers 'an unknown id' 12 '{"command":"query_sm","message_id":"1"}'
answers 'a broadcast in 3.4' 3 '{"command":"broadcast_sm"}'
answers 'a broadcast without its TLVs' 195 '{"command":"broadcast_sm"}' "$(bind_as transceiver me x 80)"
answers 'a submit before the bind' 4 "{\"command\":\"submit_sm\",$to}" 'pdu enquire_link'
answers 'a submit from a receiver' 4 "{\"command\":\"submit_sm\",$to}" "$(bind_as receiver me x)"
answers 'submit_multi to nobody' 51 '{"command":"submit_multi"}'

# the other submits
answers 'data_sm is answered' 0 "{\"command\":\"data_sm\",\"tlvs\":[{\"name\":\"message_payload\",\"hex\":\"6869\"}],$to}"
like 'and printed' "$(tail -n 1 sim.out)" "data_sm${tab}${tab}821055551234${tab}hi"
exits 0 'submit_multi is answered once' peer -c "$addr" "$trx" "$bound" \
	"$(step '{"command":"submit_multi","registered_delivery":1,"short_message":"all","dests":[{"destination_addr":"111"},{"dl_name":"list"},{"destination_addr":"222"}]}')" \
	'expect submit_multi_resp' 'expect deliver_sm' reply 'expect deliver_sm' reply
like 'naming the list it does not have' "$(cat out)" '^submit_multi_resp 0 [0-9]+ [0-9a-f]+010000'"6c697374"'0000000034$'
is 'it prints a row for each that it took' \
	"$(cut -f3,5,6 sim.out | grep -c "^submit_multi${tab}[12]*${tab}all")" 2
stop sim
is 'a signal ends it with 0' "$status" 0

# while a message is on its way
start slow smpp-sim -l 127.0.0.1:0 --delay 1h --columns message_id,text
exits 0 'a message that takes an hour' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"registered_delivery":1')" "$taken" "$unbind" "$unbound"
ok 'is printed at once' appears slow.out '^[0-9]'
id=$(cut -f1 slow.out)
ask() { step "{\"command\":\"$1\",\"seq\":8,\"message_id\":\"$id\",\"source_addr\":\"${2:-SUREM}\"}"; }
exits 0 'query_sm, replace_sm, cancel_sm' peer -c "$addr" "$trx" "$bound" \
	"$(ask query_sm)" 'expect query_sm_resp' "$(ask replace_sm)" 'expect replace_sm_resp' \
	"$(ask cancel_sm OTHER)" 'expect cancel_sm_resp' "$(ask cancel_sm)" 'expect cancel_sm_resp' \
	"$(ask cancel_sm)" 'expect cancel_sm_resp' "$(ask query_sm)" 'expect query_sm_resp'
is 'are answered as its state is' "$(sed 1d out | cut -d' ' -f1,2 | tr '\n' ' ')" \
	'query_sm_resp 0 replace_sm_resp 0 cancel_sm_resp 12 cancel_sm_resp 0 cancel_sm_resp 17 query_sm_resp 0 '
like 'it was on its way' "$(grep query out | head -n 1)" '00000100$'
like 'then it was deleted' "$(grep query out | tail -n 1)" '0401$'
exits 0 'a receipt says that it was deleted' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"registered_delivery":1')" "$taken" \
	"$(step '{"command":"cancel_sm","source_addr":"SUREM","destination_addr":"821055551234"}')" \
	'expect cancel_sm_resp' "expect deliver_sm hex=$(printf 'stat:DELETED' | xxd -p)" reply
exits 0 'a validity shorter than the delay ends in a receipt' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"registered_delivery":1,"validity_period":"000000000001000R"')" "$taken" \
	"expect deliver_sm hex=$(printf 'stat:EXPIRED' | xxd -p)" reply
stop slow

# shares
start shares smpp-sim -l 127.0.0.1:0 --outcomes REJECTED=1,DELIVRD=1 -j
exits 0 'states come in their shares, as typed' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"registered_delivery":1')" "$taken" \
	"expect deliver_sm hex=$(printf 'stat:REJECTED err:001' | xxd -p)" reply \
	"$(submit '"registered_delivery":1')" "$taken" \
	"expect deliver_sm hex=$(printf 'stat:DELIVRD err:000' | xxd -p)" reply
like 'rows as JSON' "$(head -n 1 shares.out)" '^\{"time":".*","account":"me","command":"submit_sm",'
stop shares

# accounts
printf 'me\tsecret\ttx\t1\n' >accounts
start listed smpp-sim -l 127.0.0.1:0 --accounts accounts
for t in 'transmitter you secret 15' 'transmitter me wrong 14' 'receiver me secret 13' 'transmitter me secret 0'; do
	set -- $t
	peer -c "$addr" "$(bind_as "$1" "$2" "$3")" 'expect any' >out 2>err
	is "bind_$1 as $2 with $3: $4" "$(cut -d' ' -f2 out)" "$4"
done
stop listed
printf 'me\tsecret\tup\n' >accounts
exits 78 'a bad file of accounts is named' smpp-sim -l 127.0.0.1:0 --accounts accounts
like 'with its line' "$(cat err)" 'accounts: line 1: bind: '
exits 66 'and one that is not there' smpp-sim --accounts nowhere
exits 66 'a file of messages that is not there' smpp-sim --mo nowhere -- true

# deliveries
printf '+821011112222\t+821055551234\thi there\n' >mo
exits 0 'a message is delivered' smpp-sim --mo mo -- smpp-listen -q -c 1
is 'to the command' "$(cut -f2-5 out)" "message${tab}821011112222${tab}821055551234${tab}hi there"
awk 'BEGIN { for (i = 0; i < 300; i++) printf "1%06d\t2\tnumber %d\n", i, i }' >mo
printf '123\t\tno destination\n1\t2\ta\tb\n' >>mo
exits 0 'hundreds are delivered' smpp-sim --mo mo -- smpp-listen -q -c 300
is 'each once' "$(cut -f5 out | sort -u | grep -c 'number')" 300
text=$(printf 'x%.0s' $(seq 1 400))
printf '1\t2\t%s\n' "$text" | run smpp-sim --mo - -- smpp-listen -q -c 3 --no-join --columns text,parts
is 'a long one comes in parts' "$(cut -f2 out | tr '\n' ' ')" '1/3 2/3 3/3 '
is 'and is whole' "$(cut -f1 out | tr -d '\n')" "$text"
start mo smpp-sim -l 127.0.0.1:0 --mo mo
exits 0 'what was refused for now goes to another bind' peer -c "$addr" "$trx" "$bound" \
	"expect deliver_sm hex=$(printf 'number 0' | xxd -p)" 'reply 0x64' close
exits 0 'nothing is lost with a bind' smpp-listen -q -u "smpp://a@$addr" -c 300
is 'nor doubled' "$(cut -f5 out | sort -u | wc -l)" 300
ok 'lines that are no record are named' appears mo.err 'mo: line 302: '
stop mo

# a command
exits 7 'the status of the command is its own' smpp-sim -- sh -c 'echo "$SMPP_URL $SMPP_PASSWORD"; exit 7'
like 'it is told where' "$(cat out)" '^smpp://test@127\.0\.0\.1:[0-9]+/\?window=100 test$'
printf 'a b\tpass\n' >accounts
run smpp-sim --accounts accounts -- sh -c 'echo "$SMPP_URL $SMPP_PASSWORD"'
like 'and who it is' "$(cat out)" '^smpp://a%20b@127\.0\.0\.1:[0-9]+/\?window=100 pass$'
exits 127 'a command that is not there' smpp-sim -- /nonexistent/command
exits 64 'a word without --' smpp-sim word
exits 64 'a share that is none' smpp-sim --outcomes LOST=1
exits 64 'a delay that is none' smpp-sim --delay soon
exits 69 'an address that cannot be listened on' smpp-sim -l 192.0.2.1:1
exits 64 'a port alone is no address' smpp-sim -l 2775
is 'what is expected is said' "$(cat err)" 'smpp-sim: --listen: "2775": expected ADDR:PORT or :PORT, as in 127.0.0.1:2775 or [::]:2775; PORT up to 65535'
exits 64 'nor is a port over 65535 one' smpp-sim -l 127.0.0.1:70000
printf '[p]\nlisten = 2775\n' >ini
exits 78 'nor in a profile' env SMPPTOOLS_CONFIG=ini smpp-sim -p p
exits 73 'an output that cannot be made' smpp-sim -o /nonexistent/file

# hostile clients
start hostile smpp-sim -l 127.0.0.1:0 --bind-timeout 100ms --enquire-link 100ms \
	--max-connections 300 --max-pdu 8KiB
exits 0 'who does not bind is let go' peer -c "$addr" eof
exits 0 'who does not answer enquire_link, too' peer -c "$addr" "$trx" "$bound" mute
exits 0 'one octet at a time is as good' peer -c "$addr" slow "$trx" "$bound" \
	"$(submit '"short_message":"slow"')" "$taken"
exits 0 'a PDU of 4 GiB ends the session' peer -c "$addr" 'send ffffffff00000004' \
	'expect generic_nack' eof
exits 0 'a long PDU before the bind, too' peer -c "$addr" 'send 0000200000000004' \
	'expect generic_nack' eof
exits 0 'an HTTP client is told nothing' peer -c "$addr" 'send text:GET / HTTP/1.1\r\n\r\n' eof
ok 'but named' appears hostile.err 'HTTP'
exits 0 'hundreds of sessions at once' python3 - "$addr" <<'PY'
import socket, struct, sys
host, port = sys.argv[1].rsplit(':', 1)
bind = b'me%d\0x\0\0\x34\0\0\0'
socks = []
for i in range(290):
    s = socket.create_connection((host, int(port)), 10)
    body = bind % i
    s.sendall(struct.pack('>IIII', 16 + len(body), 9, 0, 1) + body)
    socks.append(s)
def pdu(s):
    def octets(n):
        b = b''
        while len(b) < n:
            more = s.recv(n - len(b))
            if not more: sys.exit('closed')
            b += more
        return b
    head = octets(16)
    return head, octets(struct.unpack('>I', head[:4])[0] - 16)
for s in socks:
    head, _ = pdu(s)
    if head[4:12] != bytes.fromhex('8000000900000000'): sys.exit('no bind_resp')
for s in socks:
    body = b'\0' * 4 + b'\x01\x01123\0' + b'\0' * 5 + b'\x01' + b'\0' * 4
    s.sendall(struct.pack('>IIII', 16 + len(body), 4, 0, 2) + body)
for s in socks:
    names = []
    while len(names) < 2:
        head, _ = pdu(s)
        if head[4:8] != bytes.fromhex('00000015'): names.append(head[4:8].hex())
        else: s.sendall(bytes.fromhex('0000001080000015') + bytes(4) + head[12:])
    if names != ['80000004', '00000005']: sys.exit(str(names))
more = [socket.create_connection((host, int(port)), 10) for i in range(20)]
gone = sum(1 for s in more[-5:] if s.recv(1) == b'')
if gone != 5: sys.exit('%d of 5 were turned away' % gone)
PY
like 'more than that are turned away' "$(cat hostile.err)" '300 connections: more are turned away'
stop hostile
is 'and it ends well' "$status" 0

# a transcript that may be shown to others
start masked smpp-sim -l 127.0.0.1:0 -v --mask
exits 0 'a message and its transcript' peer -c "$addr" "$trx" "$bound" \
	"$(submit '"short_message":"Your code is 483920."')" "$taken" "$unbind" "$unbound"
stop masked
like 'masked' "$(cat masked.err)" ' destination_addr=[*]{9}234 .*short_message=[*]{20}$'
unlike 'no text and no whole number' "$(cat masked.err)" 'code|821055551234'
like 'the records have both' "$(cat masked.out)" "821055551234${tab}Your code"

# a full disk
start full smpp-sim -l 127.0.0.1:0 -o /dev/full
exits 1 'what cannot be printed is not answered' peer -c "$addr" "$trx" "$bound" \
	"$(submit)" "$taken"
finished full
is 'and ends it with 74' "$status" 74
done_testing
