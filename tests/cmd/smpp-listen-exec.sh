#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-listen --exec: a command for each record, whose exit status is the
# answer; commands that fail, hang, do not read, or are many.
. "${0%/*}/../cmd/lib.sh"
need python3

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
# part REFERENCE TOTAL SEQUENCE TEXT
part() {
	p_hex=$(printf '%s' "$4" | od -An -v -tx1 | tr -d ' \n')
	printf 'pdu deliver_sm body=000000310000003200400000000000000000%02x050003%s%s%s%s' \
	    $((${#4} + 6)) "$1" "$2" "$3" "$p_hex"
}

# Answers
smsc bind 'deliver 1 2 one' 'expect deliver_sm_resp seq=1' \
    'deliver 1 2 two' 'expect deliver_sm_resp seq=2' eof
listen -c 2 --columns text,seq --exec 'cat >>got; echo said'
is 'all is well' "$status" 0
is 'a command gets its record on stdin' "$(cat got)" "one${tab}1
two${tab}2"
is 'what it says is on stdout' "$(cat out)" 'said
said'
played 'two records'
is 'status 0 acknowledges' "$(answers)" '0:1 0:2 '

smsc bind 'deliver 1 2 a' 'expect deliver_sm_resp' 'deliver 1 2 b' \
    'expect deliver_sm_resp' 'deliver 1 2 c' 'expect deliver_sm_resp' \
    'deliver 1 2 d' 'expect deliver_sm_resp' eof
listen -c 2 --columns text --exec 'read x; case $x in a) exit 1;; b) exit 65;; c) kill -9 $$;; esac'
is 'a record dropped for good is status 1' "$status" 1
played 'failures'
is '65 is for good, all other for now' "$(answers)" '100:1 101:2 100:3 0:4 '
like 'the status is said' "$(cat err)" 'status 1; its record is left to the SMSC'
like 'so is what is dropped' "$(cat err)" 'status 65; its record is dropped'
like 'and a signal' "$(cat err)" 'status 137'

smsc bind 'deliver 1 2 a' 'expect deliver_sm_resp' mute
background listener smpp-listen -u "smpp://me@$addr" --exec ./no-such-command
ok 'a command that is not there is said' appears listener.err 'status 127'
stop listener
is 'a signal is 0 all the same' "$status" 0
finished "smsc$n"
is 'and its records are left to the SMSC' "$(answers)" '100:1 '

smsc bind 'deliver 1 2 a' 'expect deliver_sm_resp' eof
listen -c 1 -j --columns text,kind --exec 'cat >got'
is 'a record can be JSON' "$(cat got)" '{"text":"a","kind":"message"}'
played JSON
smsc bind 'deliver 1 2 a' 'expect deliver_sm_resp' eof
listen -c 1 --header --columns text,kind --exec 'cat >got'
is 'or have a header' "$(cat got)" "text${tab}kind
a${tab}message"
played header

# Many, large, slow
mkfifo meet
smsc bind hold 'deliver 1 2 a' 'deliver 1 2 b' flush 'expect deliver_sm_resp' \
    'expect deliver_sm_resp' eof
listen -c 2 --exec-jobs 2 --exec 'if mkdir first 2>/dev/null; then echo >meet; else read x <meet; fi'
is '--exec-jobs 2 runs two at a time' "$status" 0
played 'two at a time'
rm -r first
smsc bind hold 'deliver 1 2 a' 'deliver 1 2 b' 'deliver 1 2 c' flush \
    'expect deliver_sm_resp seq=1' 'expect deliver_sm_resp seq=2' \
    'expect deliver_sm_resp seq=3' eof
listen -c 3 --columns text --exec 'mkdir only && cat >>order && rmdir only'
is 'without it, one after the other and in order' "$status:$(cat order)" '0:a
b
c'
played 'one at a time'

payload=$(head -c 60000 /dev/zero | tr '\0' '\001' | od -An -v -tx1 | tr -d ' \n')
large="pdu data_sm seq=1 body=0000003100000032000000000424ea60$payload"
smsc bind "$large" 'expect data_sm_resp' "$large" 'expect data_sm_resp' eof
listen -c 2 --columns text --exec 'if mkdir first 2>/dev/null; then wc -c >size; fi'
is 'a record larger than a pipe comes whole' "$(tr -d ' ' <size)" 120001
is 'and a command need not read it' "$status" 0
played large

smsc bind 'deliver 1 2 a' 'expect deliver_sm_resp' 'deliver 1 2 b' \
    'expect deliver_sm_resp' eof
listen -c 1 --columns text --exec-timeout 300ms \
    --exec 'read x; [ "$x" = b ] || { mkfifo hung; read y <hung; }'
is 'a command that hangs does not hold up the others' "$status" 0
like 'it is said' "$(cat err)" 'longer than --exec-timeout'
played hang
is 'its record is left to the SMSC' "$(answers)" '100:1 0:2 '

# too many to wait: the third and fourth are refused while the first hangs
smsc bind hold 'deliver 1 2 a' 'deliver 1 2 b' 'deliver 1 2 c' 'deliver 1 2 d' flush \
    'expect deliver_sm_resp seq=3' 'expect deliver_sm_resp seq=4' \
    'expect deliver_sm_resp seq=1' 'expect deliver_sm_resp seq=2' eof
mkfifo gate gate.a gate.b
background listener smpp-listen -u "smpp://me@$addr" --columns text \
    --max-unacked 2 -c 2 --exec 'read x; read y <gate.$x; echo $x >>gated'
appears "smsc$n.out" '^deliver_sm_resp 100 4'
echo >gate.a
echo >gate.b
finished listener
is 'what is over --max-unacked is refused for now' "$status:$(cat gated)" '0:a
b'
played 'too many'

# Ends
smsc bind hold 'deliver 1 2 a' 'deliver 1 2 b' flush 'expect deliver_sm_resp' eof
background listener smpp-listen -u "smpp://me@$addr" --columns text \
    --exec 'echo runs >&2; read x; read y <gate.$x; echo $x >>last'
appears listener.err '^runs'
kill "$pid"
echo >gate.a
echo >gate.b
finished listener
is 'a signal lets commands finish' "$status:$(cat last)" '0:a
b'
played 'signal'
is 'and their records be answered' "$(answers)" '0:1 0:2 '

smsc bind 'deliver 1 2 a' 'expect deliver_sm_resp' eof
background listener smpp-listen -u "smpp://me@$addr" --grace 100ms \
    --exec 'echo runs >&2; read x <gate'
appears listener.err '^runs'
stop listener
is 'but not for longer than --grace' "$status" 0
played 'grace'
is 'then its record is left to the SMSC' "$(answers)" '100:1 '

smsc bind 'deliver 1 2 a' 'pdu enquire_link seq=9' 'expect enquire_link_resp' \
    close accept bind 'deliver 1 2 b' 'expect deliver_sm_resp' eof
background listener smpp-listen -u "smpp://me@$addr" --columns text -c 2 \
    --exec 'read x; if [ "$x" = a ]; then read y <gate; fi'
appears listener.err 'trying again'
echo >gate
finished listener
is 'a link lost while a command runs is made again' "$status" 0
played 'link lost'
is 'an answer never goes to another session' "$(answers)" '0:3 '

# Long messages: acknowledged when stored, so the command gets them until it
# takes them, also from the next process
store=$XDG_STATE_HOME/smpptools/me@127.0.0.1
smsc bind "$(part 07 02 01 'one ')" 'expect deliver_sm_resp' \
    "$(part 07 02 02 two)" 'expect deliver_sm_resp' eof
listen -c 1 --columns text,parts --exec 'if [ -e tried ]; then cat >got; else : >tried; exit 1; fi'
is 'a joined message is given to its command again' "$status:$(cat got)" "0:one two${tab}2"
like 'that is said' "$(cat err)" 'status 1; it gets its record again'
played 'joined'
is 'and leaves the store' "$(wc -c <"$store/parts")" 0

smsc bind "$(part 07 02 01 'one ')" 'expect deliver_sm_resp' \
    "$(part 07 02 02 two)" 'expect deliver_sm_resp' eof
background listener smpp-listen -u "smpp://me@$addr" --exec 'exit 1'
appears listener.err 'gets its record again'
stop listener
played 'joined, never taken'
smsc bind eof
listen -c 1 --columns text --exec 'cat >got'
is 'the next process goes on with it' "$(cat got)" 'one two'
played 'the next process'

exits 64 '--exec and --out exclude one another' smpp-listen -u smpp://a@b --exec cat -o x
done_testing
