#!/bin/sh
# SPDX-License-Identifier: ISC
# Hostile workbooks: each is refused with one line that says where, in bounded memory
# and time, and nothing of it is printed.
. "${0%/*}/lib.sh"

mkdir bad
python3 "$ROOT/tests/cmd/bad-workbooks.py" bad || { diag 'no workbooks'; exit 1; }
# a sanitizer takes address space for itself
# shellcheck disable=SC3045
case $BIN in *-san) ;; *) ulimit -v 500000 ;; esac
command -v timeout >/dev/null && bound='timeout 30'
cut -f1 bad/LIST >names
while read -r name; do
	pattern=$(awk -F'\t' -v n="$name" '$1 == n { print $2 }' bad/LIST)
	exits 65 "$name is refused" ${bound:-} smpp-bulk-xlsx "bad/$name" --to-col Phone </dev/null
	like 'with what is wrong' "$(cat err)" "^smpp-bulk-xlsx: bad/$name: .*($pattern)"
	is 'in one line' "$(wc -l <err)" 1
	is 'and nothing is printed' "$(cat out)" ''
done <names
exits 65 'as a report it is refused, too' smpp-bulk-xlsx bad/crc.xlsx --report report.xlsx /dev/null
ok 'and there is none' test ! -e report.xlsx
done_testing
