#!/bin/sh
# Net::SMPP (Perl), both ways.
. "${0%/*}/lib.sh"
need smpp-send smpp-sim
perl -e 'require Net::SMPP' 2>/dev/null || skip_all 'no Net::SMPP here'
text='Your code is 483920.'

start server "$peers/netsmpp-server"
exits 0 'a Net::SMPP server accepts a message' \
	smpp-send -u "smpp://me@$addr" -f SUREM -t +821055551234 "$text"
is 'its row holds the id' "$(cut -f1-3 out)" "1${tab}ok${tab}1001"
finished server
like 'it read the addresses and the text' "$(cat server.out)" \
	"^submit_sm${tab}SUREM${tab}821055551234${tab}$text\$"
like 'it was unbound from' "$(cat server.out)" '^unbind'

start server "$peers/netsmpp-server"
exits 0 'smpp-send waits for its receipt' \
	smpp-send -u "smpp://me@$addr" --wait --columns status,message_id,state,err \
	-t +821055551234 "$text"
is 'and matches it' "$(cat out)" "ok${tab}1001${tab}DELIVRD${tab}000"
finished server

start sim smpp-sim -l 127.0.0.1:0
exits 0 'a Net::SMPP client sends through smpp-sim' \
	"$peers/netsmpp-client" "$addr" SUREM 821055551234 "$text"
id=$(sed -n 's/^id //p' out)
like 'it got an id' "$id" '^[0-9A-Za-z-]+$'
like 'and the receipt of that id' "$(cat out)" "^receipt id:$id sub:.*stat:DELIVRD err:"
stop sim
done_testing
