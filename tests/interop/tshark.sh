#!/bin/sh
# tshark is the judge of our PDUs: it reads the sample PDUs as smpp-decode
# does, and a session with every type of PDU, captured by --pcap, without
# finding anything malformed.
. "${0%/*}/lib.sh"
need tshark smpp-decode smpp-sim smpp-send smpp-listen
samples=$ROOT/tests/data/pdu-samples.tsv

FIRST=$((tests + 1)) "$peers/tshark-compare" "$samples" >compared
cat compared
tests=$((tests + $(grep -cE '^(not )?ok' compared)))
ok 'there were samples to compare' test "$tests" -gt 100

python3 "$ROOT/tests/make-pdus" 2000 3 --plain >pdus
FIRST=$((tests + 1)) "$peers/tshark-compare" --raw pdus >compared
cat compared
tests=$((tests + $(grep -cE '^(not )?ok' compared)))

# several connections: the same PDUs of each stream, in the same order (tshark
# loses PDUs where segments overlap, so that these do not)
python3 "$ROOT/tests/make-pdus" 1000 4 --plain >pdus
python3 "$ROOT/tests/make-capture" pdus --seed 3 --calm >several.pcap 2>put
tshark -n -r several.pcap -d tcp.port==2775,smpp -T fields -E occurrence=a -e tcp.srcport -e tcp.dstport -e smpp.sequence_number \
	2>>tshark.err | awk -F'\t' '{ n = split($3, a, ","); for (i = 1; i <= n; i++) print $1, $2, a[i] }' |
	sort -s -k1,2 >shark
smpp-decode --columns from,to,seq several.pcap 2>ours.err |
	sed 's/10\.0\.0\.[12]://g' | tr '\t' ' ' | sort -s -k1,2 >ours
ok 'a capture of several connections has PDUs' test "$(wc -l <ours)" -eq 1000
ok 'tshark sees the same ones' cmp shark ours

# types FILE PORT: the names of the PDUs in a capture, one a line
types() {
	tshark -n -r "$1" -d "tcp.port==$2,smpp" -T fields \
		-E occurrence=a -E aggregator=' ' -e smpp.command_id 2>>tshark.err |
		tr ' ' '\n' | sort -u | grep .
}
malformed() {
	tshark -n -r "$1" -d "tcp.port==$2,smpp" -Y '_ws.malformed' 2>>tshark.err
}

# one well-formed PDU of each type, sent by hand after a bind; unbind last
awk -F'\t' 'NR > 1 && $6 == "yes" && $8 !~ /negative|MALFORMED|invalid|stray|no body|placeholder|not allowed/ &&
	$2 !~ /^........(00000006|80000006|0000000[129b])/ && !seen[$3]++ {
	print "send " $2
}' "$samples" >steps
set -- 'pdu bind_transceiver body=746573740074657374000034000000' 'expect bind_transceiver_resp'
while IFS= read -r step; do
	set -- "$@" "$step"
done <steps
start sim smpp-sim -l 127.0.0.1:0 --pcap all.pcap
exits 0 'a session with every type of PDU' peer -c "$addr" "$@" 'pdu unbind' eof
port=${addr##*:}
stop sim
ok 'its capture holds them' test "$(types all.pcap "$port" | wc -l)" -gt 25
is 'and nothing malformed' "$(malformed all.pcap "$port")" ''

start sim smpp-sim -l 127.0.0.1:0
port=${addr##*:}
exits 0 'smpp-send writes a capture' smpp-send -u "smpp://test@$addr" --wait \
	--pcap send.pcap -f SUREM -t +821055551234 'Your code is 483920.'
is 'of the whole session' "$(types send.pcap "$port" | tr '\n' ' ')" \
	'0x00000004 0x00000005 0x00000006 0x00000009 0x80000004 0x80000005 0x80000006 0x80000009 '
is 'in which nothing is malformed' "$(malformed send.pcap "$port")" ''
is 'and the text stands' "$(tshark -n -r send.pcap -d "tcp.port==$port,smpp" \
	-Y 'smpp.command_id == 4' -T fields -e smpp.message 2>>tshark.err)" \
	"$(printf 'Your code is 483920.' | od -An -tx1 | tr -d ' \n')"
stop sim
done_testing
