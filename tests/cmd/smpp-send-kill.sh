#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 in the midst of --journal, again and again: each row is accepted
# once, or said to be unknown. LONG=1: more rows, more kills, more seeds.
. "${0%/*}/lib.sh"
need python3
rows=3000 kills=8 step=300 seeds='1'
[ -z "$LONG" ] || rows=20000 kills=40 step=700 seeds='1 2 3 4 5'

# every seventh is of three parts
awk -v n=$rows 'BEGIN { for (i = 1; i <= n; i++) {
	printf "82105%08d\trow %d", i, i
	if (i % 7 == 0) for (k = 1; k <= 60; k++) printf " %d.%d", i, k
	print ""
} }' >in
for seed in $seeds; do
	for how in second each; do
		start sim smpp-sim -l 127.0.0.1:0 -o taken --seed $seed --latency 0..8ms \
			--fault ESME_RTHROTTLED@p=0.002 --fault ESME_RINVDSTADR@p=0.01 --fault reorder@p=0.01
		rm -f journal
		exits 75 "seed $seed, synced each $how: some rows are unknown" python3 "$ROOT/tests/kill.py" $seed $kills $step rows \
			smpp-send -u "smpp://me@$addr" --batch --window 50 --journal journal --journal-sync $how -q \
			--columns ref,status,message_id,to,parts,error in
		diag "killed after $(cat out)"
		stop sim
		ok "seed $seed, $how: rows and SMSC agree" python3 "$ROOT/tests/agree.py" in rows taken
		is "seed $seed, $how: no more than was in flight is unknown" \
			"$(awk -F'\t' -v most=$((kills * 50)) '$2 == "unknown" { n++ } END { print (n > 0 && n <= most) }' rows)" 1
	done
done
done_testing
