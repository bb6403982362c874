#!/bin/sh
# smpp-decode from outside: what it reads, prints, refuses.
. "${0%/*}/lib.sh"
samples=$ROOT/tests/data/pdu-samples.tsv
link=00000010000000150000000000000001
resp=00000010800000040000005800000002

echo $link >one
exits 0 'a PDU in hexadecimal is a row' smpp-decode one
is 'the row has its columns' "$(cat out)" "0${tab}enquire_link${tab}ESME_ROK${tab}1$tab"
is 'nothing is said of it' "$(cat err)" ''
exits 0 'stdin is read without a file' sh -c "echo $resp | smpp-decode --columns status,seq --header"
is 'columns are picked and named' "$(cat out)" "status${tab}seq
ESME_RTHROTTLED${tab}2"

# every kind of input gives the same rows (a TLV of one of them leads out of it)
tail -n +2 "$samples" | cut -f2,6,8 | grep -v MALFORMED | grep "${tab}yes${tab}" |
	cut -f1 | grep -v 00c8$ | grep -v 0427000401$ | grep -v 001010$ >hex
smpp-decode hex >want 2>/dev/null
lines=$(wc -l <hex)
is 'each PDU is a row' "$(wc -l <want)" "$lines"
python3 -c 'import sys
for l in sys.stdin: sys.stdout.buffer.write(bytes.fromhex(l))' <hex >raw
exits 1 'raw octets are told by their content' smpp-decode raw
ok 'they give the same rows' cmp -s out want
python3 - raw >dump <<'PY'
import sys
d = open(sys.argv[1], 'rb').read()
for i in range(0, len(d), 16):
    print('%04x   %-48s  %s' % (i, ' '.join('%02x' % c for c in d[i:i+16]), '.' * len(d[i:i+16])))
PY
smpp-decode dump >out 2>/dev/null
ok 'a dump with offsets gives the same rows' cmp -s out want
fold -w 20 hex >folded
smpp-decode folded >out 2>/dev/null
ok 'lines that were folded are joined' cmp -s out want
exits 1 'one octet at a time gives the same rows' sh -c \
	'python3 -c "
import os
for c in open(\"raw\", \"rb\").read(): os.write(1, bytes([c]))" | smpp-decode'
ok 'they are the same' cmp -s out want

# shapes of other tools; "{" and "\" stand among the characters of a line
printf '{"command":"submit_sm","destination_addr":"1","short_message":"%%s"}\n' |
	sed "s/%s/$(printf 'abc\\\\\\\\{{{{{{{{%0100d' 0)/" | smpp-decode -E >shape
smpp-decode shape >want1
is 'a PDU to dump' "$(wc -l <want1)" 1
shape() {	# NAME COMMAND...
	shape_name=$1; shift
	"$@" <shape >shape.txt
	smpp-decode shape.txt >out 2>err
	ok "$shape_name gives the same row" cmp -s out want1 || diag "$(cat out err)"
	is "$shape_name is understood" "$(cat err)" ''
}
shape 'od in hexadecimal' od -A x -t x1z
shape 'od in octal' od -t x1
shape 'od of two octets' od -A x -t x2 --endian=big -v
shape 'hexdump -C, with lines left out' python3 -c 'import sys
d, last = sys.stdin.buffer.read(), None
for i in range(0, len(d), 16):
    c = d[i:i+16]
    if c == last:
        if not star: print("*")
        star = True
        continue
    last, star = c, False
    h = " ".join("%02x" % b for b in c[:8]) + "  " + " ".join("%02x" % b for b in c[8:])
    print("%08x  %-48s  |%s|" % (i, h, "".join(chr(b) if 31 < b < 127 else "." for b in c)))
print("%08x" % len(d))'
shape 'tcpdump -X' python3 -c 'import sys
tcp = bytes.fromhex("9c400ad70000000100000001501800000000") + b"\0\0" + sys.stdin.buffer.read()
d = b"\x45\0" + (20 + len(tcp)).to_bytes(2, "big") + bytes.fromhex("0001000040060000") + bytes([127, 0, 0, 1] * 2) + tcp
print("02:43:39.123456 IP 127.0.0.1.40000 > 127.0.0.1.2775: Flags [P.], seq 1:99, ack 1, win 512, length 98")
for i in range(0, len(d), 16):
    c = d[i:i+16]
    h = " ".join(c[j:j+2].hex() for j in range(0, len(c), 2))
    print("\t0x%04x:  %-39s  %s" % (i, h, "".join(chr(b) if 31 < b < 127 else "." for b in c)))'
shape 'a word in a log' sh -c 'echo "2026-11-25 09:00:00 DEBUG [7] sent pdu=$(od -A n -v -t x1 | tr -d " \n") ok"'
shape 'words up to the end of a line' sh -c 'echo "09:00:00 smsc7: PDU$(od -A n -v -t x1 | tr -d "\n")"'

# JSON and back
tail -n +2 "$samples" | cut -f2 >all
smpp-decode -j all >json 2>err
is 'a PDU that is bad makes the status 1' "$(smpp-decode -j all >/dev/null 2>&1; echo $?)" 1
exits 0 'JSON becomes octets again' smpp-decode -E -x json
is 'all of them' "$(tr -d '\n' <out)" "$(tr -d '\n' <all)"
exits 0 'JSON becomes raw octets' smpp-decode -E json
python3 -c 'import sys
sys.stdout.buffer.write(bytes.fromhex(open("all").read()))' >allraw
ok 'the same' cmp -s out allraw
ok 'each line of it is JSON' python3 -c 'import json, sys
for l in open("json"): json.loads(l)'

# what is wrong
exits 65 'nothing but garbage is status 65' sh -c 'printf "GET / HTTP/1.1\n" | smpp-decode'
like 'who spoke is said' "$(cat err)" '^smpp-decode: stdin: line 1: no hexadecimal: an HTTP client$'
printf '0000001a00000004000000000000000100010141414141424242\n%s\n' $link >bad
exits 1 'a bad PDU does not stop the rest' smpp-decode bad
like 'field and offset are named' "$(cat err)" \
	'^smpp-decode: bad: line 1: at 0: submit_sm: source_addr: not terminated within the 7 octets left, at offset 19$'
like 'the next is decoded' "$(cat out)" "^26${tab}enquire_link"
echo 000000218000000500000000000000013132333435363738393031323334003132 >long
exits 0 'what is odd is reported only' smpp-decode long
like 'and named' "$(cat err)" 'octets behind the last field'
exits 65 'or refused when strict' smpp-decode --strict long
is 'and is no row then' "$(cat out)" ''
exits 65 'nor one of JSON' smpp-decode --strict -j long
is 'which holds what is right alone' "$(cat out)" ''
like 'its faults are named' "$(cat err)" 'octets behind the last field'
exits 1 'what is cut short is no row either' sh -c "echo '$link' 0000001280000004000000000a342ee15454 | tr ' ' '\n' |
	smpp-decode --strict -j"
is 'beside one that is whole' "$(grep -c command out) $(grep -c enquire_link out)" '1 1'
like 'in JSON it is among the errors' "$(smpp-decode -j long)" '"errors":\["octets behind'
python3 -c 'import sys
sys.stdout.buffer.write(bytes.fromhex("'$link'") + b"\x00\xff junk \x00\x01" + bytes.fromhex("'$resp'"))' >mixed
exits 1 'raw octets that are no PDU are passed over' smpp-decode mixed
is 'up to the next one' "$(cut -f1,2 out | tr '\n\t' '; ')" '0 enquire_link;26 submit_sm_resp;'
like 'and counted' "$(cat err)" 'at 16: 10 octets that are no PDU'
exits 65 'a row of JSON that is none is bad' sh -c 'echo "{" | smpp-decode -E'
like 'its line is named' "$(cat err)" 'stdin: line 1: no JSON at character'

# transcripts
cat >trace <<TRACE
2026-11-24T09:15:02.123Z -> enquire_link seq=1 status=0
$link
smpp-send: a note between
2026-11-24T09:15:02.124Z <- submit_sm_resp seq=2 status=ESME_RTHROTTLED
$resp
TRACE
exits 0 'a transcript of -vv is read' smpp-decode --columns command trace
is 'its PDUs' "$(tr '\n' ' ' <out)" 'enquire_link submit_sm_resp '

# captures: an Ethernet one, SMPP in segments of one octet, HTTP beside it
python3 - $link $resp >eth.pcap <<'PY'
import struct, sys
out = sys.stdout.buffer
out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
def segment(seq, port, octets):
    tcp = struct.pack('>HHIIBBHHH', port, 2775, seq, 1, 0x50, 0x18, 65535, 0, 0) + octets
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0,
                     b'\x0a\0\0\1', b'\x0a\0\0\2') + tcp
    frame = bytes(12) + b'\x08\0' + ip
    out.write(struct.pack('<IIII', 1764000000, 5000, len(frame), len(frame)) + frame)
for i, c in enumerate(bytes.fromhex(sys.argv[1] + sys.argv[2])):
    segment(0xfffffff0 + i & 0xffffffff, 40000, bytes([c]))
    segment(1 + 4 * i, 40001, b'GET ')
PY
exits 0 'a capture is read' smpp-decode --columns offset,command,time,from,to eth.pcap
is 'PDU by PDU, and what is no SMPP left out' "$(cat out)" \
	"0${tab}enquire_link${tab}2025-11-24T16:00:00.005Z${tab}10.0.0.1:40000${tab}10.0.0.2:2775
16${tab}submit_sm_resp${tab}2025-11-24T16:00:00.005Z${tab}10.0.0.1:40000${tab}10.0.0.2:2775"
exits 0 'from a pipe, too' sh -c 'cat eth.pcap | smpp-decode -j'
like 'with addresses' "$(cat out)" '^\{"offset":0,"time":"2025-.*","from":"10.0.0.1:40000","to":"10.0.0.2:2775","command":"enquire_link"'
head -c 100 eth.pcap >cut.pcap
exits 65 'a capture that is cut off is bad' smpp-decode cut.pcap

# text, as data_coding and the user data header say
text() {	# NAME TEXT DATA_CODING ESM_CLASS HEX [OPTION...]
	name=$1 want=$2 json='{"command":"deliver_sm","data_coding":'$3',"esm_class":'$4',"short_message":{"hex":"'$5'"}}'
	shift 5
	printf '%s\n' "$json" | smpp-decode -E | smpp-decode --columns text "$@" >out
	is "$name" "$(cat out)" "$want"
}
text 'ASCII' 'hi @' 1 0 68692040
text 'data_coding 0 with --alphabet gsm7' 'hi @' 0 0 68692000 --alphabet gsm7
text 'Latin 1' 'é' 3 0 e9
text 'UCS2 and a surrogate pair' '가😀' 8 0 ac00d83dde00
text 'EUC-KR' '안녕' 14 0 bec8b3e7
text 'ISO 8859-5' 'Привет' 6 0 bfe0d8d2d5e2
text 'ISO 8859-8' 'שלום' 7 0 f9ece5ed
text 'Shift_JIS' '日本' 5 0 93fa967b
text 'ISO-2022-JP' '日本' 10 0 1b2442467c4b5c1b2842
text 'flash' '€' 16 0 1b65
text 'a part without its header' 'ab' 0 64 0500032a02016162
text 'a national table that the header names' 'ğ' 0 64 032401011b67
text 'binary is no text' '' 4 0 6869
text 'half a character is no text' '' 14 0 bec8b3
text 'compressed is no text' '' 32 0 6869

# files and statuses
exits 66 'a file that is not there' smpp-decode nonesuch
exits 0 'no octets at all are no error' smpp-decode /dev/null
exits 64 'hex without encode is wrong usage' smpp-decode -x one
exits 64 'a column that is not there is wrong usage' smpp-decode --columns nonesuch one
exits 73 'an output that cannot be made' smpp-decode -o /nonesuch/x one
exits 74 'a full disk' sh -c 'smpp-decode one >/dev/full'
exits 0 'an output of its own' smpp-decode -o rows one
is 'has the rows' "$(wc -l <rows)" 1
exits 0 'the tables are printed' smpp-decode --tables
like 'a TLV is among them' "$(cat out)" "^tlv${tab}message_payload${tab}0x0424"
done_testing
