#!/bin/sh
# SPDX-License-Identifier: ISC
# --resend-unknown: what was not answered goes once more, and its row says what
# the SMSC has of it.
. "${0%/*}/lib.sh"
need python3

p_count=0
smsc() {
	p_count=$((p_count + 1)) p=p$p_count
	start $p python3 "$ROOT/tests/peer.py" -t 8 -l 127.0.0.1:0 "$@"
}
send() {
	smpp-send -u "smpp://me@$addr" --timeout 200ms --bind-timeout 5s \
		--reconnect-time 60ms --grace 300ms --resend-unknown \
		--columns status,message_id,attempts,error "$@"
}
row() { printf '%s\t' "$@"; }
played() {
	finished $p
	is "$1" "$status" 0 || diag "$(cat $p.err $p.out)"
}

smsc bind 'expect submit_sm' 'expect submit_sm' 'reply id=b' serve
exits 0 'a part that is not answered in time' send -t 1 hi
is 'goes once more' "$(cat out)" "$(row ok b 2)"
smsc bind 'expect submit_sm' 'expect submit_sm' 'expect unbind' reply
exits 75 'but not twice' send -t 1 hi
is 'and is unknown then' "$(cat out)" "$(row unknown '' 2)no answer in time"
played 'that is all that was sent'
smsc bind 'expect submit_sm' 'expect submit_sm' 'reply 0x0b' serve
exits 75 'a second time that is refused' send -t 1 hi
is 'says nothing of the first' "$(cat out)" "$(row unknown '' 2)no answer in time"
smsc bind 'expect submit_sm' 'expect submit_sm' 'pdu submit_sm_resp seq=2 body=6100' 'reply 0x0b' serve
exits 0 'a late answer to the first' send -t 1 hi
is 'does' "$(cat out)" "$(row ok a 2)"
like 'and is told' "$(cat err)" 'row 1: the answer came after [0-9]+ ms: ESME_ROK 0x00, message_id a'
smsc bind 'expect submit_sm' 'expect submit_sm' 'pdu submit_sm_resp status=0x0b seq=2' 'reply 0x0b' serve
exits 1 'refused both times' send -t 1 hi
is 'is a failure' "$(cat out)" "$(row failed '' 2)ESME_RINVDSTADR 0x0b"
smsc bind 'expect submit_sm' 'expect submit_sm' 'pdu submit_sm_resp seq=2 body=6100' 'reply id=b' serve
exits 0 'accepted both times' send -t 1 hi
is 'is one row' "$(cat out)" "$(row ok a 2)"
like 'and the other id is told' "$(cat err)" 'row 1: a part that was sent once more is accepted twice, message_id b'
smsc bind 'expect submit_sm' 'expect submit_sm' 'pdu submit_sm_resp seq=2 body=6100' reset accept bind serve
exits 0 'the first accepted late, the second lost' send -t 1 hi
is 'is accepted' "$(cat out)" "$(row ok a 2)"
smsc bind 'expect submit_sm' reset accept bind 'expect submit_sm' 'reply id=b' serve
exits 0 'what a link takes with it' send -t 1 hi
is 'goes over the next' "$(cat out)" "$(row ok b 2)"
smsc bind 'expect submit_sm' 'expect submit_sm' reset accept bind 'expect unbind' reply
exits 75 'both lost with a link' send -t 1 hi
is 'is unknown' "$(cat out)" "$(row unknown '' 2)no answer in time"
smsc bind 'expect submit_sm' mute accept bind 'expect submit_sm' 'reply id=b' serve
exits 0 'a whole window without an answer' send -w 1 -t 1 hi
is 'goes over a new link' "$(cat out)" "$(row ok b 2)"
smsc bind 'expect submit_sm' mute accept bind 'expect submit_sm' mute
exits 75 'twice' send -w 1 -t 1,2 hi
is 'is the end' "$(sort out)" "$(row unknown '' 2)no answer in time
$(row unsent '' '')not sent"
long=$(printf %0400d 7)
smsc bind 'expect submit_sm' 'expect submit_sm' 'expect submit_sm' 'pdu submit_sm_resp seq=2 body=6100' \
	'pdu submit_sm_resp seq=4 body=6300' 'expect submit_sm' 'reply id=b' serve
exits 0 'of a long message' send -t 1 "$long"
is 'the part concerned goes once more' "$(cat out)" "$(row ok a,b,c 2)"
is 'as it was' "$(awk '$1 == "submit_sm" { print $4 }' $p.out | sed -n '2p;4p' | uniq | wc -l)" 1
smsc bind 'expect submit_sm' 'expect submit_sm' 'expect submit_sm' 'pdu submit_sm_resp seq=2 body=6100' \
	'pdu submit_sm_resp status=0x0b seq=4' 'expect unbind' reply
exits 75 'unless another was refused' send -t 1 "$long"
is 'which stops it' "$(cat out)" "$(row unknown a,, 1)ESME_RINVDSTADR 0x0b"

# over runs
printf '1\t%s\n' "$long" >rows
smsc bind 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'expect submit_sm' 'expect unbind' reply
exits 75 'a run without it' sh -c "smpp-send -u smpp://me@$addr --timeout 200ms --journal j -w 3 --reconnect-time 60ms --batch rows"
is 'leaves its row unknown' "$(cut -f2,3 out)" "unknown${tab}a,,"
reference=$(awk '$1 == "submit_sm" { print $4 }' $p.out | grep -o '050003..03' | sort -u)
smsc bind 'expect submit_sm' 'expect submit_sm' reply-all 'expect unbind' reply
exits 0 'one with it' send --batch --journal j rows
is 'sends what is not known to be there' "$(cut -f1-3 out)" "ok${tab}a,2,3${tab}1"
is 'under the reference of the first' "$(awk '$1 == "submit_sm" { print $4 }' $p.out | grep -o '050003..03' | sort -u)" "$reference"
played 'and nothing else'
smsc bind 'expect unbind' reply
exits 0 'one after that' send --batch --journal j rows
is 'knows it all' "$(cut -f1,2 out)" "ok${tab}a,2,3"
played 'and sends nothing'

# one that is never answered does not keep a throttled link closed
start sim smpp-sim -l 127.0.0.1:0 --fault silence@count=1 --fault ESME_RTHROTTLED@after=1,for=500ms
seq 1 60 | sed 's/$/\thi/' >many
exits 75 'silence, then throttling' timeout 30 smpp-send -u "smpp://me@$addr" --timeout 300ms -w 20 --batch many
is 'pass, and all is told' "$(cut -f2 out | sort | uniq -c | tr -s ' ' | tr '\n' ';')" ' 59 ok; 1 unknown;'
stop sim
done_testing
