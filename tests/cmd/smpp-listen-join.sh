#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-listen and the parts of long messages: joined in any order, kept over
# a crash, printed as far as they came, and never lost.
. "${0%/*}/../cmd/lib.sh"
need python3

# part ESM DCS HEX [TLVS]: a deliver_sm from 1 to 2 with that user data.
part() {
	n_octets=$(printf '%s' "$3" | wc -c)
	printf 'pdu deliver_sm body=000000310000003200%02x000000000000%02x00%02x%s%s' \
	    "$1" "$2" $((n_octets / 2)) "$3" "$4"
}
hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
# udh8 REF TOTAL SEQUENCE TEXT
udh8() { part 64 1 "050003$1$2$3$(hex "$4")"; }
# sar REF TOTAL SEQUENCE TEXT
sar() { part 0 1 "$(hex "$4")" "020c00020$1""020e0001$2""020f0001$3"; }

smsc() {
	n=$((${n:-0} + 1))
	start "smsc$n" peer -l 127.0.0.1:0 "$@"
}
listen() { run timeout 60 smpp-listen -u "smpp://me@$addr" "$@"; }
played() {
	finished "smsc$n"
	is "$1: the peer's script was played" "$status" 0 ||
		diag "$(cat "smsc$n.err")"
}
answers() { awk '/^deliver_sm_resp/ { printf "%s:%s ", $2, $3 }' "smsc$n.out"; }
columns=text,parts,state,err
store=$XDG_STATE_HOME/smpptools/me@127.0.0.1

# In order, one at a time: each is answered before the next is sent.
smsc bind "$(udh8 07 03 01 'one ')" 'expect deliver_sm_resp seq=1' \
    "$(udh8 07 03 02 'two ')" 'expect deliver_sm_resp seq=2' \
    "$(udh8 07 03 03 three)" 'expect deliver_sm_resp seq=3' eof
listen -c 1 --columns $columns,seq,hex,encoding,dcs,from,to
is 'three parts with a window of one are one record' "$(cat out)" \
    "one two three${tab}3$tab$tab${tab}3${tab}0500030703016f6e6520,05000307030274776f20,0500030703037468726565${tab}ascii${tab}1${tab}1${tab}2"
played 'in order'
is 'nothing is left in the store' "$(wc -c <"$store/parts")" 0

smsc hold bind "$(udh8 07 03 03 three)" "$(udh8 07 03 01 'one ')" \
    "$(udh8 07 03 01 'one ')" "$(udh8 08 03 02 'other')" \
    "$(udh8 07 03 02 'two ')" "$(part 0 1 6869)" flush \
    'expect deliver_sm_resp' 'expect deliver_sm_resp' \
    'expect deliver_sm_resp' 'expect deliver_sm_resp' \
    'expect deliver_sm_resp' 'expect deliver_sm_resp' eof
listen -c 2 --columns $columns
is 'out of order, twice, and among others they join' "$(cat out)" \
    "one two three${tab}3$tab$tab
hi${tab}1$tab$tab"
like 'what waits is said at the end' "$(cat err)" 'me@127.0.0.1: 1 parts'
played 'out of order'
smsc bind "$(udh8 08 03 01 'an')" 'expect deliver_sm_resp' mute
listen --join-timeout 50ms -c 1 --columns $columns
is 'what did not come in time is marked, and where it is missing' \
    "$(cat out)" \
    "another[part 3 of 3 is missing]${tab}1-2/3${tab}partial${tab}timeout"

# The link breaks in the middle of a message, and before its last answer.
smsc bind "$(udh8 07 03 01 'one ')" 'expect deliver_sm_resp' "$(udh8 07 03 02 'two ')" \
    reset accept bind "$(udh8 07 03 02 'two ')" 'expect deliver_sm_resp' \
    "$(udh8 07 03 03 three)" 'expect deliver_sm_resp' close \
    accept bind "$(udh8 07 03 03 three)" 'expect deliver_sm_resp' \
    "$(part 0 1 6869)" 'expect deliver_sm_resp' eof
listen -c 2 --columns $columns
is 'a message broken by reconnects is printed once, and whole' "$(cat out)" \
    "one two three${tab}3$tab$tab
hi${tab}1$tab$tab"
played 'reconnects'

# Over several binds; their sequence numbers are the same.
smsc bind also bind "$(udh8 07 02 02 b)" 'expect deliver_sm_resp seq=1' 'use 1' \
    "$(udh8 07 02 01 a)" 'expect deliver_sm_resp seq=1' eof 'use 2' eof
listen --binds 2 -c 1 --columns $columns
is 'parts that come over two binds join' "$(cat out)" "ab${tab}2$tab$tab"
played 'two binds'
like 'each bind is said' "$(cat err)" 'bound to .*, 2 of 2'
smsc bind also 'bind 13' eof 'use 1' "$(part 0 1 6869)" \
    'expect deliver_sm_resp' eof
listen --binds 2 -c 1 --columns text
is 'a further bind that is refused does not end the first' "$status:$(cat out)" 0:hi
like 'it is a warning' "$(cat err)" 'ESME_RBINDFAIL'
played 'second bind refused'
smsc 'bind 14' mute
listen --binds 3
is 'a wrong password is tried once, whatever --binds says' "$status" 77
played 'first bind refused'

# Every way to say it
smsc bind "$(part 64 8 06080412340202002020ac)" "$(part 64 8 0608041234020100410042)" \
    "$(sar 007 02 02 b)" "$(sar 007 02 01 a)" eof
listen -c 2 --columns $columns,encoding
is '16-bit references and SAR join' "$(cat out)" \
    "AB €${tab}2$tab$tab${tab}ucs2
ab${tab}2$tab$tab${tab}ascii"
smsc bind "$(part 0 1 05000309020161)" "$(part 0 1 05000309020262)" eof
listen -c 1 --columns $columns --guess-udh
is '--guess-udh joins without the UDHI bit' "$(cat out)" \
    "ab${tab}2$tab$tab"
smsc bind "$(part 0 1 05000309020161)" eof
listen -c 1 --columns text,parts
is 'without it octets stay as they are' "$(cat out)" \
    "\\x05\\x00\\x03\\t\\x02\\x01a${tab}1"
smsc bind "$(part 195 1 05000309020161)" "$(part 67 1 05000309020262)" eof
listen -c 1 --columns $columns
is 'UDHI is one bit among others' "$(cat out)" "ab${tab}2$tab$tab"

smsc bind "$(udh8 07 02 02 b)" "$(udh8 07 02 01 a)" eof
listen -c 2 --no-join --part-store /dev/null/none --columns $columns
is '--no-join prints each as it comes, and touches no store' "$(cat out)" \
    "b${tab}2/2$tab$tab
a${tab}1/2$tab$tab"

# Encodings
smsc bind "$(part 64 8 050003010201d83d)" "$(part 64 8 050003010202de00)" \
    "$(part 64 14 050003020201c7d1)" "$(part 64 14 050003020202b1db)" \
    "$(part 0 8 feff0061)" "$(part 0 8 fffe6100)" "$(part 64 0 0324010165)" \
    "$(part 0 0 65)" eof
listen -c 6 --alphabet gsm7 --columns text,encoding
is 'a pair cut in two, marks of byte order, and shift tables are read' \
    "$(cat out)" "😀${tab}ucs2
한글${tab}ksc5601
a${tab}ucs2
a${tab}ucs2
e${tab}gsm7
e${tab}gsm7"
smsc bind "$(part 0 8 61006200)" "$(part 0 8 feff0061)" eof
listen -c 2 --ucs2-le --columns text,encoding
is '--ucs2-le swaps what has no mark' "$(cat out)" \
    "ab${tab}ucs2-le
a${tab}ucs2-le"

# Nonsense
smsc bind "$(part 64 1 05000307000161)" "$(part 64 1 05000307020362)" \
    "$(part 64 1 05000307020063)" "$(part 64 1 506869)" "$(part 64 1 '')" \
    "$(part 64 1 0400030701)" "$(part 64 1 02000068)" \
    "$(sar 007 02 03 d)" "$(sar 007 00 00 e)" eof
listen -c 9 --columns text,parts,state,err
is 'headers and numbers that make no sense are printed and marked' \
    "$(cat out)" "a${tab}1/0${tab}malformed${tab}parts
b${tab}3/2${tab}malformed${tab}parts
c${tab}0/2${tab}malformed${tab}parts
Phi${tab}1${tab}malformed${tab}udh
${tab}1${tab}malformed${tab}udh
\\x04\\x00\\x03\\x07\\x01${tab}1${tab}malformed${tab}udh
h${tab}1${tab}malformed${tab}udh
d${tab}0/2${tab}malformed${tab}parts
e${tab}0/0${tab}malformed${tab}parts"

smsc bind "$(udh8 07 02 01 'old ')" "$(udh8 07 02 01 'new ')" \
    "$(udh8 07 02 02 text)" "$(udh8 07 03 02 x)" eof
listen -c 2 --columns $columns
is 'parts that disagree are messages of their own' "$(cat out)" \
    "old [part 2 of 2 is missing]${tab}1/2${tab}partial${tab}reused
new text${tab}2$tab$tab"
rm -r "$store"

# Crashes
crashed() {
	appears "$1.err" 'bound to'
	finished "smsc$n"
	kill -9 "$pid"
	finished "$1"
}
smsc bind "$(udh8 07 03 02 'two ')" 'expect deliver_sm_resp status' close
background first smpp-listen -u "smpp://me@$addr" --sync
crashed first
smsc bind "$(udh8 07 03 01 'one ')" 'expect deliver_sm_resp' close
background second smpp-listen -u "smpp://me@$addr"
crashed second
# a record that a crash cut short
printf '\000\000\000\100torn' >>"$store/parts"
smsc bind "$(udh8 07 03 02 'two ')" "$(udh8 07 03 03 three)" eof
listen -c 1 --columns $columns
is 'parts are joined over two crashes' "$(cat out)" \
    "one two three${tab}3$tab$tab"
like 'how many there were is said' "$(cat err)" 'goes on with 2 parts'
like 'a torn record is cut off and said' "$(cat err)" \
    '8 octets of a record that was not finished were cut off'
is 'and the store is empty' "$(wc -c <"$store/parts")" 0

# Stores that fail
smsc bind eof
background holder smpp-listen -u "smpp://me@$addr"
appears holder.err 'bound to'
exits 73 'a second listener is refused' smpp-listen -u "smpp://me@$addr"
like 'with a way out' "$(cat err)" 'another process is using it.*--part-store'
exits 73 'a store that cannot be made is 73' \
    smpp-listen -u "smpp://me@$addr" --part-store /dev/null/none
like 'with two ways out' "$(cat err)" '--part-store.*--no-join'
stop holder

# no file may grow: those of the shell are written by cat, outside the limit
mkdir limited
mkfifo out.fifo err.fifo
smsc bind "$(udh8 07 02 01 'one ')" 'expect deliver_sm_resp' \
    "$(part 0 1 6869)" 'expect deliver_sm_resp' eof
cat <out.fifo >out &
cat <err.fifo >err &
(ulimit -f 0; trap '' XFSZ; exec smpp-listen -u "smpp://me@$addr" -c 1 \
    --columns text --part-store limited) >out.fifo 2>err.fifo
wait $!
is 'what needs no store is printed when that is full' "$(cat out)" hi
like 'and that is said' "$(cat err)" 'limited: .*; parts of messages are refused'
played 'full store'
is 'a part that cannot be stored is refused for now' "$(answers)" '100:1 0:2 '

# A whole way: text through a plan and an SMSC
long=$(head -c 400 "$ROOT/tests/data/korean-long.txt" | iconv -c -f UTF-8 -t UTF-8 2>/dev/null | tr -d '\n')
plain=$(printf 'It is a long text, part by part. %.0s' 1 2 3 4 5 6 7 8 9 10)
printf '1\t2\t%s\n1\t2\t%s\n' "$plain" "$long" >mo
start sim smpp-sim -l 127.0.0.1:0 --mo mo --alphabet gsm7
run smpp-listen -u "smpp://test@$addr" -c 2 --alphabet gsm7 --columns text,parts
stop sim
is 'long texts come through smpp-sim whole' "$(cut -f1 out)" "$plain
$long"
unlike 'in several parts' "$(cut -f2 out)" '^1$'
done_testing
