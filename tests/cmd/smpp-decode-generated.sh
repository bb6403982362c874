#!/bin/sh
# SPDX-License-Identifier: ISC
# Generated PDUs of every kind become JSON and the same octets again; sent over
# connections in disorder they come out of a capture whole and in order.
# LONG=1: a million of them.
. "${0%/*}/lib.sh"
need python3 cmp
n=10000
[ -z "$LONG" ] || n=1000000

python3 "$ROOT/tests/make-pdus" $n 7 >pdus
ok "$n PDUs were made" test "$(wc -c <pdus)" -gt $((n * 16))
smpp-decode -j pdus >json 2>err
is 'each has its line' "$(wc -l <json)" $n
ok 'and the same octets again' sh -c 'smpp-decode -E json | cmp - pdus'
smpp-decode pdus >rows 2>err
is 'each has its row' "$(wc -l <rows)" $n
is 'of one line and five cells' "$(awk -F'\t' 'NF != 5' rows)" ''
smpp-decode --columns fields,seq,status,command,offset pdus 2>err |
	awk -F'\t' -v OFS='\t' '{ print $5, $4, $3, $2, $1 }' >columns
ok 'in any order of columns' cmp rows columns
ok 'hexadecimal gives the same rows' sh -c 'smpp-decode -E -x json | smpp-decode 2>err.hex | cut -f2- >rows.hex
	cut -f2- rows | cmp - rows.hex'
rm -f rows rows.hex columns json

python3 "$ROOT/tests/make-pdus" 2000 9 --plain >pdus
# compare ARGUMENT...: what make-capture put in is what smpp-decode -E gets out
compare() {
	python3 "$ROOT/tests/make-capture" pdus "$@" >capture 2>put
	smpp-decode -j capture >json 2>err || return 1
	smpp-decode -E -x json >hex || return 1
	sed 's/.*"from":"[^"]*:\([0-9]*\)","to":"[^"]*:\([0-9]*\)".*/\1 \2/' json |
		awk '{ print $1 == 2775 ? ($2 - 40000) * 2 + 1 : ($1 - 40000) * 2 }' |
		paste -d' ' - hex | sort -s -n -k1,1 >got
	sort -s -n -k1,1 put | cmp - got
}
ok 'a capture in order' compare --calm
ok 'segments of any size, doubled, overlapping, out of order' compare
ok 'other ones' compare --seed 2 --streams 20
ok 'IPv6 in VLANs' compare --seed 3 --link vlan --v6
ok 'raw IP, in pcapng' compare --seed 4 --link raw --ng
ok 'a BSD loopback' compare --seed 5 --link null
ok 'what "any" captures on Linux' compare --seed 6 --link sll
ok 'and in its second version' compare --seed 7 --link sll2 --ng
ok 'through a pipe' sh -c 'cat capture | smpp-decode -j 2>err | cmp - json'

python3 "$ROOT/tests/make-capture" pdus --seed 8 --drop 50 >capture 2>put
exits 1 'lost segments' smpp-decode -j capture
like 'are named' "$(cat err)" \
	'capture: (10\.0\.0\.[12]:[0-9]+ > 10\.0\.0\.[12]:[0-9]+): at [0-9]+: [0-9]+ octets are missing from the capture$'
ok 'what comes out was put in' sh -c 'grep -v "\"errors\"" out | smpp-decode -E -x | sort >got
	cut -d" " -f2 put | sort | comm -13 - got | cmp - /dev/null'
ok 'most of it does' test "$(wc -l <out)" -gt 1500
done_testing
