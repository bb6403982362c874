#!/bin/sh
# --repeat: one message again and again, to numbers by chance, at a pace that
# does not wait for the answers.
. "${0%/*}/lib.sh"
need python3

start sim smpp-sim -l 127.0.0.1:0 --columns to
url="smpp://me@$addr"
exits 0 'a message a thousand times' smpp-send -u "$url" --repeat 1000 -w 50 -t '+8210{8d}' --seed 1 hi
is 'has a row each time, numbered' "$(cut -f1 out | sort -n | sed -n '1p;$p' | tr '\n' ' ')" '1 1000 '
is 'all of them ok' "$(cut -f2 out | sort | uniq -c | tr -s ' ')" ' 1000 ok'
is 'to numbers of that shape' "$(cut -f4 out | grep -cE '^\+8210[0-9]{8}$')" 1000
ok 'and many of them' test "$(cut -f4 out | sort -u | wc -l)" -gt 990
is 'the SMSC had the same' "$(sort sim.out | md5sum)" "$(cut -f4 out | tr -d + | sort | md5sum)"
sort out | cut -f4 >first
exits 0 'the same seed' smpp-send -u "$url" --repeat 1000 -w 50 -t '+8210{8d}' --seed 1 hi
is 'gives the same numbers' "$(sort out | cut -f4 | md5sum)" "$(md5sum <first)"
exits 0 'another one' smpp-send -u "$url" --repeat 1000 -w 50 -t '+8210{8d}' --seed 2 hi
ok 'gives others' test "$(sort out | cut -f4 | md5sum)" != "$(md5sum <first)"
exits 0 'several addresses take turns' smpp-send -u "$url" --repeat 2 -w 1 -t 111,222 -t '{3d}' hi
is 'as often as is said' "$(cut -f4 out | sed 's/.*/&/; 3s/.*/N/; 6s/.*/N/' | tr '\n' ' ')" '111 222 N 111 222 N '
exits 0 'a pattern needs no --repeat' smpp-send -u "$url" -t '{4d}' hi
like 'and is filled in once' "$(cut -f4 out)" '^[0-9]{4}$'
exits 0 'nor a connection' smpp-send -n --columns to --repeat 3 -t '{4d}' hi
is 'to be planned' "$(grep -cE '^[0-9]{4}$' out)" 3
stop sim

# late FILE: rows whose submit_ms is over 100
late() { awk '$2 > 100 { n++ } END { print n + 0 }' "$1"; }

# the SMSC reads nothing for 0.5 s in the midst of 1.5 s: 100 of 300 messages
# are due meanwhile, and wait
stalls() { start sim smpp-sim -l 127.0.0.1:0 --columns time --fault stall=500ms@after=60,count=1; }
stalls
exits 0 'with a rate' smpp-send -u "smpp://me@$addr" --repeat 300 --rate 200/s -w 5 --stats \
	--columns ref,submit_ms -t '8210{8d}' hi
ok 'latency counts from when a message was due' test "$(late out)" -ge 60
like 'in the percentiles too' "$(cat err)" 'p90 (1[0-9][0-9]|[2-9][0-9][0-9]|[0-9]{4,}) ms'
stop sim
is 'no second has more than the rate' "$(python3 - sim.out <<'PY'
import datetime, sys
t = [datetime.datetime.fromisoformat(l.strip().replace('Z', '+00:00')).timestamp() for l in open(sys.argv[1])]
most = max(sum(1 for u in t if s <= u < s + 1) for s in t)
print('fine' if most <= 206 else most)
PY
)" fine
cp out open
stalls
seq 1 300 | sed "s/\$/${tab}hi/" >rows
exits 0 'without --repeat' smpp-send -u "smpp://me@$addr" --rate 200/s -w 5 \
	--columns ref,submit_ms --batch rows
ok 'from when it left' test "$(late out)" -lt "$(late open)"
stop sim

start sim smpp-sim -q -l 127.0.0.1:0
background many smpp-send -u "smpp://me@$addr" --repeat 1000000000 --rate 100/s -t '8210{8d}' hi
ok 'very many' appears many.out '^3	ok'
kill -USR1 "$pid"
ok 'tell how far they are' appears many.err '^smpp-send: [0-9]+ done, .* left'
stop many
is 'and can be ended' "$status" 75
like 'saying how many are left' "$(cat many.err)" \
	'^smpp-send: 999[0-9]+ of 1000000000 messages were not begun$'
is 'those begun have a row' "$(cut -f2 many.out | sort -u)" ok
stop sim

exits 64 'a batch is not repeated' smpp-send -u "$url" --repeat 2 --batch
exits 64 'never is no number' smpp-send -u "$url" --repeat 0 -t 1 hi
for bad in '{8}' '{d}' '{0d}' '{21d}' '8{' '8}'; do
	exits 64 "no pattern: $bad" smpp-send -u "$url" -t "$bad" hi
done
like 'is told as that' "$(cat err)" '^smpp-send: --to: "8}": digits by chance are asked for as in 8210\{8d\}'
done_testing
