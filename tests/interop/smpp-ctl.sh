#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-ctl against SMSCs that are not ours: node-smpp, Net::SMPP, drive_smpp.
. "${0%/*}/lib.sh"
need smpp-ctl smpp-send
NODE_SMPP=$ROOT/build/node/node_modules/smpp
export NODE_SMPP
results() { cut -f1,2 out | tr '\t\n' ' ;'; }

if [ -e "$NODE_SMPP" ]; then
	start node env KEEP=1 node "$peers/node-server.js"
	SMPP_URL=smpp://me@$addr
	export SMPP_URL
	smpp-send -f 100 -t +821055551234 --columns message_id hi >id
	id=$(cat id)
	exits 0 'node-smpp: a query' smpp-ctl query -f 100 "$id"
	is 'node-smpp: the state' "$(cat out)" "$id${tab}ok${tab}ENROUTE${tab}${tab}"
	exits 0 'node-smpp: a new text' smpp-ctl replace -f 100 "$id" other
	exits 0 'node-smpp: a cancel' smpp-ctl cancel -f 100 "$id"
	exits 1 'node-smpp: another' smpp-ctl cancel -f 100 "$id"
	exits 0 'node-smpp: a query after it' smpp-ctl query -f 100 "$id"
	is 'node-smpp: the state and the time' "$(cat out)" \
		"$id${tab}ok${tab}UNDELIV${tab}2026-01-01T00:01:59Z${tab}"
	exits 0 'node-smpp: 1000 queries' sh -c "yes $id | head -n 1000 | smpp-ctl query -w 100 -f 100"
	is 'node-smpp: each has its row' "$(cut -f2,3 out | uniq -c | tr -s ' ')" " 1000 ok${tab}UNDELIV"
	exits 0 'node-smpp: ping' smpp-ctl ping -c 10 --interval 0
	exits 0 'node-smpp: probe' smpp-ctl probe -t 123 -f 100 --idle 0
	like 'node-smpp: what it takes' "$(results)" 'query_sm yes;cancel_sm yes;replace_sm yes;.*submit_sm yes;.*message_id yes;'
	like 'node-smpp: the receipt' "$(results)" 'receipt yes;receipt_id yes;'
	stop node
else
	skip 'node-smpp' 'no node-smpp: scripts/bootstrap could not install it'
fi

if perl -e 'require Net::SMPP' 2>/dev/null; then
	start perl "$peers/netsmpp-server"
	exits 0 'Net::SMPP: a query' smpp-ctl query -u "smpp://me@$addr" -f 100 1001
	is 'Net::SMPP: the state' "$(cat out)" "1001${tab}ok${tab}DELIVRD${tab}${tab}"
	finished perl
	start perl "$peers/netsmpp-server"
	exits 1 'Net::SMPP: a cancel' smpp-ctl cancel -u "smpp://me@$addr" -f 100 1001
	like 'Net::SMPP: is refused' "$(cat out)" 'ESME_RCANCELFAIL 0x11'
	finished perl
	start perl "$peers/netsmpp-server"
	exits 0 'Net::SMPP: ping' smpp-ctl ping -u "smpp://me@$addr" -c 5 --interval 1ms
	finished perl
else
	skip 'Net::SMPP' 'no Net::SMPP here'
fi

drive=/usr/lib/kannel/test/drive_smpp
if [ -x $drive ]; then
	background drive $drive -v 0 -p 0 -m 0
	port_of "$pid"
	exits 0 'drive_smpp: ping' smpp-ctl ping -u "smpp://foo@$addr" -c 5 --interval 1ms
	stop drive
else
	skip 'drive_smpp' 'no drive_smpp here'
fi
done_testing
