#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-listen and smpp-sim through what goes wrong: what smpp-sim counts as
# acknowledged stands in the output, whenever smpp-listen is killed, its disk
# is full, or its reader is slow or gone. LONG=1 kills it 100 times.
. "${0%/*}/../cmd/lib.sh"
need python3
rounds=5
[ -z "$LONG" ] || rounds=100

# mo N: rows for smpp-sim to deliver, each text but once
mo() { awk -v n="$1" 'BEGIN {
	for (i = 0; i < n; i++) print "821011112222\t+821055551234\ttext-" i "-." }'; }

# Killed between reading and writing, anywhere at all: an acknowledgement that
# reached smpp-sim is one that stands in the file.
mkfifo sim.in
mo 100000000 >sim.in 2>/dev/null &
start sim smpp-sim -l 127.0.0.1:0 --mo -
python3 - "$rounds" log smpp-listen -u "smpp://me@$addr" -o log --columns text,seq <<-'PY'
	import os, subprocess, sys, time
	rounds, log, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
	def size():
	    return os.path.getsize(log) if os.path.exists(log) else 0
	for i in range(rounds):
	    enough, until = size() + i * 37 % 50 * 1000 + 1, time.monotonic() + 30
	    listener = subprocess.Popen(command, stderr=subprocess.DEVNULL)
	    while size() < enough and time.monotonic() < until:
	        pass
	    listener.kill()
	    listener.wait()
PY
kill -USR1 "$pid_sim"
appears sim.err 'delivered='
delivered=${line##*delivered=}
delivered=${delivered%%[!0-9]*}
# the last line may be one that was cut short
sed -n '$!p' log | cut -f1 | sort -u >got
[ -z "$(tail -c 1 log)" ] && tail -n 1 log | cut -f1 >>got
sort -u -o got got
ok "what was acknowledged over $rounds kills stands in the file" \
    test "$(wc -l <got)" -ge "$delivered" ||
	diag "delivered=$delivered in file: $(wc -l <got)"
ok 'there was something' test "$delivered" -gt 100
is 'each line is a whole record' "$(sed -n '$!p' log |
    grep -cvE "^text-[0-9]+-\.${tab}[0-9]+\$")" 0
diag "$delivered acknowledged, $(wc -l <got) in the file"
stop sim

# A disk that fills, and has room again
mo 20000 >mo
mkdir small
if mount -t tmpfs -o size=64k none small 2>/dev/null; then
	trap 'umount -l small 2>/dev/null; finish' EXIT
	start disk smpp-sim -l 127.0.0.1:0 --mo mo
	exits 74 'a disk that fills is 74' timeout 60 smpp-listen -u "smpp://me@$addr" \
	    -o small/log --columns text --no-join
	like 'and named' "$(cat err)" 'small/log: No space left'
	mv small/log first
	run timeout 60 smpp-listen -u "smpp://me@$addr" -o second --columns text \
	    -c $((20000 - $(grep -c '\.$' first))) --for 50s --no-join
	is 'the next one gets the rest, and nothing twice' \
	    "$(cat first second | grep '\.$' | sort | uniq -c | awk '{ n[$1]++ } END { for (i in n) print i, n[i] }')" \
	    '1 20000'
	stop disk
	umount small
else
	skip 'a disk that fills is 74' 'no mount here'
fi

# Torn by a crash: the half record goes, what is whole stays
printf 'text-whole\ntext-ha' >torn
printf '1\t2\tnew\n' >mo
exits 0 'a file with half a record is appended to' smpp-sim --mo mo -- \
    smpp-listen -c 1 -o torn --columns text
is 'behind the last whole one' "$(cat torn)" 'text-whole
new'
like 'and it is said' "$(cat err)" 'torn: ends with 7 octets of a record that was not finished'

# A reader that goes while nothing arrives
start smsc peer -l 127.0.0.1:0 bind eof
mkfifo pipe
smpp-listen -u "smpp://me@$addr" >pipe 2>listener.err &
pid=$!
exec 7<pipe
appears listener.err 'bound to'
exec 7<&-
status=0
wait $pid || status=$?
is 'a reader that goes ends it, though nothing arrives' "$status" 74
like 'it is named' "$(cat listener.err)" 'stdout: Broken pipe'
finished smsc
is 'the link is unbound' "$status:$(tail -n 1 smsc.out | cut -d ' ' -f 1)" 0:unbind
done_testing
