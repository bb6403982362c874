#!/bin/sh
# SPDX-License-Identifier: ISC
# tshark reads a text in each encoding as smpp-listen and smpp-decode do.
. "${0%/*}/lib.sh"
need tshark smpp-listen smpp-decode python3

# NAME DCS HEX TEXT ALPHABET
cat >samples <<'END'
ascii 1 68656c6c6f hello ascii
latin1 3 636166e9 café ascii
ucs2 8 00680069ac00 hi가 ascii
cyrillic 6 bfe0d8d2d5e2 Привет ascii
hebrew 7 f9ece5ed שלום ascii
ksc5601 14 c7d1b1db 한글 ascii
gsm7 0 02001102 $@_$ gsm7
END

while read -r name dcs octets text alphabet; do
	start smsc peer -l 127.0.0.1:0 bind "pdu deliver_sm body=$(printf \
	    '00000031000000320000000000000000%02x00%02x%s' "$dcs" \
	    $((${#octets} / 2)) "$octets")" 'expect deliver_sm_resp' eof
	port=${addr##*:}
	exits 0 "$name arrives" smpp-listen -u "smpp://me@$addr" -c 1 --for 5s --no-join \
	    --pcap "$name.pcap" --alphabet "$alphabet" --columns text,encoding
	finished smsc
	is "$name is read as it" "$(cat out)" "$text$tab$name"
	is "$name is the same to smpp-decode" "$(smpp-decode --columns command,text \
	    --alphabet "$alphabet" "$name.pcap" | sed -n "s/^deliver_sm$tab//p")" "$text"
	is "$name is the same to tshark" "$(tshark -n -o "smpp.decode_sms_over_smpp:GSM 7-bit" -r "$name.pcap" \
	    -d "tcp.port==$port,smpp" -Y 'smpp.command_id == 5' -V 2>>tshark.err |
	    sed -n 's/^ *Message: //p')" "$text"
done <samples
done_testing
