#!/bin/sh
# SPDX-License-Identifier: ISC
# Many rows through SMSCs that do much wrong, over runs that are interrupted:
# each row comes out once, and what it says agrees part by part with what was
# taken. LONG=1: 100,000 rows, ten seeds.
. "${0%/*}/lib.sh"
need python3
rows=1000 seeds='1 2 3' interruptions=3
[ -z "$LONG" ] || rows=100000 seeds='1 2 3 4 5 6 7 8 9 10' interruptions=6

# under TLS every other seed
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
fi
for seed in $seeds; do
	exits 0 "seed $seed: rows and SMSC agree" python3 "$ROOT/tests/faults.py" $seed $rows $interruptions
	diag "$(cat out)"
done
done_testing
