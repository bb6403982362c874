#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-decode follows a live capture: a PDU is printed while tcpdump runs on.
. "${0%/*}/lib.sh"
need tcpdump smpp-decode smpp-sim smpp-ctl

start sim smpp-sim -l 127.0.0.1:0
sim=$addr port=${addr##*:}
mkfifo packets
background tcpdump tcpdump -i lo -U --immediate-mode -w packets port "$port"
smpp-decode -j <packets >out.json 2>decode.err &
decode=$!
if ! appears tcpdump.err 'listening on'; then
	stop tcpdump
	wait $decode
	grep -qE 'permission|not permitted' tcpdump.err && skip_all 'no right to capture here'
	diag "$(cat tcpdump.err)"
	ok 'tcpdump listens' false
	done_testing
fi
exits 0 'a session of a few round trips' smpp-ctl ping -u "smpp://me@$sim" -c 3 --interval 1ms -q
ok 'its end is printed while the capture goes on' appears out.json '"command":"unbind_resp"'
like 'with time and addresses' "$(cat out.json)" \
	"^\\{\"offset\":0,\"time\":\"20.*Z\",\"from\":\"127\\.0\\.0\\.1:[0-9]+\",\"to\":\"127\\.0\\.0\\.1:$port\",\"command\":\"bind_transmitter\""
is 'all of it' "$(grep -c enquire_link out.json)" 6
stop tcpdump INT
status=0
wait $decode || status=$?
is 'smpp-decode ends with the capture' "$status" 0
is 'and has nothing to say' "$(cat decode.err)" ''
stop sim
done_testing
