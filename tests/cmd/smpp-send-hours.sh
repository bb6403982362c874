#!/bin/sh
# --hours: nothing leaves outside of them. The clock is that of the machine,
# but its zone is the test's: in it, noon is as near as the test wants.
. "${0%/*}/lib.sh"
need python3

# zone SECONDS: in $TZ it is so many seconds before noon now (after it: -2);
# $noon is when that is.
zone() {
	read -r TZ noon <<ZONE
$(python3 -c 'import sys, time
now = time.time(); east = int(43200 - float(sys.argv[1]) - now) % 86400
print("<tst>-%02d:%02d:%02d" % (east // 3600, east // 60 % 60, east % 60), int(now + float(sys.argv[1])))' "$1")
ZONE
}
# taken: how many lines on stdin are of a time before noon, and how many of
# one after it: " 2 0 3 1 "
taken() {
	python3 -c 'import sys, datetime
for line in sys.stdin:
    t = datetime.datetime.fromisoformat(line.split("\t")[0].replace("Z", "+00:00"))
    print(int(t.timestamp() - float(sys.argv[1]) // 1 >= 0))' "$noon" | sort | uniq -c | tr -s '\n ' ' '
}

start sim smpp-sim -l 127.0.0.1:0
url="smpp://me@$addr"

# a second before noon, or more where a program takes longer to start
for ahead in 1 2 4 8; do
	zone $ahead
	run smpp-send -u "$url" --hours 12:00-13:00 -t 1 hi
	[ ! -s err ] || break
done
is 'a message of before the hours' "$status" 0
like 'waits for them' "$(cat err)" '^smpp-send: outside of the hours to send in; waiting for [0-9-]+ 12:00 \+[0-9:]+$'
is 'and is sent then' "$(tail -n 1 sim.out | taken)" ' 1 1 '
zone -2
exits 0 'a message within the hours' smpp-send -u "$url" --hours 12-13 --tz local -t 1 hi
is 'is sent at once, and nothing is said' "$(cat err)" ''
zone 3600
exits 0 'hours over midnight' smpp-send -u "$url" --hours 22:00-12:00 -t 1 hi
is 'count as one stretch' "$(cat err)" ''
stop sim

seq 1 400 | sed "s/\$/${tab}hi/" >rows
for ahead in 1 2 4 8; do
	start sim smpp-sim -l 127.0.0.1:0
	zone $ahead
	background send smpp-send -u "smpp://me@$addr" --hours 11-12 --rate 20/s --batch rows
	appears send.err . && [ -s send.out ] && break
	stop send
	stop sim
done
ok 'hours that end in the midst of a batch' appears send.err 'waiting for [0-9-]+ 11:00 \+[0-9:]+$'
kill -USR1 "$pid"
ok 'hold the rest back, and the progress line says what it waits for' appears send.err \
	'[0-9]+ done, .* limited by the hours set, waiting for [0-9-]+ 11:00 \+[0-9:]+$'
stop send
is 'a signal ends the wait' "$status" 75
like 'rows not begun are left' "$(cat send.err)" 'rows: not read from line [0-9]+ on'
is 'each row that was sent is told' "$(cut -f2 send.out | sort -u)" ok
is 'none was taken after the end' "$(taken <sim.out | awk '{ print NF, $2 }')" '2 0'
is 'rows and SMSC agree' "$(wc -l <send.out)" "$(wc -l <sim.out)"
stop sim

start smsc python3 "$ROOT/tests/peer.py" -l 127.0.0.1:0 bind serve
zone 3600
background send smpp-send -u "smpp://me@$addr" --hours 12-13 --enquire-link 50ms -t 1 hi
ok 'the link is kept alive meanwhile' appears smsc.out '^enquire_link 0 4 '
stop send
is 'an address that was not begun' "$(cut -f1,2 send.out)" "1${tab}unsent"
is 'leaves 75' "$status" 75
finished smsc

for bad in '' 9 9-9 25-26 09:00-21:60 9-10-11; do
	exits 64 "no hours: \"$bad\"" smpp-send -u smpp://me@127.0.0.1:1 --hours "$bad" -t 1 hi
done
like 'what is expected is said' "$(cat err)" '^smpp-send: --hours: "9-10-11": hours of the day are expected: 09:00-21:00'
for bad in '' KST-9 Asia/Seol +25:00 ../passwd; do
	exits 64 "no zone: \"$bad\"" smpp-send -u smpp://me@127.0.0.1:1 --hours 9-21 --tz "$bad" -t 1 hi
done
like 'those that are one are named' "$(cat err)" '^smpp-send: --tz: "../passwd": a zone is expected: \+09:00, UTC, local, or a name'
exits 78 'a zone of the environment that is none' env TZ=Nowhere smpp-send -u smpp://me@127.0.0.1:1 --hours 9-21 -t 1 hi
like 'is told when it matters' "$(cat err)" 'TZ is no time zone'
done_testing
