#!/bin/sh
# smpp-send from outside: its options, its rows, and peers that misbehave.
# In each fault every row begun gets one result row, the exit status is the
# promised one, and nothing but records is on stdout.
. "${0%/*}/lib.sh"
need python3

# An SMSC that plays these steps; $p is its name.
p_count=0
smsc() {
	p_count=$((p_count + 1)) p=p$p_count
	start $p python3 "$ROOT/tests/peer.py" -t 8 -l 127.0.0.1:0 "$@"
}

# smpp-send to it, in a hurry.
send() {
	smpp-send -u "smpp://me@$addr" --timeout 200ms --bind-timeout 5s \
		--reconnect-time 60ms --grace 300ms "$@"
}

batch() { send --batch "$@"; }

# lines FIRST LAST: rows to send.
lines() { seq "$1" "$2" | sed "s/.*/8210&${tab}text &/"; }

# accounted NAME FIRST LAST: a row for each of these refs, each once, and
# nothing else on stdout.
accounted() {
	is "$1: a row for each, once" "$(cut -f1 out | sort -n | tr '\n' ' ')" \
		"$(seq "$2" "$3" | tr '\n' ' ')"
	is "$1: nothing but records" "$(awk -F'\t' 'NF != 6 ||
		$2 !~ /^(ok|failed|partial|unknown|unsent)$/' out)" ''
}

# The statuses on stdout, counted: "2 ok 1 unknown".
tally() { cut -f2 out | sort | uniq -c | awk '{ printf "%s%s %s", s, $1, $2; s = " " }'; }

# A peer that played all its steps.
played() {
	finished $p
	is "$1" "$status" 0 || diag "$(cat $p.err $p.out)"
}

# -- against smpp-sim: what is promised for every day

start sim smpp-sim -l 127.0.0.1:0
sim=$addr
exits 0 'a message is sent' send -f SUREM -t +821055551234 --keep-plus "Your code is 483920."
like 'its row has ref, status, id, to, parts' "$(cat out)" \
	"^1${tab}ok${tab}[^${tab}]+${tab}\+821055551234${tab}1${tab}$"
is 'nothing is said' "$(cat err)" ''
exits 0 'addresses repeat, and are lists' send -t 111,222 -t 333 hi there
is 'a row for each' "$(cut -f1,4 out | sort | tr '\t\n' '= ')" '1=111 2=222 3=333 '
like 'the arguments are joined by a blank' "$(cat sim.out)" "${tab}hi there${tab}"
printf 'from stdin\n\n' >in
exits 0 'a text comes from stdin' sh -c "smpp-send -u smpp://me@$addr -t 1 <in"
like 'without its last newline' "$(cat sim.out)" "${tab}from stdin\\\\n${tab}"
exits 0 'a lone @ is a text' send -t 1 @
exits 65 'no text is refused' sh -c "smpp-send -u smpp://me@$addr -t 1 </dev/null"
like 'and what allows it is said' "$(cat err)" 'allow-empty'
is 'without a row' "$(cat out)" ''
exits 65 'an empty argument is no text either' send -t 1 ''
exits 0 'unless that is allowed' send --allow-empty -t 1 ''
is 'it is sent' "$(tally)" '1 ok'

# columns, formats
exits 0 'columns are picked and named' send --header --columns status,to,encoding,dcs,octets,line -t 1 hi
is 'in that order' "$(cat out)" "status${tab}to${tab}encoding${tab}dcs${tab}octets${tab}line
ok${tab}1${tab}ascii${tab}0${tab}2${tab}1"
exits 0 'all of them' send --header --columns all -t 1 hi
ok 'are as many in each line' awk -F'\t' 'NR == 1 { n = NF } NF != n || n < 15 { exit 1 }' out
exits 64 'a column that is not there' send --columns ref,nonesuch -t 1 hi
like 'is named, with those that are' "$(cat err)" '^smpp-send: --columns: "ref,nonesuch": "nonesuch" is no column; the columns are ref,status,message_id,to,parts,error,from,'
exits 64 'a column that is there twice' send --columns ref,ref -t 1 hi
like 'is said to be' "$(cat err)" '"ref" stands there twice; the columns are'
exits 64 'an empty list of columns' send --columns= -t 1 hi
like 'is one without a name' "$(cat err)" '^smpp-send: --columns: "": "" is no column; the columns are ref,'
exits 64 'columns of the input without the key' send --batch --columns-in text
like 'which is named' "$(cat err)" '^smpp-send: --columns-in: "text": "to" is missing; the columns are to,text,from,'
exits 0 'JSON' send -j -t 1 hi
ok 'is an object a line, absent is null' python3 -c 'import json
[r] = [json.loads(l) for l in open("out")]
assert r["ref"] == "1" and r["status"] == "ok" and r["parts"] == 1
assert r["error"] is None and isinstance(r["message_id"], str)'
exits 0 'a file is the output' send -o rows -t 1 hi
like 'with the row' "$(cat rows)" "^1${tab}ok"
is 'and stdout has none' "$(cat out)" ''

# batches
printf 'to\ttext\tref\tfrom\n111\tone\ta\tSUREM\n222\ttwo\tb\t\n' >rows
exits 0 'a header names the columns' batch rows
is 'the ref is that of the input' "$(cut -f1 out | sort | tr '\n' ' ')" 'a b '
like 'the sender, too' "$(cat sim.out)" "SUREM${tab}111${tab}one"
printf 'one\t111\n' >rows
exits 0 'an option names them' batch --columns-in text,to rows
like 'in its order' "$(tail -n 1 sim.out)" "${tab}111${tab}one"
exits 64 'a column that is not there' batch --columns-in to,nonesuch rows
exits 64 'columns without the key' batch --columns-in text rows
printf 'to\ttext\n' >rows
exits 0 'a header may be told to be none' batch --no-header rows
is 'and is a row then' "$(cut -f1,2,4 out)" "1${tab}ok${tab}to"
printf '%s\n' '{"to":"111","text":"one \u00e9","ref":"a"}' '{"to":2225,"text":"two","flash":true}' \
	'{"to":"333","validty":"2h"}' '{"to":"444"' >json
exits 1 'rows of JSON' batch -j json
is 'each has its row' "$(python3 -c 'import json
for l in sorted(open("out")):
	r = json.loads(l); print(r["ref"], r["status"], r["to"])')" '2 ok 2225
3 failed None
4 failed None
a ok 111'
like 'a member that is no column is named' "$(cat err)" 'json: line 3: "validty" is no column'
like 'what is no JSON has its place' "$(cat err)" 'json: line 4: no JSON at byte '
like 'texts arrive' "$(cat sim.out)" "111${tab}one é${tab}"
exits 1 'rows of JSON with a journal' batch --journal json.j json
exits 1 'are known again' batch --journal json.j json
is 'and not sent again' "$(grep -c "${tab}2225${tab}two" sim.out)" 2
printf '\357\273\277to,text\n' | tr , '\t' >rows
printf '111\thi\r\n' >>rows
exits 0 'a BOM and CRLF are taken off' batch rows
like 'and leave no trace' "$(tail -n 1 sim.out)" "${tab}111${tab}hi${tab}"
lines 1 3 >a; lines 4 5 >b
exits 0 'several files, and stdin' sh -c "smpp-send -u smpp://me@$addr --batch a - <b"
is 'are all sent' "$(tally)" '5 ok'
exits 0 'no rows are no error' sh -c "smpp-send -u smpp://me@$addr --batch </dev/null"
is 'and give none' "$(cat out)" ''
exits 64 'addresses and a batch exclude one another' batch -t 1
exits 64 'nobody to send to' send hi
for to in '' '1,,2' ',1' '1,'; do
	exits 64 "an empty address, $to" send -t "$to" -t 3 hi
	is 'is said to be' "$(cat err)" "smpp-send: --to: \"$to\": an address is empty"
done
exits 64 'a time that is none' send -t 1 --validity tomorrow hi
like 'is named once' "$(cat err)" '^smpp-send: --validity: "tomorrow": expected 2h, '
exits 1 'a sender that is none' send -t 1 -f 'Much too long' hi
like 'is told from the destination' "$(cat out)" '	from: an address with letters has at most 11'
exits 64 'an abbreviated option' send --allow -t 1 hi
exits 64 'an option of another command' send --mo x -t 1 hi
exits 64 'a receiver cannot send' send -b rx -t 1 hi

# malformed rows
{
	printf '111\tok\n'                        # 1
	printf '222\ttoo\tmany\tcells\n'          # 2
	printf '333\tbad \\q escape\n'            # 3
	printf '444\tno \\x0g hex\n'              # 4
	printf '555\tbad \303\050 text\n'         # 5
	printf '666\traw \000 nul\n'              # 6
	printf '777\n'                            # 7: no text
	printf '\\N\tabsent\n'                    # 8
	printf '\n'                               # 9
	printf '12;3\tno address\n'                # 10
	printf '999\tescaped \\t tab\n'           # 11
} >rows
exits 1 'malformed rows fail, the rest goes on' batch rows
accounted 'malformed rows' 1 11
is 'the good ones are sent' "$(awk -F'\t' '$2 == "ok" { print $1 }' out | sort -n | tr '\n' ' ')" '1 11 '
like 'a NUL is no text' "$(cat out)" '6.failed.*NUL'
for n in 2 3 4 5; do
	like "line $n is named" "$(cat err)" "^smpp-send: rows: line $n: "
done
like 'and the byte that is no UTF-8' "$(cat err)" '^smpp-send: rows: line 5: .*byte 9$'
is 'each failed row says why' "$(awk -F'\t' '$2 == "failed" && $6 == ""' out)" ''
printf '1\t2\t3\n' >rows
exits 65 'a batch without a row that can be read' batch rows
is 'still answers it' "$(cut -f1,2 out)" "1${tab}failed"
{ head -c 5000000 /dev/zero | tr '\0' x; echo; lines 2 2; } >rows
exits 1 'a line of 5 MB' batch rows
like 'is refused by its number' "$(cat err)" 'line 1: the line is longer than 4 MiB'
accounted 'after it' 1 2
exits 65 'an argument that is no UTF-8' send -t 1 "$(printf 'ab\377')"
like 'names its byte' "$(cat err)" 'line 1, byte 3: not UTF-8'
printf 'one\ntw\377\n' >in
exits 65 'a text on stdin that is none' sh -c "smpp-send -u smpp://me@$addr -t 1 <in"
like 'names line and byte' "$(cat err)" 'stdin: line 2, byte 3: not UTF-8'
exits 1 'an address that is none is a failed row' send -t "$(printf '1\377'),222" hi
ok 'which is UTF-8 nevertheless' iconv -f UTF-8 -t UTF-8 -o /dev/null out
is 'the other is sent' "$(tally)" '1 failed 1 ok'

# files
exits 66 'a file that is not there' batch nonesuch
like 'is named' "$(cat err)" '^smpp-send: nonesuch: No such file'
exits 66 'a folder' batch /
exits 66 'one of several' batch a nonesuch b
is 'does not keep the others' "$(tally)" '5 ok'
exits 64 'two readers of stdin' sh -c "echo | smpp-send -u smpp://me@$addr --batch - -"
printf 'to,text\n1,hello\n' >csv
exits 65 'a file of commas' send --batch csv
like 'is told that tabs are wanted, and what reads it' "$(cat err)" 'csv: line 1: .*separated by a tab.*smpp-bulk-xlsx reads CSV'
is 'each line has a row all the same' "$(tally)" '2 failed'
exits 1 'commas without a header' sh -c "echo 1,hello | cat rows - | smpp-send -u smpp://me@$addr --batch"
like 'are told, too' "$(cat out)" 'separated by a tab.*smpp-bulk-xlsx reads CSV'
for head in 'Number\tMessage' '전화\t내용' 'text\tphone' 'name\tto\ttext'; do
	printf "$head"'\n123\thi\n' >header
	exits 65 "the header of another, $head" send --batch header
	is 'sends nothing' "$(tally)" '2 failed'
	like 'is told once' "$(cat err)" '^smpp-send: header: line 1: .*header'
	is 'and no more' "$(wc -l <err | tr -d ' ')" 1
done
like 'which name is wrong is said' "$(cat err)" 'no column in cell 1; the columns are to,text,from,'
printf '123\thi\n' >good
exits 1 'it does not keep another file' send --batch header good
is 'from being sent' "$(tally)" '2 failed 1 ok'
printf 'Number\tMessage\n' >header
exits 0 'it may be a message' send --batch --no-header header
exits 66 'a folder as text' sh -c "smpp-send -u smpp://me@$addr -t 1 </"
exits 66 'no stdin at all' sh -c "smpp-send -u smpp://me@$addr --batch <&-"
exits 73 'an output that cannot be made' send -o /nonesuch/x -t 1 hi
exits 74 'a full disk' sh -c "smpp-send -u smpp://me@$addr -t 1 hi >/dev/full"
like 'is named' "$(cat err)" 'stdout: No space left'
exits 74 'a full disk in the midst of a batch' sh -c \
	"seq 1 60000 | sed 's/\$/\thi/' | smpp-send -u smpp://me@$addr --batch -w 100 >/dev/full"
like 'says where it left off' "$(cat err)" 'stdin: not read from line [0-9]+ on'
exits 73 'stdout that is closed' sh -c "smpp-send -u smpp://me@$addr -t 1 hi >&-"
exits 0 'a pipe that closes' sh -c "seq 1 60000 | sed 's/\$/\thi/' | {
	smpp-send -u smpp://me@$addr --batch -v 2>trace; echo \$? >pipe.status; } | head -n 1 >pipe.out"
is 'is an output error' "$(cat pipe.status)" 74
is 'after which the link is unbound' "$(grep -c -e '-> unbind ' -e '<- unbind_resp' trace)" 2

# -n
exits 0 'a dry run connects nowhere' smpp-send -u smpp://me@127.0.0.1:1 -n -t 123 --alphabet gsm7 'h€'
is 'and prints the plan' "$(cat out)" "1${tab}123${tab}gsm7${tab}0${tab}1${tab}1${tab}3${tab}3${tab}${tab}681b65"
exits 0 'of a long text' smpp-send -n -t 1 --columns part,parts,octets,udh "$(printf %0200d 7)"
is 'a row a part' "$(cut -f1,2 out | tr '\t\n' '/ ')" '1/2 2/2 '
printf '1\thi\n2\ta\tb\tc\n' >rows
exits 1 'of a batch with a bad row' smpp-send -n --batch rows
printf '2\ta\tb\tc\n' >rows
exits 65 'of a batch of bad rows' smpp-send -n --batch rows
exits 66 'of a file that is not there' smpp-send -n --batch nonesuch
exits 74 'on a full disk' sh -c 'smpp-send -n -t 1 hi >/dev/full'

# receipts
exits 0 'receipts are waited for' send --wait --columns ref,status,state,err,match -t 111,222 hi
is 'and stand in the rows' "$(sort out)" "1${tab}ok${tab}DELIVRD${tab}000${tab}exact
2${tab}ok${tab}DELIVRD${tab}000${tab}exact"
exits 0 'of every part' send --wait --columns parts,state -t 1 "$(printf %0400d 7)"
is 'one row' "$(cat out)" "3${tab}DELIVRD"
exits 64 'no receipt comes with none' send --wait -r none -t 1 hi
exits 64 'none comes to a transmitter' send --wait -b tx -t 1 hi

# traces
run env SMPP_PASSWORD=geheim smpp-send -u "smpp://me@$addr" -vv --pcap cap -t 1 hi
is 'a trace changes nothing' "$status" 0
like 'it shows PDUs' "$(cat err)" ' -> submit_sm '
unlike 'never the password' "$(cat err)" 'geheim|67656865696d'
ok 'nor does the capture' sh -c '! grep -q geheim cap'
smpp-decode --columns command err >pdus 2>/dev/null
is 'its hex can be decoded' "$(sort pdus | tr '\n' ' ')" \
	'bind_transmitter bind_transmitter_resp submit_sm submit_sm_resp unbind unbind_resp '
smpp-decode --columns command cap >pdus 2>/dev/null
is 'the capture, too' "$(wc -l <pdus)" 6
exits 0 'one -v' send -v -t 1 hi
unlike 'shows no hex' "$(cat err)" '^[0-9a-f]{32}'
exits 0 'a masked trace' send -vv --mask --wait -t 821055551234 'my secret'
like 'shows PDUs' "$(cat err)" ' -> submit_sm .* destination_addr=[*]{9}234 .*short_message=[*]{9}$'
unlike 'no text, no whole number, in no form' "$(cat err)" 'secret|736563726574|821055551234|383231303535'
like 'of receipts all but their text' "$(cat err)" ' <- deliver_sm .*id:.* stat:DELIVRD'

# profiles
sed "s/127.0.0.1:2775/$addr/" "$ROOT/tests/data/smpptools.ini" >ini
SMPPTOOLS_CONFIG=$T/ini; export SMPPTOOLS_CONFIG
exits 0 'a profile says it all' smpp-send -p ops -t +821055551234 hi
like 'its account and sender' "$(tail -n 1 sim.out)" "${tab}ops${tab}submit_sm${tab}SUREM${tab}821055551234${tab}hi"
exits 0 'another sends a batch' smpp-send -p bulk --batch a
is 'of three' "$(tally)" '3 ok'
exits 78 'a profile that is not there' smpp-send -p nonesuch -t 1 hi
unset SMPPTOOLS_CONFIG
exits 64 'nothing configured at all' smpp-send -t 1 hi
is 'says what to do' "$(wc -l <err)" 3
stop sim

# -- no SMSC

exits 69 'connection refused' smpp-send -u "smpp://me@$sim" -t 1 hi
is 'the row is told' "$(cut -f1,2 out)" "1${tab}unsent"
like 'what happened is said' "$(cat err)" "127.0.0.1 port ${sim##*:}: Connection refused"
is 'once' "$(wc -l <err)" 1
exits 69 'a name that is none' smpp-send -u smpp://me@nonesuch.invalid -t 1 hi
like 'is said' "$(cat err)" 'nonesuch.invalid'
smsc 'send text:HTTP/1.1\ 400\ Bad\ Request\r\n\r\n' mute
exits 76 'an HTTP server' send -t 1 hi
like 'is named' "$(cat err)" 'an HTTP server'
smsc 'send text:SSH-2.0-OpenSSH_9.2\r\n' mute
exits 76 'an SSH server' send -t 1 hi
like 'is named' "$(cat err)" 'an SSH server'
smsc 'expect bind_transmitter' 'send 15030300020246' close
exits 76 'a TLS port' send -t 1 hi
like 'is named' "$(cat err)" 'a TLS server'
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
	start tls smpp-sim -l 127.0.0.1:0 --tls-cert cert.pem --tls-key key.pem
	exits 69 'a TLS port that hangs up' send -t 1 hi
	like 'is thought of' "$(cat err)" 'is TLS wanted there'
	exits 69 'a certificate that nobody knows' smpp-send -u "smpps://me@$addr" -t 1 hi
	like 'is said' "$(cat err)" 'certificate'
	exits 0 'one that is known' smpp-send -u "smpps://me@$addr" --tls-ca cert.pem -t 1 hi
	is 'is trusted' "$(tally)" '1 ok'
	exits 0 'any is taken when told so' smpp-send -u "smpps://me@$addr" --tls-insecure -t 1 hi
	like 'with a warning' "$(cat err)" 'insecure|not verified'
	stop tls
	smsc 'mute 1'
	exits 69 'a plain port that says nothing to TLS' smpp-send -u "smpps://me@$addr" \
		--bind-timeout 200ms -t 1 hi
	smsc bind mute
	exits 69 'a plain port that hangs up on TLS' smpp-send -u "smpps://me@$addr" -t 1 hi
else
	skip 'TLS ports' 'no openssl here'
fi

# -- the bind

smsc 'bind 0x0e'
SMPP_PASSWORD=x exits 77 'a wrong password' send -t 1 hi
like 'is named, with a hint' "$(cat err)" 'ESME_RINVPASWD 0x0e; check the system_id and the password'
smsc 'bind 0x0e'
exits 77 'no password' send -t 1 hi
like 'is said to be none' "$(cat err)" 'ESME_RINVPASWD 0x0e; check the system_id; no password was given'
smsc 'bind 0x0f'
exits 77 'a wrong system_id' send -t 1 hi
smsc 'bind 0x05' accept 'bind 0x05'
exits 77 'already bound' send -t 1 hi
like 'waits and says so' "$(cat err)" 'ESME_RALYBND.*trying again'
played 'it tries again'
smsc 'bind 0x05' accept bind serve
exits 0 'already bound for a moment' send -t 1 hi
is 'is no error' "$(tally)" '1 ok'
smsc 'expect bind_transmitter' 'pdu generic_nack status=3 seq=1'
exits 77 'a bind that is answered with generic_nack' send -t 1 hi
like 'is refused' "$(cat err)" 'ESME_RINVCMDID'
smsc 'expect bind_transceiver' 'reply 3' accept 'expect bind_transmitter' reply serve
exits 0 'an SMSC without transceivers' sh -c "smpp-send -u smpp://me@$addr --timeout 200ms \
	--wait-time 100ms -t 1 hi; test \$? = 75"
like 'gets a transmitter and a receiver' "$(cat err)" 'binding as transmitter and as receiver'
smsc 'bind 0x0d' accept 'expect bind_transmitter hex=0034' reply serve
exits 0 'a 5.0 bind that is refused' send --smpp-version 5.0 -t 1 hi
like 'is tried again as 3.4' "$(cat err)" '3\.4'
smsc 'expect bind_transmitter' mute
exits 75 'a bind that is not answered' send --bind-timeout 100ms -t 1 hi
like 'is said' "$(cat err)" 'no answer to the bind'
smsc close
exits 69 'a peer that hangs up at once' send -t 1 hi
smsc 'expect bind_transmitter' close
exits 69 'a peer that hangs up on the bind' send -t 1 hi
smsc 'expect bind_transmitter' reset
exits 69 'a peer that resets on the bind' send -t 1 hi
smsc 'expect bind_transmitter' 'send 0000002080000002' close
exits 69 'a peer that hangs up within its answer' send -t 1 hi
smsc 'expect bind_transmitter' 'pdu bind_transmitter_resp seq=9 body=00' reply serve
exits 0 'an answer to no bind is passed over' send -t 1 hi
is 'and the message sent' "$(tally)" '1 ok'
smsc slow bind serve
exits 0 'a peer that sends an octet at a time' send -t 1 hi
is 'is understood' "$(tally)" '1 ok'

# -- hostile PDUs

for pdu in 00000000 0000000f80000004 00020001 ffffffff80000004 80000010; do
	smsc bind 'expect submit_sm' "send ${pdu}00000000000000000000000000000000" mute
	exits 76 "a command_length of ${pdu%80000004}" send -t 1 hi
	is 'ends the link, and the row is told' "$(tally)" '1 unknown'
	like 'it is named' "$(cat err)" 'sent a command_length of [0-9]+, which is'
	smsc 'expect bind_transmitter' "send ${pdu}00000000000000000000000000000000" mute
	exits 76 "or for an answer to the bind" send -t 1 hi
done
# an answer with its status and a body that is cut or too long
for body in 41 41414141 "$(printf '41%.0s' $(seq 70))" "$(printf '41%.0s' $(seq 70))00" \
	'ff0a0d00' '410042' '4100001d' '4100001d00ff41' '41001d000002'; do
	smsc bind 'expect submit_sm' "pdu submit_sm_resp seq=2 body=$body" serve
	exits 0 "an answer with the body $(printf %.20s "$body")" send -t 1 hi
	is 'is an acceptance' "$(tally)" '1 ok'
	ok 'and its row one of UTF-8' iconv -f UTF-8 -t UTF-8 -o /dev/null out
	is 'of one line' "$(wc -l <out)" 1
done
smsc bind 'expect submit_sm' 'pdu submit_sm_resp seq=2' serve
exits 0 'an answer without a body' send -t 1 hi
is 'is an acceptance without an id' "$(cut -f2,3 out)" "ok$tab"
# requests that an SMSC never sends, cut short or unknown, beside the answer
set --
for pdu in 'deliver_sm body=00' 'deliver_sm body=ffffffff' 'deliver_sm body=000101410001014100000000000000000000ff41' \
	'data_sm body=00' 'submit_sm body=00' '0x00000055' '0x80000055' 'outbind body=00' \
	'alert_notification body=00' 'bind_transmitter body=00' 'query_sm_resp body=41' 'submit_multi_resp body=4100ff' \
	'enquire_link' 'enquire_link body=0000' 'unbind_resp' 'generic_nack seq=99 status=3' 'generic_nack seq=0 status=2'; do
	set -- "$@" "pdu $pdu"
done
smsc bind "$@" serve
set --
exits 0 'PDUs that make no sense do not disturb' batch a
is 'what is sent' "$(tally)" '3 ok'
is 'and are answered or passed over' "$(grep -c '_resp\|generic_nack' $p.out | awk '{ print ($1 >= 8) }')" 1

# -- answers

smsc bind 'expect submit_sm' 'expect submit_sm' 'expect submit_sm' reply-reverse serve
exits 0 'answers out of order' batch a
accounted 'out of order' 1 3
is 'each has its own id' "$(sort out | cut -f1,3 | tr '\t\n' '= ')" '1=2 2=3 3=4 '
smsc bind 'expect submit_sm' 'reply id=x' 'pdu submit_sm_resp seq=2 body=7900' serve
exits 0 'an answer twice' batch a
accounted 'twice' 1 3
like 'the first counts' "$(cat out)" "^1${tab}ok${tab}x$tab"
like 'and the second is said' "$(cat err)" 'submit_sm_resp seq=2: answers no request'
smsc bind 'expect submit_sm' 'pdu submit_sm_resp seq=77 body=7900' 'reply id=x' serve
exits 0 'an answer to what was not asked' batch a
accounted 'not asked' 1 3
smsc bind 'expect submit_sm' 'pdu query_sm_resp seq=2 body=78000000ff' 'reply id=x' serve
exits 0 'an answer of another kind' batch a
accounted 'another kind' 1 3
smsc bind 'expect submit_sm' 'reply 0x0b' 'expect submit_sm' 'reply 0x08 id=never' \
	'expect submit_sm' 'reply 0x45 body=' serve
exits 1 'refusals, with a body and without' batch -w 1 --retries 0 a
accounted 'refusals' 1 3
is 'say their status' "$(sort out | cut -f2,3,6)" \
"failed$tab${tab}ESME_RINVDSTADR 0x0b
failed$tab${tab}ESME_RSYSERR 0x08
failed$tab${tab}ESME_RSUBMITFAIL 0x45"
smsc bind 'expect submit_sm' 'reply 0x08' 'expect submit_sm' 'reply 0x45' 'expect submit_sm' 'reply id=x' serve
exits 0 'what is refused for now goes again' send -t 1 --columns status,message_id,attempts hi
is 'until it is taken' "$(cat out)" "ok${tab}x${tab}3"
smsc bind 'expect submit_sm' 'reply 0x08' 'expect submit_sm' 'reply 0x08' serve
exits 1 'but not for ever' send -t 1 --retries 1 --columns status,attempts,error hi
is 'the last refusal counts' "$(cat out)" "failed${tab}2${tab}ESME_RSYSERR 0x08"
smsc bind 'expect submit_sm' 'reply 0x400' 'expect submit_sm' 'reply id=x' serve
exits 0 'a status of --retry-on goes again' send -t 1 --retry-on 0x400,ESME_RINVDSTADR hi
exits 64 'a status that is none' send -t 1 --retry-on ESME_NONESUCH hi
smsc bind 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply 0x58' 'expect submit_sm' 'reply id=b' \
	'expect submit_sm' 'reply id=c' serve
exits 0 'a throttled part goes again first' send -w 1 -t 1 --columns status,message_id,attempts "$(printf %0400d 7)"
is 'in its place' "$(cat out)" "ok${tab}a,b,c${tab}2"
set -- bind
while [ $# -lt 200 ]; do set -- "$@" 'expect submit_sm' 'reply 0x58'; done
smsc "$@"
set --
exits 75 'throttled to the end' send -t 1 --throttle-time 300ms hi
like 'is a failure that may pass' "$(cat out)" '1.failed.*ESME_RTHROTTLED'
smsc bind 'expect submit_sm' 'expect submit_sm' 'pdu submit_sm_resp status=0x08 seq=2' \
	'pdu submit_sm_resp status=0x0b seq=3' serve
exits 1 'a part to go again' send -t 1 "$(printf %0200d 7)"
like 'is not sent after another was refused' "$(cat out)" '1.failed.*ESME_RSYSERR'
smsc bind 'expect submit_sm' 'pdu generic_nack status=3 seq=2' 'expect submit_sm' \
	'pdu generic_nack status=0 seq=3' serve
exits 1 'generic_nack for an answer' batch -w 1 a
accounted 'generic_nack' 1 3
is 'is a refusal, whatever its status' "$(tally)" '2 failed 1 ok'
smsc bind 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply 0x14' serve
exits 1 'a refused part' send --retries 0 -w 1 -t 1 "$(printf %0400d 7)"
is 'stops those not begun' "$(cut -f2,3,5,6 out)" "partial${tab}a,,${tab}3${tab}ESME_RMSGQFUL 0x14"
smsc bind 'expect submit_sm' 'expect submit_sm' 'expect submit_sm' reply-reverse serve
exits 0 'parts answered in reverse' send -t 1 "$(printf %0400d 7)"
is 'have their ids in order' "$(cut -f3 out)" 2,3,4

# -- silence

smsc bind 'expect submit_sm' 'expect submit_sm' 'expect submit_sm' reply-oldest 'mute 0.4' \
	'pdu submit_sm_resp seq=3 body=6c6174652100' reply 'expect unbind' reply
mkfifo late
background late smpp-send -u "smpp://me@$addr" --timeout 200ms --batch late
exec 9>late
cat a >&9
ok 'an answer that is late' appears late.err 'late!'
exec 9>&-
finished late
is 'leaves status 75' "$status" 75
cp late.out out
accounted 'late' 1 3
is 'is no second row' "$(tally)" '1 ok 2 unknown'
like 'but said' "$(cat late.err)" 'row 2: the answer came after [0-9]+ ms: ESME_ROK 0x00, message_id late!'
lines 1 6 >six
smsc bind 'expect submit_sm' 'expect submit_sm' mute accept bind 'expect submit_sm' 'expect submit_sm' mute
exits 75 'whole windows without an answer' batch -w 2 six
accounted 'whole windows' 1 4
is 'bound again once' "$(tally)" '4 unknown'
like 'and the rest is left' "$(cat err)" 'six: not read from line 5 on'
smsc bind 'expect submit_sm' 'expect submit_sm' mute accept bind serve
exits 75 'one window without an answer' batch -w 2 six
accounted 'one window' 1 6
is 'and the rest over a new bind' "$(tally)" '4 ok 2 unknown'
smsc bind mute
mkfifo quiet
exec 9<>quiet
exits 69 'a peer that falls silent' smpp-send -u "smpp://me@$addr" \
	--enquire-link 50ms --reconnect-time 1ms --batch -v quiet
exec 9>&-
like 'is dead after two enquire_links' "$(cat err)" 'silent: two enquire_links were not answered'
is 'no more, no less' "$(grep -c -e '-> enquire_link ' err)" 2
like 'what was not read is said' "$(cat err)" 'quiet: not read from line 1 on'
smsc bind serve
mkfifo slow
background stalled smpp-send -u "smpp://me@$addr" --enquire-link 50ms --batch slow
exec 9>slow
lines 1 1 >&9
ok 'a row of an input that stalls is told at once' appears stalled.out "^1${tab}ok"
ok 'and the link kept alive' appears $p.out '^enquire_link 0 5 ' 
exec 9>&-
finished stalled
is 'until it ends' "$status" 0

# -- links that break

for how in close reset; do
	smsc bind 'expect submit_sm' reply 'expect submit_sm' 'expect submit_sm' $how accept bind serve
	exits 75 "a full window lost by $how" batch -w 2 six
	accounted "window lost by $how" 1 6
	is "$how: lost ones are unknown, the rest is sent" "$(tally)" '4 ok 2 unknown'
	like "$how: is said" "$(cat err)" 'trying again'
	like "$how: in the row, too" "$(grep unknown out)" 'the link broke before the answer came'
done
smsc bind 'expect submit_sm' 'send 0000001180000004' close
exits 69 'a link that ends within a PDU' batch -w 1 six
accounted 'within a PDU' 1 1
like 'leaves the rest' "$(cat err)" 'six: not read from line 2 on'
smsc bind close accept bind serve
rm -f idle; mkfifo idle
background idle smpp-send -u "smpp://me@$addr" --reconnect-time 1ms --batch idle
exec 9>idle
ok 'an SMSC that binds only to hang up' appears idle.err 'the peer closed the connection$'
exec 9>&-
finished idle
is 'is not tried for ever' "$status" 69
for how in close "pdu unbind"; do
	[ "$how" = close ] || set -- 'expect unbind_resp' close
	smsc bind 'expect submit_sm' reply "$how" "$@" accept bind serve
	rm -f idle; mkfifo idle
	background idle smpp-send -u "smpp://me@$addr" --reconnect-time 100ms --batch idle
	exec 9>idle
	lines 1 1 >&9
	ok "an idle link lost by $how" appears idle.err 'trying again'
	lines 2 3 >&9
	exec 9>&-
	finished idle
	is "$how: is made again" "$status" 0
	cp idle.out out
	accounted "$how" 1 3
	is "$how: and all is sent" "$(tally)" '3 ok'
done
set --
smsc bind 'expect submit_sm' 'expect submit_sm' 'pdu unbind' 'expect unbind_resp' close accept bind serve
exits 75 'one that unbinds with a full window' batch -w 2 six
accounted 'unbind with a window' 1 6
is 'does not answer those' "$(tally)" '4 ok 2 unknown'
smsc bind 'expect submit_sm' reply 'expect unbind' close
exits 0 'an unbind answered by closing' send -t 1 hi
smsc bind 'expect submit_sm' reply 'expect unbind' reset
exits 0 'an unbind answered by a reset' send -t 1 hi
smsc bind 'expect submit_sm' reply 'expect unbind' mute
exits 0 'an unbind without an answer' send -t 1 hi
is 'changes no row' "$(tally)" '1 ok'
smsc bind 'expect submit_sm' reply 'expect unbind' 'pdu deliver_sm body=00' reply
exits 0 'a request after the unbind' send -t 1 hi
smsc bind 'expect submit_sm' reply 'expect submit_sm' close
exits 69 'several addresses on a link that ends' send -w 1 -t 111,222,333 hi
accounted 'several addresses' 1 3
is 'those not begun are unsent' "$(tally)" '1 ok 1 unknown 1 unsent'

# -- signals

for sig in INT TERM; do
	smsc bind 'expect submit_sm' 'expect submit_sm' reply-oldest 'expect submit_sm' mute
	mkfifo rows.$sig
	background s$sig smpp-send -u "smpp://me@$addr" --batch -w 2 --grace 100ms rows.$sig
	exec 9>rows.$sig
	cat six >&9
	ok "$sig: rows are under way" appears s$sig.out "^1${tab}ok"
	ok "$sig: the window is full" appears $p.out '^submit_sm 0 4 ' 
	stop s$sig $sig
	exec 9>&-
	is "$sig: status 75" "$status" 75
	cp s$sig.out out
	accounted "$sig" 1 3
	is "$sig: what is in flight is unknown" "$(tally)" '1 ok 2 unknown'
	like "$sig: the next line is named" "$(cat s$sig.err)" "rows.$sig: not read from line 4 on"
	like "$sig: what it waits for is said" "$(cat s$sig.err)" '^smpp-send: ending: 2 messages have up to '
	finished $p
	like "$sig: unbound" "$(cat $p.out)" 'submit_sm'
done
smsc bind 'expect submit_sm' 'expect submit_sm' mute
background twice smpp-send -u "smpp://me@$addr" --batch -w 2 --grace 60s six
ok 'a full window' appears $p.out '^submit_sm 0 3 ' 
kill -INT $pid
kill -TERM $pid
ok 'a second signal ends it at once' sh -c "timeout 5 tail --pid=$pid -s 0.05 -f /dev/null"
finished twice
is 'with status 75' "$status" 75
cp twice.out out
accounted 'second signal' 1 2
is 'and the rows' "$(tally)" '2 unknown'
smsc bind 'expect submit_sm' 'expect submit_sm' mute
background graceful smpp-send -u "smpp://me@$addr" --batch -w 2 --grace 60s six
ok 'a full window' appears $p.out '^submit_sm 0 3 ' 
stop $p
stop graceful HUP
is 'a hangup counts as TERM' "$status" 75

# -- receipts

receipt() { echo "deliver 821055 SUREM id:$1 sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:${2:-DELIVRD} err:000 text:"; }
wait_for() { send --wait --wait-time 300ms --columns ref,status,message_id,state,done_date "$@"; }
smsc 'expect bind_transceiver' reply 'expect submit_sm hex=0100' \
	"$(receipt x) esm=4" 'reply id=x' 'expect deliver_sm_resp' serve
exits 0 'a receipt before the response' wait_for -t 1 hi
is 'is matched' "$(cat out)" "1${tab}ok${tab}x${tab}DELIVRD${tab}2026-11-24T09:01:00"
from_whom() { echo "deliver $2 SUREM id:$1 stat:DELIVRD"; }
match() { send --wait --wait-time 300ms --columns status,state,match -t 821055551234 "$@" hi; }
for ids in '38601fa 0059113978 hex-to-dec' '59113978 38601FA dec-to-hex' '00AbC abc nocase' \
	'812FC7470000001B 9308878062554710043 hex-to-dec'; do
	set -- $ids
	smsc 'expect bind_transceiver' reply 'expect submit_sm' "reply id=$1" \
		"$(from_whom "$2" 01055551234) esm=4" 'expect deliver_sm_resp' serve
	exits 0 "id $1, in the receipt $2" match
	is 'is the same' "$(cat out)" "ok${tab}DELIVRD${tab}$3"
	smsc 'expect bind_transceiver' reply 'expect submit_sm' "$(from_whom "$2" 821055551234) esm=4" \
		"reply id=$1" 'expect deliver_sm_resp' serve
	exits 0 "so is a receipt $2 that comes early" match
	is 'it is' "$(cat out)" "ok${tab}DELIVRD${tab}$3"
	smsc 'expect bind_transceiver' reply 'expect submit_sm' "reply id=$1" \
		"$(from_whom "$2" 821055559999) esm=4" 'expect deliver_sm_resp' serve
	exits 75 'but not from another number' match
	smsc 'expect bind_transceiver' reply 'expect submit_sm' "reply id=$1" \
		"$(from_whom "$2" 821055551234) esm=4" 'expect deliver_sm_resp' serve
	exits 75 'nor with --ids exact' match --ids exact
	set --
done
# a terminal
t_tty() { python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" <&-; }
lines 1 6 >rows
start shown smpp-sim -l 127.0.0.1:0
SMPP_PASSWORD=x exits 0 'rows and a status line on one terminal' t_tty smpp-send -u "smpp://me@$addr" --batch --rate 5/s rows
like 'which is drawn' "$(cat out)" ' done, '
is 'and is erased before a row' "$(LC_ALL=C grep -cE "[^0-9][0-9]/s[0-9]|set[0-9]" out)" 0
is 'that stands at the start of a line' "$(tr '\r' '\n' <out | sed 's/^.\[K//' | grep -cE "^[0-9]+${tab}ok")" 6
stop shown

# what nobody knows has not failed
start mute smpp-sim -l 127.0.0.1:0 --fault silence@after=1
exits 75 'a summary of rows that nobody answers' send --stats -t 1,2,3 hi
like 'does not call them failed' "$(cat err)" '3 rows in [0-9.]+ s: 1 ok, 0 failed, 2 unknown, '
stop mute

smsc bind serve
exits 0 'a summary' send --stats -q -t 1,2,3 hi
like 'is printed' "$(cat err)" '^3 rows in .*: 3 ok, 0 failed'
like 'with percentiles' "$(cat err)" 'p50 .* p99 .* max'
smsc 'expect bind_transceiver' reply 'expect submit_sm' 'reply id=x' "$(receipt other) esm=4" \
	'expect deliver_sm_resp' "$(receipt x ENROUTE) esm=0x20" 'expect deliver_sm_resp' \
	"$(receipt x UNDELIV) esm=4" 'expect deliver_sm_resp' serve
exits 0 'a receipt of another run' wait_for -t 1 hi
is 'an interim one is not final' "$(cut -f4 out)" UNDELIV
is 'each is answered as its due' "$(awk '/^deliver_sm_resp/ { printf "%s ", $2 }' $p.out)" '100 0 0 '
smsc 'expect bind_transceiver' reply 'expect submit_sm' 'reply id=a' 'expect submit_sm' 'reply id=b' \
	'expect submit_sm' 'reply id=c' \
	"$(receipt a) esm=4" 'expect deliver_sm_resp' "$(receipt a) esm=4" 'expect deliver_sm_resp' \
	"$(receipt c EXPIRED) esm=4" 'expect deliver_sm_resp' "$(receipt b) esm=4" 'expect deliver_sm_resp' serve
exits 0 'receipts of parts, one of them twice' wait_for -t 1 "$(printf %0400d 7)"
is 'the worst counts' "$(cut -f2-4 out)" "ok${tab}a,b,c${tab}EXPIRED"
is 'all are acknowledged' "$(awk '/^deliver_sm_resp/ { printf "%s ", $2 }' $p.out)" '0 0 0 0 '
smsc 'expect bind_transceiver' reply 'expect submit_sm' 'reply id=a' 'deliver 82 SUREM a message' \
	'expect deliver_sm_resp' serve
exits 75 'a receipt that does not come' wait_for -t 1 hi
is 'leaves its cells empty' "$(cat out)" "1${tab}ok${tab}a${tab}${tab}"
like 'and is said to be missing' "$(cat err)" 'no final receipt of 1 of the rows within --wait-time'
is 'a message of others is given back' "$(awk '/^deliver_sm_resp/ { printf "%s ", $2 }' $p.out)" '100 '
smsc 'expect bind_transceiver' reply 'expect submit_sm' 'expect submit_sm' "$(receipt a) esm=4" \
	'pdu submit_sm_resp status=0x0b seq=3' 'pdu submit_sm_resp seq=2 body=6100' 'expect deliver_sm_resp' serve
exits 1 'an early receipt of a message that is partly refused' wait_for -t 1 "$(printf %0200d 7)"
is 'its row is told' "$(cut -f2,3 out)" "partial${tab}a,"
finished $p
is 'and the receipt answered' "$status" 0 || diag "$(cat $p.err $p.out)"
set -- 'expect submit_sm' 'expect submit_sm' "$(receipt other) esm=4"
for n in 1 2 3 4; do
	set -- "$@" reply-oldest 'expect any'
done
smsc 'expect bind_transceiver' reply "$@" reply-all serve
set --
exits 75 'a receipt of another run on a busy link' wait_for --batch -w 2 six
is 'is given back while the window is full' "$(awk '/^submit_sm/ { n++ } /^deliver_sm_resp/ { print $2, n < 6 }' $p.out)" '100 1'
smsc 'expect bind_transceiver' reply 'expect submit_sm' "$(receipt a) esm=4" 'reply id=a' reset
exits 0 'a link that breaks with a receipt unanswered' wait_for -t 1 hi
is 'has its row' "$(cut -f2-4 out)" "ok${tab}a${tab}DELIVRD"
smsc 'expect bind_transceiver' reply 'expect submit_sm' 'reply id=a' close accept \
	'expect bind_transceiver' reply "$(receipt a) esm=4" 'expect deliver_sm_resp' serve
exits 0 'a receipt over the next link' sh -c "smpp-send -u smpp://me@$addr --reconnect-time 60ms \
	--wait-time 5s --columns status,state -t 1 hi"
is 'counts' "$(cat out)" "ok${tab}DELIVRD"

# -- which status wins

smsc bind 'expect submit_sm' 'reply 0x0b' 'expect submit_sm' close
exits 69 'a lost link wins over unknown and failed rows' batch -w 1 a
accounted 'precedence' 1 2
smsc bind 'expect submit_sm' 'reply 0x0b' 'expect submit_sm' 'expect submit_sm' reply 'mute 0.3'
exits 75 'unknown wins over failed' batch a
smsc bind 'expect submit_sm' 'reply 0x0b' serve
exits 66 'a missing file wins over failed rows' batch a nonesuch
smsc bind 'expect submit_sm' mute
exits 74 'a full disk wins over all of that' sh -c \
	"smpp-send -u smpp://me@$addr --timeout 100ms --batch a nonesuch >/dev/full"
exits 0 'a language makes gsm7 use its tables' smpp-send -n -t 1 -e gsm7 --language Turkish 'ğüş'
like 'both are named' "$(cut -f3,9 out)" "^gsm7-shift${tab}03250101$"
exits 0 'a language that nothing uses is said' smpp-send -n -t 1 --language Turkish hi
like 'with what would use it' "$(cat err)" 'language counts for gsm7-shift alone'

done_testing
