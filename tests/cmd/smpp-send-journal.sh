#!/bin/sh
# SPDX-License-Identifier: ISC
# --journal: a run goes on where one before it was cut off, by whatever; each
# row is accepted once or said to be unknown.
. "${0%/*}/lib.sh"
need python3

p_count=0
smsc() {
	p_count=$((p_count + 1)) p=p$p_count
	start $p python3 "$ROOT/tests/peer.py" -t 8 -l 127.0.0.1:0 "$@"
}
send() {
	smpp-send -u "smpp://me@$addr" --timeout 200ms --bind-timeout 5s \
		--reconnect-time 60ms --grace 300ms "$@"
}
batch() { send --batch --journal j "$@"; }
lines() { seq "$1" "$2" | sed "s/.*/8210&${tab}text &/"; }
tally() { cut -f2 out | sort | uniq -c | awk '{ printf "%s%s %s", s, $1, $2; s = " " }'; }
sent() { grep -c "${tab}submit_sm${tab}" sim.out; }
played() {
	finished $p
	is "$1" "$status" 0 || diag "$(cat $p.err $p.out)"
}

start sim smpp-sim -l 127.0.0.1:0
sim=$addr
lines 1 5 >a
exits 0 'a run with a journal' batch a
cp out first
is 'sends its rows' "$(sent)" 5
exits 0 'the same again' batch a
is 'sends nothing more' "$(sent)" 5
is 'and prints the same rows' "$(sort out)" "$(sort first)"
lines 6 8 >>a
exits 0 'lines that were added' batch --columns ref,status,encoding,octets a
is 'are sent' "$(sent)" 8
is 'and the others told as before' "$(sort -n out | uniq -c | awk '{ print $1, $2, $3, $4, $5 }' | tr '\n' ';')" \
	"$(for i in 1 2 3 4 5 6 7 8; do printf '1 %s ok ascii 6;' $i; done)"
is 'the journal is for its owner alone' "$(stat -c %a j)" 600
printf 'B\t0\t9\t0' >>j
lines 9 9 >>a
exits 0 'a last line that was torn' batch a
is 'is none' "$(tally)" '9 ok'
cp j keep
printf 'nonsense\n' >>j
exits 65 'a damaged line' batch a
like 'is named' "$(cat err)" '^smpp-send: j: line [0-9]+ is damaged'
mv keep j
exits 0 'one fsync a note' batch --journal-sync each a
exits 64 'and no other way' batch --journal-sync never a

# whose journal it is
cp a b
exits 64 'another file' batch b
like 'is another input' "$(cat err)" '^smpp-send: j: is the journal of another input: a;'
exits 64 'so is one file more' batch a b
exits 64 'and stdin' sh -c "smpp-send -u smpp://me@$addr --batch --journal j <a"
before=$(sent)
{ lines 1 2; lines 4 12; } >a
exits 64 'the same file with other lines' batch a
is 'stops at the first of them' "$(tally)" '2 ok 1 unsent'
like 'which is named' "$(cat err)" '^smpp-send: row 3, line 3: it is another one than the journal tells of'
like 'and what is left' "$(cat err)" 'a: not read from line 4 on'
is 'with nothing sent' "$(sent)" "$before"
rm j
mkfifo f
background first smpp-send -u "smpp://me@$addr" --batch --journal j f
exec 9>f
lines 1 1 >&9
ok 'a run at work' appears first.out "^1${tab}ok"
exits 64 'has its journal alone' batch f
like 'which is said' "$(cat err)" 'j: another run has it'
exec 9>&-
finished first
is 'and ends well' "$status" 0
for j in / nonesuch/j /dev/null; do
	exits 73 "$j is no place for one" send --batch --journal $j a
done
head -c 40 /dev/urandom >rand
exits 65 'a file that is none' send --batch --journal rand a
like 'is left alone' "$(cat err) $(wc -c <rand)" 'rand: is no journal 40'
exits 64 'nor is the input' send --batch --journal a a

# inputs
rm j
printf '\357\273\277to\ttext\tref\r\n111\tone\tx\r\n222\ttwo\ty\r\n' >crlf
exits 0 'a header, a BOM and CRLF' batch crlf
printf 'ref\tto\ttext\ny\t222\ttwo\n' >>crlf
before=$(sent)
printf 'ref\tto\ttext\nx\t111\tone\ny\t222\ttwo\n' >crlf
exits 0 'count for nothing, nor does the order of columns' batch crlf
is 'as the same is said' "$(sent)" "$before"
rm j
lines 1 2 >b
exits 0 'several files' sh -c "smpp-send -u smpp://me@$addr --batch --journal j b - crlf <b"
exits 0 'the same, again' sh -c "smpp-send -u smpp://me@$addr --batch --journal j b - crlf <b"
is 'are told apart' "$(cut -f1,2 out | tr '\t\n' '= ')" '1=ok 2=ok 1=ok 2=ok x=ok y=ok '
is 'and sent once' "$(sent)" "$((before + 6))"
rm j
exits 0 'addresses and a text' send --journal j -t 111,222 hi
exits 0 'again' send --journal j -t 111,222 hi
is 'are an input too' "$(sent)" "$((before + 8))"
exits 64 'another text' send --journal j -t 111,222 ho
rm j
printf '111\tgood\n222\tbad\tto\tread\n' >bad
exits 1 'a line that cannot be read' batch bad
exits 1 'fails in each run' batch bad
is 'beside those that were sent' "$(tally)" '1 failed 1 ok'
stop sim

# what was refused
rm j
lines 1 3 >a
smsc bind 'expect submit_sm' 'reply id=x' 'expect submit_sm' 'reply 0x0b' 'expect submit_sm' 'reply id=z' serve
exits 1 'a row that is refused' batch -w 1 a
smsc bind 'expect submit_sm' 'reply id=y' 'expect unbind' reply
exits 0 'is sent by the next run' batch -w 1 a
is 'alone' "$(cut -f1-3 out | tr '\t\n' '= ')" '1=ok=x 2=ok=y 3=ok=z '
played 'that is all it sends'
rm j
smsc bind 'expect submit_sm' 'pdu generic_nack status=0 seq=2' serve
exits 1 'generic_nack with status 0' batch a
smsc bind 'expect submit_sm' 'reply id=x' 'expect unbind' reply
exits 0 'is no acceptance' batch a
played 'the row goes again'

# what was not answered
rm j
smsc bind 'expect submit_sm' 'expect submit_sm' reply-oldest 'expect submit_sm' reset accept bind 'expect unbind' reply
exits 75 'a link that breaks' batch -w 2 a
is 'leaves rows unknown' "$(tally)" '1 ok 2 unknown'
lines 4 4 >>a
smsc bind 'expect submit_sm' 'reply id=z' 'expect unbind' reply
exits 75 'to the next run as well' batch a
is 'which sends what is left' "$(cut -f1-3 out | tr '\t\n' '= ')" '1=ok=2 2=unknown= 3=unknown= 4=ok=z '
like 'and says why not the others' "$(cat out)" '2.unknown.*begun by an earlier run, which got no answer'
played 'but not those'
rm j
mkfifo late
smsc bind 'expect submit_sm' 'expect submit_sm' reply 'mute 0.4' 'pdu submit_sm_resp seq=2 body=6c6174652100' \
	'expect unbind' reply
background late smpp-send -u "smpp://me@$addr" --timeout 200ms --batch --journal j late
exec 9>late
lines 1 2 >&9
ok 'an answer that is late' appears late.err 'late!'
exec 9>&-
finished late
is 'leaves its row unknown' "$status" 75
mv late late.fifo; lines 1 2 >late
smsc bind 'expect unbind' reply
exits 0 'but the next run knows it' batch late
is 'with its id' "$(cut -f1-3 out | tr '\t\n' '= ')" '1=ok=late! 2=ok=3 '
played 'and sends nothing'

# parts of a long message
rm j
printf '1\t%0400d\n' 7 >long
smsc bind 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply id=b' 'expect submit_sm' 'reply 0x0b' serve
exits 1 'a part that is refused' batch -w 1 long
is 'makes its row partial' "$(cut -f2,3 out)" "partial${tab}a,b,"
parts=$(awk '$1 == "submit_sm" { print $4 }' $p.out | grep -o 050003....01 | head -n 1 | cut -c7-8)
smsc bind 'expect submit_sm' 'reply id=c' 'expect unbind' reply
exits 0 'the next run sends that part' batch long
is 'so that the row is whole' "$(cut -f2,3 out)" "ok${tab}a,b,c"
like 'under the same reference' "$(cat $p.out)" "^submit_sm .*050003${parts}0303"
played 'and nothing else'
smsc bind 'expect unbind' reply
exits 0 'a run after that' batch long
is 'has them all' "$(cut -f2,3 out)" "ok${tab}a,b,c"
played 'and sends nothing'
rm j
smsc bind 'expect submit_sm' 'reply id=a' 'expect submit_sm' reset accept bind 'expect unbind' reply
exits 75 'a part without an answer' batch -w 1 long
is 'leaves the row unknown' "$(cut -f2,3 out)" "unknown${tab}a,,"
smsc bind 'expect unbind' reply
exits 75 'to the next run too' batch long
is 'with what is known' "$(cut -f2,3 out)" "unknown${tab}a,,"
played 'which sends none of it'
rm j
smsc bind 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply 0x0b' serve
exits 1 'a part that was accepted' batch -w 1 long
smsc bind 'expect unbind' reply
exits 1 'when options make other parts' batch --split payload long
like 'is told of' "$(cat out)" '^1.partial.a,,.*an earlier run made 3 parts of it'
played 'and nothing is doubled'

# a full disk, as far as one can be had
start full smpp-sim -l 127.0.0.1:0 --latency 0..5ms
lines 1 6000 >many
mkdir disk
if unshare -rm mount -t tmpfs none disk 2>/dev/null; then
	exits 74 'a disk that fills up' unshare -rm sh -c "mount -t tmpfs -o size=400k none disk
		smpp-send -u smpp://me@$addr --batch --window 100 --journal disk/j many; s=\$?; cp disk/j j; exit \$s"
	like 'is said' "$(cat err)" 'disk/j: No space left on device; nothing more is sent'
	like 'as is what is left' "$(cat err)" 'many: not read from line [0-9]+ on'
	is 'what was begun was answered and told' "$(tally)" "$(wc -l <out) ok"
	exits 0 'the next run with more room' batch --window 100 many
	is 'sends the rest' "$(tally) $(grep -c "${tab}submit_sm${tab}" full.out)" '6000 ok 6000'
	exits 74 'a disk that is full from the start' unshare -rm sh -c "mount -t tmpfs -o size=100k none disk
		smpp-send -u smpp://me@$addr --batch --journal disk/j many"
	is 'keeps all from being sent' "$(cat out)" ''
else
	skip 'a disk that fills up' 'no tmpfs can be mounted here'
fi
rm -f j
before=$(grep -c "${tab}submit_sm${tab}" full.out)
exits 74 'a journal that cannot grow' sh -c "trap '' XFSZ; ulimit -f 100
	smpp-send -u smpp://me@$addr --batch --window 100 --journal j many"
like 'is said' "$(cat err)" 'j: File too large; nothing more is sent'
ok 'what may have left is unknown, what did not is unsent' awk -F'\t' '
	{ n[$2]++ } END { exit !(n["ok"] > 100 && n["unknown"] <= 100 && n["ok"] + n["unknown"] + n["unsent"] == NR) }' out
after=$(grep -c "${tab}submit_sm${tab}" full.out)
ok 'and nothing left without a line' test $((after - before)) -le "$(grep -c '^B' j)"
stop full

# receipts
start dlr smpp-sim -l 127.0.0.1:0
rm j
exits 0 'receipts are waited for' batch --wait --columns ref,status,state,err,done_date a
sort out >first
exits 0 'and noted' batch --wait --columns ref,status,state,err,done_date a
is 'so that they need not come again' "$(sort out)" "$(cat first)"
stop dlr
rm j
head -n 1 a >one
receipt='deliver 82101 me id:a sub:001 dlvrd:001 submit date:2611240316 done date:2611240317 stat:DELIVRD err:000 esm=4'
smsc 'expect bind_transceiver' reply 'expect submit_sm' 'reply id=a' serve
exits 75 'a receipt that does not come in time' batch --wait-time 50ms one
smsc 'expect bind_transceiver' reply 'mute 0.1' "$receipt" 'expect deliver_sm_resp' serve
exits 0 'may come to the next run' batch --wait-time 5s --columns ref,status,state one
is 'which waits for it' "$(cat out)" "1${tab}ok${tab}DELIVRD"

done_testing
