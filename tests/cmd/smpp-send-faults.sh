#!/bin/sh
# SPDX-License-Identifier: ISC
# Many rows through an SMSC that does much wrong: each row comes out once, and
# what it says agrees with what the SMSC took. LONG=1: more rows and seeds.
. "${0%/*}/lib.sh"
need python3
rows=2000 seeds='1 2'
[ -z "$LONG" ] || rows=5000 seeds='1 2 3 4'

awk -v n=$rows 'BEGIN { for (i = 1; i <= n; i++) printf "82105%08d\trow %d\n", i, i }' >in
for seed in $seeds; do
	start sim smpp-sim -l 127.0.0.1:0 -o taken --seed $seed --latency 0..3ms \
		--fault ESME_RTHROTTLED@p=0.002 --fault ESME_RINVDSTADR@p=0.01 \
		--fault ESME_RSYSERR@p=0.002 --fault nack@p=0.002 \
		--fault reorder@p=0.01 --fault double@p=0.005 --fault sequence@p=0.0003 \
		--fault no-body@p=0.005 --fault body@p=0.005 --fault silence@p=0.001 \
		--fault late=150ms@p=0.001 --fault unbind@p=0.0003 --fault close@p=0.0003 \
		--fault reset@p=0.0003 --fault segment=1@p=0.002 --fault gather@p=0.002
	smpp-send -u "smpp://me@$addr" --batch --window 50 --timeout 100ms --grace 5s -q \
		--reconnect-time 1h --retries 20 --columns ref,status,message_id,to,parts,error in >out 2>err
	status=$?
	ok "seed $seed: the exit status is one of those of lost answers" \
		test "$status" -eq 75 -o "$status" -eq 1
	stop sim
	ok "seed $seed: rows and SMSC agree" python3 - in out taken <<'PY'
import collections, sys
rows = [l.rstrip('\n').split('\t') for l in open(sys.argv[1])]
out = [l.rstrip('\n').split('\t') for l in open(sys.argv[2])]
taken = collections.defaultdict(list)
for line in open(sys.argv[3]):
    cell = line.rstrip('\n').split('\t')
    if cell[2] == 'submit_sm':
        taken[cell[4]].append(cell[6])
assert len(out) == len(rows), (len(out), len(rows))
assert len({r[0] for r in out}) == len(rows), 'a row twice'
count = collections.Counter()
for ref, status, ids, to, parts, error in out:
    count[status] += 1
    got = taken.get(to, [])
    if status == 'ok':
        assert len(got) == 1, (ref, 'ok, but taken', got)
        assert ids in ('', got[0]), (ref, ids, got)
    elif status == 'failed':
        assert got == [], (ref, 'failed, but taken', got, error)
    elif status == 'unknown':
        assert len(got) <= 1, (ref, 'unknown, taken', got)
    else:
        assert status == 'unsent' and got == [], (ref, status, got)
print(dict(count), file=sys.stderr)
assert count['ok'] > len(rows) / 2, count
PY
done
done_testing
