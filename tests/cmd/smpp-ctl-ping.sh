#!/bin/sh
# smpp-ctl ping: round trips, what is lost, the summary, and Nagios.
. "${0%/*}/lib.sh"
need python3

start sim smpp-sim -l 127.0.0.1:0
SMPP_URL=smpp://test@$addr
export SMPP_URL
exits 0 'five enquire_links' smpp-ctl ping -c 5 --interval 1ms
is 'each has a record' "$(cut -f1,2 out | tr '\t\n' ' ;')" '1 ok;2 ok;3 ok;4 ok;5 ok;'
like 'with its time in ms' "$(cut -f3 out | head -n 1)" '^[0-9]+\.[0-9]{3}$'
like 'the bind is told' "$(cat err)" '^smpp-ctl: bound to test@127.0.0.1:[0-9]+ in [0-9.]+ ms$'
like 'the summary counts' "$(cat err)" '5 sent, 5 answered, 0 refused, 0 lost$'
like 'and has percentiles' "$(cat err)" 'ms: min [0-9.]+, mean [0-9.]+, p50 [0-9.]+, p90 [0-9.]+, p99 [0-9.]+, max [0-9.]+$'
exits 0 'as fast as answers come' smpp-ctl ping -c 100 --interval 0 -q -j
like 'numbers are numbers' "$(tail -n 1 out)" '^\{"seq":100,"status":"ok","ms":[0-9]+\.[0-9]{3},"error":null\}$'
is 'quiet is silent' "$(cat err)" ''
background ping smpp-ctl ping --interval 1ms
appears ping.out "^3${tab}ok"
stop ping INT
is 'without a count a signal ends it, and all is well' "$status" 0
like 'with the summary' "$(cat ping.err)" 'sent, .* answered, 0 refused, 0 lost$'
exits 0 'a receiver may ping, too' smpp-ctl ping -b rx -c 1
like 'once' "$(cat out)" "^1${tab}ok"
exits 64 'an interval that is no time' smpp-ctl ping --interval soon
exits 64 '--warning that is no limit' smpp-ctl ping --warning 5s,20
like 'says what is expected' "$(cat err)" '0% to 100%'

exits 0 'Nagios: all is well' smpp-ctl ping --nagios --interval 0
like 'one line, with performance data' "$(cat out)" \
	'^SMPP OK - test@127.0.0.1:[0-9]+: 3 of 3 answered, [0-9.]+ ms on average \| pl=0%;20;60;0;100 rta=[0-9.]+ms;1000;5000;0 rtmax=[0-9.]+ms;;;0 bind=[0-9.]+ms;;;0$'
is 'and no more' "$(wc -l <out)" 1
exits 1 'Nagios: slower than --warning' smpp-ctl ping --nagios --interval 0 --warning 0
like 'is a warning' "$(cat out)" '^SMPP WARNING - '
exits 2 'Nagios: slower than --critical' smpp-ctl ping --nagios --interval 0 --critical 0
like 'is critical' "$(cat out)" '^SMPP CRITICAL - '
stop sim
exits 2 'Nagios: nobody there' smpp-ctl ping --nagios
like 'is critical, and why' "$(cat out)" '^SMPP CRITICAL - test@.*: 0 of 0 answered; connect to .*: Connection refused \| pl=100%'
exits 3 'Nagios: wrong usage' smpp-ctl --nagios ping --interval soon
like 'is unknown, on stdout' "$(cat out)" '^SMPP UNKNOWN - --interval'
exits 3 'Nagios: an unknown option' smpp-ctl ping --nagios --nosuch
unset SMPP_URL
exits 3 'Nagios: nothing configured' smpp-ctl ping --nagios
like 'is unknown, too' "$(cat out)" '^SMPP UNKNOWN - nothing is configured'

start smsc peer -l 127.0.0.1:0 bind 'expect enquire_link' reply 'expect enquire_link' \
	'expect enquire_link' reply 'expect unbind' reply eof
exits 75 'an answer that does not come' smpp-ctl ping -u "smpp://me@$addr" -c 3 --interval 20ms --timeout 300ms
is 'is unknown, the others are not' "$(sort out | cut -f1,2,4 | tr '\t\n' ' ;')" \
	'1 ok ;2 unknown no answer in time;3 ok ;'
like 'and counts as lost' "$(cat err)" '3 sent, 2 answered, 0 refused, 1 lost'
finished smsc
is 'enquire_links go out at their pace all the same' "$status" 0
start smsc peer -l 127.0.0.1:0 bind 'expect enquire_link' 'reply 0x08' 'expect enquire_link' \
	'reply cmd=generic_nack 3' eof
exits 1 'enquire_links that are refused' smpp-ctl ping -u "smpp://me@$addr" -c 2 --interval 0
is 'are failed' "$(cut -f1,2,4 out | tr '\t\n' ' ;')" \
	'1 failed ESME_RSYSERR 0x08;2 failed ESME_RINVCMDID 0x03;'
finished smsc
start smsc peer -l 127.0.0.1:0 bind 'expect enquire_link' close accept bind \
	'expect enquire_link' reply eof
exits 75 'a link that breaks' smpp-ctl ping -u "smpp://me@$addr" -c 2 --interval 10s -q
is 'is made again' "$(cut -f1,2 out | tr '\t\n' ' ;')" '1 unknown;2 ok;'
finished smsc
start smsc peer -l 127.0.0.1:0 bind 'expect enquire_link' mute
background ping smpp-ctl ping -u "smpp://me@$addr" --grace 100ms
appears smsc.out enquire_link
stop ping INT
is 'what waits when it ends is unknown' "$status" 75
is 'and has a record' "$(cat ping.out)" "1${tab}unknown${tab}${tab}interrupted"
stop smsc
start smsc peer -l 127.0.0.1:0 'bind 0x0e'
exits 2 'Nagios: the bind is refused' smpp-ctl ping --nagios -u "smpp://me@$addr"
like 'is critical, with the status' "$(cat out)" 'CRITICAL.*ESME_RINVPASWD'
stop smsc
done_testing
