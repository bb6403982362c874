#!/bin/sh
# smpp-send over several links: parallel binds, several SMSCs that share the
# messages or stand in for one another, and what becomes of a link that is
# refused or lost.
. "${0%/*}/lib.sh"
need python3

SMPP_PASSWORD=secret
export SMPP_PASSWORD

# rows N: a batch of so many.
rows() { seq 1 "$1" | sed "s/.*/8210&${tab}text &/"; }

# accounted NAME N: a row for each of 1 to N, each once.
accounted() {
	is "$1: a row for each, once" "$(cut -f1 out | sort -n | tr '\n' ' ')" \
		"$(seq 1 "$2" | tr '\n' ' ')"
}

# The statuses on stdout, counted: "2 ok 1 unknown".
tally() { cut -f2 out | sort | uniq -c | awk '{ printf "%s%s %s", s, $1, $2; s = " " }'; }

# sent: how many submit_sm each link sent, from the transcript in err.
sent() { awk '/ -> submit_sm / { n[$2]++ } END { for (l in n) print l, n[l] }' err | sort; }

# An SMSC that plays these steps; $p is its name.
p_count=0
smsc() {
	p_count=$((p_count + 1)) p=p$p_count
	start $p python3 "$ROOT/tests/peer.py" -t 20 -l 127.0.0.1:0 "$@"
}
played() {
	finished $p
	is "$1" "$status" 0 || diag "$(cat $p.err $p.out)"
}

# -- parallel binds

start sim smpp-sim -l 127.0.0.1:0
rows 300 >in
exits 0 'a batch goes over three binds' smpp-send -u "smpp://me@$addr" --batch --binds 3 -w 2 -v in
accounted 'three binds' 300
is 'three are bound' "$(grep -c '<- bind_transmitter_resp .*status=0' err)" 3
is 'all send, and the SMSC has each row once' "$(sent | awk '{ n += $2; k += $2 >= 60 } END { print k, n }')" '3 300'
is 'all unbind' "$(grep -c ' -> unbind ' err)" 3

mkfifo fifo
background send smpp-send -u "smpp://me@$addr" --batch --binds 4 --rate 500/s -v fifo
exec 3>fifo
rows 40 >in
ok 'all four are bound before there is a row' appears send.err ' 2 <- bind_transmitter_resp ' &&
	appears send.err ' 3 <- bind_transmitter_resp ' && appears send.err ' 4 <- bind_transmitter_resp '
cat in >&3
exec 3>&-
finished send
cp send.err err
is 'with time to spare they take turns' "$(sent | tr '\n' ' ')" '1 10 2 10 3 10 4 10 '
exits 0 'the number may stand in the URL' smpp-send -u "smpp://me@$addr/?binds=2&window=1" --batch -v in
is 'and counts' "$(sent | wc -l)" 2
exits 64 'none is no number of binds' smpp-send -u "smpp://me@$addr" --binds 0 -t 1 hi
exits 64 'nor are very many' smpp-send -u "smpp://me@$addr" --binds 10001 -t 1 hi

# a text of six parts each: parts of one destination all on one link
seq 1 30 | sed "s/.*/8210&${tab}$(printf %0800d 7)/" >in
exits 0 'long messages go over four binds of window 1' \
	smpp-send -u "smpp://me@$addr" --batch --binds 4 -w 1 -v in
is 'whole' "$(tally) $(cut -f5 out | sort | uniq -c | awk '{ print $1, $2 }')" '30 ok 30 6'
ok 'the parts of a message go over one bind, in order, each once' python3 - err <<'PY'
import collections, re, sys
sent = collections.defaultdict(list)
for line in open(sys.argv[1]):
    m = re.search(r' (\d) -> submit_sm .*destination_addr=(\d+) .*short_message=(\S+)', line)
    if m:
        sent[m[2]].append((m[1], m[3]))
assert len(sent) == 30
assert len({parts[0][0] for parts in sent.values()}) == 4, 'some bind had none'
for to, parts in sent.items():
    assert len(parts) == 6, (to, parts)
    assert len({link for link, _ in parts}) == 1, (to, parts)
PY
stop sim

# one rate for all: five of them would need a fifth of a second
start sim smpp-sim -l 127.0.0.1:0
rows 100 >in
exits 0 'one rate holds for all binds' \
	smpp-send -u "smpp://me@$addr" --batch --binds 5 --rate 100/s --stats in
is 'all are sent' "$(tally)" '100 ok'
is 'in as long as the rate says' "$(awk '/ rows in / { print ($4 >= 0.95) }' err)" 1
like 'and the rate is what held it up' "$(cat err)" 'limited by the rate set'
stop sim

# further binds that are refused
printf 'system_id\tpassword\tbind\tmax_binds\nme\tsecret\t\t2\n' >accounts
start sim smpp-sim -l 127.0.0.1:0 --accounts accounts
rows 50 >in
exits 0 'binds over the limit of the account are done without' \
	smpp-send -u "smpp://me@$addr" --batch --binds 5 -v in
accounted 'two of five binds' 50
is 'two are bound' "$(grep -c '<- bind_transmitter_resp .*status=0 ' err)" 2
is 'one of those refused is told' "$(grep -c 'a further bind of 5: .*bind refused: ESME_RALYBND' err)" 1
like 'and how many there are' "$(cat err)" '^smpp-send: going on with 2 of 5 binds$'
stop sim
start sim smpp-sim -l 127.0.0.1:0 --fault ESME_RBINDFAIL@on=bind,after=1
exits 0 'so it is with another reason' smpp-send -u "smpp://me@$addr" --batch --binds 2 in
is 'one goes on' "$(tally)" '50 ok'
like 'the reason is told' "$(cat err)" 'a further bind of 2: .*ESME_RBINDFAIL'
stop sim
start sim smpp-sim -l 127.0.0.1:0 --fault ESME_RBINDFAIL@on=bind
exits 77 'the first bind that is refused is the end' smpp-send -u "smpp://me@$addr" --binds 5 --batch -v in
is 'no other is tried' "$(grep -c ' -> bind_transmitter ' err)" 1
is 'and no row is begun' "$(cat out)" ''
stop sim

# -- receipts over several binds

start sim smpp-sim -l 127.0.0.1:0 --delay 20ms
rows 200 >in
exits 0 'receipts find their messages on whatever bind they come' \
	smpp-send -u "smpp://me@$addr" --batch --binds 3 --wait --columns ref,status,state,to -v in
is 'each row has its state' "$(cut -f2,3 out | sort | uniq -c | awk '{ print $1, $2, $3 }')" '200 ok DELIVRD'
ok 'some came on another bind than the message went' python3 - err <<'PY'
import re, sys
link, other = {}, 0
for line in open(sys.argv[1]):
    m = re.search(r' (\d) -> submit_sm .*destination_addr=(\d+)', line)
    if m:
        link[m[2]] = m[1]
    m = re.search(r' (\d) <- deliver_sm .*source_addr=(\d+)', line)
    if m:
        other += link[m[2]] != m[1]
assert other > 0
PY
is 'none was given back' "$(grep -c 'deliver_sm_resp .*status=0' err) $(grep -c 'deliver_sm_resp' err)" '200 200'
stop sim

start sim smpp-sim -l 127.0.0.1:0 --fault ESME_RINVCMDID@on=bind,count=1
exits 0 'an SMSC without transceivers gets transmitters and a receiver' \
	smpp-send -u "smpp://me@$addr" --batch --binds 3 -w 2 --wait --columns ref,status,state,to -v in
is 'each row has its state' "$(cut -f2,3 out | sort | uniq -c | awk '{ print $1, $2, $3 }')" '200 ok DELIVRD'
is 'one transceiver was tried' "$(grep -c -- '-> bind_transceiver ' err)" 1
is 'three transmitters' "$(grep -c -- '<- bind_transmitter_resp .*status=0 ' err)" 3
is 'and one receiver' "$(grep -c -- '<- bind_receiver_resp .*status=0 ' err)" 1
is 'which has all the receipts' "$(awk '/<- deliver_sm / { print $2 }' err | sort | uniq -c | awk '{ print $1, $2 }')" '200 rx'
stop sim

# -- several SMSCs

start a smpp-sim -l 127.0.0.1:0
start b smpp-sim -l 127.0.0.1:0
rows 300 >in
exits 0 'two SMSCs share the messages' smpp-send -u "smpp://me@$addr_a" -u "smpp://me@$addr_b" \
	--share --batch -w 5 --rate 1000/s in
accounted 'shared' 300
ok 'each has a good part' awk 'END { exit NR < 80 || NR > 220 }' a.out
is 'together they have all, once' "$(cut -f5 a.out b.out | sort -u | wc -l) $(cat a.out b.out | wc -l)" '300 300'
exits 0 'without --share the first has them' smpp-send -u "smpp://me@$addr_a" -u "smpp://me@$addr_b" --batch in
is 'all' "$(cat a.out b.out | wc -l) $(cut -f5 b.out | wc -l)" "600 $(wc -l <b.out)"
was=$(wc -l <b.out)
stop a

exits 0 'the second stands in for the first' smpp-send -u "smpp://me@$addr_a" -u "smpp://me@$addr_b" \
	--batch --binds 3 in
accounted 'the second' 300
is 'it has them' "$(($(wc -l <b.out) - was))" 300
is 'further binds go where the first one is' "$(grep -c 'trying the next' err)" 1
exits 0 'one that cannot be had leaves its share to the others' \
	smpp-send -u "smpp://me@$addr_a" -u "smpp://me@$addr_b" --share --batch --binds 2 in
accounted 'its share' 300
like 'which is told' "$(cat err)" 'Connection refused; going on without it'
is 'once' "$(wc -l <err)" 1
stop b
exits 69 'when none can be had nothing is sent' \
	smpp-send -u "smpp://me@$addr_a" -u "smpp://me@$addr_b" --share --batch in
is 'no row is begun' "$(cat out)" ''
is 'both are named' "$(grep -c 'Connection refused' err)" 2

# two SMSCs that give the same ids: a receipt is that of the one it comes from
receipt() { echo "deliver 111 222 id:7 stat:$1"; }
smsc bind 'expect submit_sm' 'reply id=7' "$(receipt DELIVRD)" 'expect deliver_sm_resp' eof
a=$addr
smsc bind 'expect submit_sm' 'reply id=7' "$(receipt UNDELIV)" 'expect deliver_sm_resp' eof
background send smpp-send -u "smpp://me@$a" -u "smpp://me@$addr" \
	--share --batch -w 1 --wait --columns message_id,state -v fifo
exec 3>fifo
ok 'two SMSCs are bound' appears send.err ' 1 <- bind_transceiver_resp ' && appears send.err ' 2 <- bind_transceiver_resp '
printf '111\tone\n111\ttwo\n' >&3
exec 3>&-
finished send
is 'of the same ids each has its own receipts' "$status $(sort send.out | tr '\t\n' '= ')" '0 7=DELIVRD 7=UNDELIV '

# one dies in the middle
start a smpp-sim -l 127.0.0.1:0 --latency 20ms
start b smpp-sim -l 127.0.0.1:0 --latency 20ms
rows 1000 >in
background send smpp-send -u "smpp://me@$addr_a" -u "smpp://me@$addr_b" --share --batch \
	--reconnect-time 100ms in
appears b.out 'text 60[0-9]?'
stop b KILL
finished send
cp send.out out
is 'lost answers are a reason to look again' "$status" 75
accounted 'one of two died' 1000
ok 'what was in flight there is unknown, the rest went over the other' awk -F'\t' '
	$2 == "unknown" { n++; next } $2 != "ok" { exit 1 } END { exit n < 1 || n > 10 }' out
like 'the run goes on' "$(cat send.err)" 'going on without it$'
is 'no row is sent twice' "$(cut -f5 a.out b.out | sort | uniq -d)" ''
stop a

# -- links that are lost

impossible='send 00000003000000040000000000000001'
rows 3 >in
smsc bind 'expect submit_sm' "$impossible" eof accept bind serve
exits 75 'octets that are no PDU cost what was in flight' smpp-send -u "smpp://me@$addr" --batch -w 1 in
is 'and no more: the link is made again' "$(cut -f1,2 out | sort | tr '\t\n' '= ')" '1=unknown 2=ok 3=ok '
like 'which is said' "$(cat err)" 'trying again'
played 'the SMSC has the rest'
smsc bind 'expect submit_sm' "$impossible" eof
exits 76 'at the end of the run they are its end' smpp-send -u "smpp://me@$addr" -t 1 hi
is 'with a row' "$(cut -f1,2 out)" "1${tab}unknown"
like 'which names the length' "$(cat err)" 'command_length'
played 'the SMSC is not asked again'

# the old bind is still open when the link is made again
start sim smpp-sim -l 127.0.0.1:0 --fault close@on=submit,after=2,count=1 \
	--fault ESME_RALYBND@on=bind,after=1,count=1
rows 9 >in
exits 75 'a bind that is still open is waited for' smpp-send -u "smpp://me@$addr" --batch -w 1 -v in
is 'all but what was in flight is sent' "$(tally)" '8 ok 1 unknown'
like 'which is said' "$(cat err)" 'ESME_RALYBND.*another bind of this system_id is still open.*trying again in [0-9]+ s'
stop sim
start sim smpp-sim -l 127.0.0.1:0 --fault ESME_RALYBND@on=bind,count=1
exits 0 'so is one of before' smpp-send -u "smpp://me@$addr" --binds 2 --batch in
is 'with all that is to be sent' "$(tally)" '9 ok'
stop sim

# a password that is no longer taken
for refusal in ESME_RINVPASWD ESME_RINVSYSID; do
	start sim smpp-sim -l 127.0.0.1:0 --fault close@on=submit,after=2,count=1 \
		--fault $refusal@on=bind,after=1
	background send smpp-send -u "smpp://me@$addr" --batch -w 1 --reconnect-time 1h in
	ok "$refusal after a bind had worked waits a minute" \
		appears send.err "bind refused: $refusal .*trying again in 60 s"
	stop send
	cp send.out out
	is 'what is left is left to a signal' "$status $(tally)" '75 2 ok 1 unknown'
	stop sim
done

# many links that are lost at once
start sim smpp-sim -l 127.0.0.1:0
sim=$addr
background send smpp-send -u "smpp://me@$sim" --batch --binds 30 --reconnect-time 100ms -v fifo
exec 3>fifo
rows 100 >&3
ok 'thirty links send' appears send.out "^100${tab}ok"
stop sim KILL
ok 'one tells for all' appears send.err 'and so [0-9]+ more link'
exec 3>&-
finished send
is 'when none is left the run is over' "$status" 69
is 'few lines say so' "$(grep -c '^smpp-send: ' send.err | awk '{ print ($1 < 15) }')" 1

# -- order

# in_order: whether each destination got its messages, "NUMBER ...", in order
cat >in_order <<'PY'
import collections, sys
last, n = collections.defaultdict(int), 0
for line in open(sys.argv[1]):
    cell = line.rstrip('\n').split('\t')
    if cell[2] != 'submit_sm':
        continue
    number = int(cell[4 + 1].split()[0])
    if number < last[cell[4]]:
        sys.exit('%s: %d after %d' % (cell[4], number, last[cell[4]]))
    last[cell[4]] = number
    n += 1
assert n >= int(sys.argv[2]), n
PY
seq 1 400 | awk '{ printf "8210%d\t%d of many\n", $1 % 25, $1 }' >in
faults='--fault ESME_RTHROTTLED@p=0.02 --fault ESME_RSYSERR@p=0.01,count=6 --fault silence@p=0.005 --fault reset@p=0.004'
# shellcheck disable=SC2086
start sim smpp-sim -l 127.0.0.1:0 --seed 3 --latency 0..10ms $faults
exits 75 'messages of one destination keep their order' smpp-send -u "smpp://me@$addr" --batch \
	--keep-order --binds 4 -w 5 --timeout 300ms --retries 10 -q in
accounted 'in order' 400
ok 'through throttling, retries, lost answers and lost links' python3 in_order sim.out 350
ok 'most are sent' test "$(awk -F'\t' '$2 == "ok"' out | wc -l)" -ge 350
stop sim
# shellcheck disable=SC2086
start sim smpp-sim -l 127.0.0.1:0 --seed 3 --latency 0..10ms $faults
run smpp-send -u "smpp://me@$addr" --batch --binds 4 -w 5 --timeout 300ms --retries 10 -q in
ok 'which they do not without it' eval '! python3 in_order sim.out 350 2>/dev/null'
stop sim

printf '111\tone\n111\ttwo\n222\tthree\n111\tfour\n' >in
smsc bind 'expect submit_sm hex=6f6e65' 'reply 0x14' 'expect submit_sm hex=7468726565' reply \
	'expect submit_sm hex=6f6e65' reply 'expect submit_sm hex=74776f' reply 'expect submit_sm hex=666f7572' reply serve
exits 0 'one that is refused for now holds up its own destination only' \
	smpp-send -u "smpp://me@$addr" --batch --keep-order in
is 'all are sent' "$(tally)" '4 ok'
played 'in the order of each'
seq 1 3 | sed "s/.*/111${tab}$(printf %0400d 7)/" >in
start sim smpp-sim -l 127.0.0.1:0
exits 0 'long messages keep their order, too' smpp-send -u "smpp://me@$addr" --batch --keep-order --binds 3 -w 2 -v in
is 'one is whole before the next begins' "$(awk '/-> submit_sm / { s++ } /<- submit_sm_resp / { r++; if (r % 3 == 0 && s > r) bad = 1 } END { print s, bad + 0 }' err)" '9 0'
stop sim

rows 300 >in
start sim smpp-sim -l 127.0.0.1:0 --latency 0..20ms --seed 1
exits 0 'rows come as they are done' smpp-send -u "smpp://me@$addr" --batch --binds 3 in
ok 'which is not their order' eval '! cut -f1 out | sort -nc 2>/dev/null'
exits 0 'or in order' smpp-send -u "smpp://me@$addr" --batch --binds 3 --ordered in
is 'that of the input' "$(cut -f1 out)" "$(seq 1 300)"
exits 0 'with receipts too' smpp-send -u "smpp://me@$addr" --batch --binds 3 --ordered --wait --columns ref,state in
is 'that of the input' "$(cat out)" "$(seq 1 300 | sed "s/$/${tab}DELIVRD/")"
stop sim
{ rows 3; printf 'bad line\twith\tthree cells\n'; printf '1;1\tno address\n'; rows 2; } >in
start sim smpp-sim -l 127.0.0.1:0 --latency 0..20ms --seed 1
exits 1 'rows that fail have their place' smpp-send -u "smpp://me@$addr" --batch --ordered in
is 'among the others' "$(cut -f1,2 out | tr '\t\n' '= ')" '1=ok 2=ok 3=ok 4=failed 5=failed 6=ok 7=ok '
stop sim

# the first one is answered last: no more than the bound are read meanwhile
rows 200 >in
start sim smpp-sim -l 127.0.0.1:0 --fault late=700ms@on=submit,count=1
exits 0 'rows that wait for one before them' \
	smpp-send -u "smpp://me@$addr" --batch --ordered --max-waiting 50 -w 20 -v in
is 'keep their order' "$(cut -f1 out)" "$(seq 1 200)"
like 'hold up the input when they are many' "$(cat err)" \
	'^smpp-send: 50 rows wait for those before them \(--max-waiting\); reading goes on as they are done$'
is 'no sooner, no later' "$(awk '/-> submit_sm / { s++ } /<- submit_sm_resp seq=2 / { print s }' err)" 50
stop sim
yes "111${tab}hi" | head -100 >in
start sim smpp-sim -l 127.0.0.1:0 --latency 5ms
exits 0 'messages that wait for their turn' \
	smpp-send -u "smpp://me@$addr" --batch --keep-order --max-waiting 20 in
is 'are all sent' "$(tally)" '100 ok'
like 'and hold up the input when they are many' "$(cat err)" '20 messages wait for those before them to the same destination'
stop sim

# a signal while most wait
start sim smpp-sim -l 127.0.0.1:0 --fault silence@on=submit
background send smpp-send -u "smpp://me@$addr" --batch --keep-order --ordered --grace 200ms -v in
ok 'the first is sent' appears send.err '-> submit_sm '
stop send
cp send.out out
is 'after a signal' "$status" 75
is 'each row that was read is told, in order' "$(cut -f1 out)" "$(seq 1 100)"
is 'as what it is' "$(tally)" '1 unknown 99 unsent'
stop sim

# results that are too many for one pass: sending goes on once they are written
awk 'BEGIN { for (i = 0; i < 600; i++) r = r "r"; for (i = 1; i <= 20000; i++) printf "111\thi\t%s%d\n", r, i }' >in
start sim smpp-sim -l 127.0.0.1:0 -o /dev/null --enquire-link 0 --fault gather=300ms@on=bind
exits 0 'many results at once hold up nothing' timeout 60 smpp-send -u "smpp://me@$addr" --batch \
	--columns-in to,text,ref -w 2300 --enquire-link 0 in
is 'each has its row' "$(cut -f1 out | sort -u | wc -l)" 20000
stop sim

# refused for now, many: they go again at the rate set, and no more are read
# meanwhile than the bound
rows 60 >in
start sim smpp-sim -q -l 127.0.0.1:0 --fault ESME_RSYSERR@count=25
exits 0 'rows that were refused for now' timeout 25 smpp-send -u "smpp://me@$addr" --batch \
	--max-waiting 10 --rate 20/s --enquire-link 0 in
is 'are all taken in the end' "$(tally)" '60 ok'
like 'and hold up the input when they are many' "$(cat err)" \
	'^smpp-send: 10 messages, or parts, were refused for now and go again later \(--max-waiting\)'
stop sim

# a link that is down while the rate says when to send next
start sim smpp-sim -q -l 127.0.0.1:0
background send sh -c "ulimit -t 1; exec smpp-send -u smpp://me@$addr --batch --rate 2/s --reconnect-time 4s in"
ok 'some is sent' appears send.out '^1'
stop sim
finished send
is 'takes no processor time' "$status" 69

done_testing
