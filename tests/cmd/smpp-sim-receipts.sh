#!/bin/sh
# smpp-sim: receipts in dialects, and forms of ids.
. "${0%/*}/lib.sh"
need python3
sim() { start sim smpp-sim -q -l 127.0.0.1:0 --columns text "$@"; }
# told NAME WANT: what the Python of stdin prints, in one line.
told() {
	esme >said 2>err || diag "$(tail -n 3 err)"
	is "$1" "$(tr '\n' '|' <said)" "$2"
}

# dialects
receipt() {	# OPTION...: the first receipt, as text
	sim "$@"
	esme >said 2>err <<'PY' || diag "$(tail -n 3 err)"
e = Esme(address)
e.submit('Your code is 483920. Thank you.', rd=1)
print(e.get('submit_sm_resp').id)
d = e.deliver()
text = d.octets.decode('utf-16-be') if d.octets[:2] == b'\0i' else d.text
print(d.name, d.esm_class, d.dcs, text)
print(*['%04x=%s' % (t, d.tlv(t).hex()) for t in (0x1e, 0x423, 0x427, 0x1403) if d.tlv(t)])
e.unbind()
PY
	stop sim
	id=$(sed -n 1p said) text=$(sed -n 2p said) tlvs=$(sed -n 3p said)
}
date='[0-9]{10}'
receipt
like 'the usual receipt has no text' "$text" "^deliver_sm 4 0 id:$id sub:001 dlvrd:001 submit date:$date done date:$date stat:DELIVRD err:000\$"
like 'and its TLVs' "$tlvs" '^001e=[0-9a-f]+00 0427=02$'
receipt --dialect appendix-b
like 'appendix B' "$text" "id:$id sub:001 dlvrd:001 submit date:$date done date:$date stat:DELIVRD err:000 Text: Your code is 483920\.\$"
receipt --dialect seconds
like 'seconds' "$text" "submit date:[0-9]{12} done date:[0-9]{12} stat"
receipt --dialect ucs2
like 'UCS2' "$text" "^deliver_sm 4 8 id:$id .* err:000\$"
receipt --dialect dcs8
like 'ASCII under data_coding 8' "$text" "^deliver_sm 4 8 id:$id .* text:Your"
receipt --dialect data-sm
like 'a data_sm' "$text" "^data_sm 4 0 id:$id "
receipt --dialect no-class
like 'no class' "$text" "^deliver_sm 0 0 id:$id "
receipt --dialect class44
like 'class 0x44' "$text" "^deliver_sm 68 0 id:$id "
receipt --dialect payload
like 'the text in the payload' "$text" "id:$id .* text:Your"
receipt --dialect error-ascii --err DELIVRD=123
like 'a network error of digits' "$tlvs" '0423=313233'
like 'the err of the table' "$text" 'err:123'
receipt --dialect vendor-tlvs
like 'TLVs of vendors' "$tlvs" '0423=030000 .*1403=3435303035'
receipt --dialect tlv
like 'TLVs alone' "$text" '^deliver_sm 4 0 $'
receipt --receipt-by tlv
like 'by TLV alone' "$text$tlvs" '^deliver_sm 4 0 001e='
receipt --receipt-by text
like 'by text alone' "$text" "id:$id"
is 'without TLVs' "$tlvs" ''
receipt --dialect '<{stat:full} {id:HEX}>'
like 'a template' "$text" "<DELIVERED $(printf '%X' "$id")>\$"
exits 64 'no dialect' smpp-sim --dialect klingon
like 'those that exist are told' "$(cat err)" 'appendix-b'
exits 64 'no err' smpp-sim --err UNDELIV

# ids
for t in hex HEX zeros uuid long over word; do
	receipt --fault "id=$t" --fault text-id=dec
	printf '%s %s\n' "$t" "$id" >>ids
	like "a receipt of id $t tells it in its TLV" "$tlvs" "^001e=$(printf %s "$id" | xxd -p -c 200)00"
done
like 'an id of 80 characters' "$(cat ids)" '^over .{80}$'
like 'a UUID' "$(cat ids)" '^uuid [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
sim --fault id=hex --fault text-id=dec --delay 1h
told 'hexadecimal in the response, decimal in the receipt, and found by what was given' '0 1|12|True|' <<'PY'
e = Esme(address)
e.submit(rd=1)
given = e.get('submit_sm_resp').id
ask = lambda name, id: e.send(name, (b'\0' if name == 'cancel_sm' else b'') + cstr(id) +
    b'\5\0' + cstr('SUREM') + (b'\0\0\0' if name == 'cancel_sm' else b''))
ask('query_sm', given); r = e.get('query_sm_resp'); print(r.status, r.body[-2])
ask('query_sm', str(int(given, 16))); print(e.get('query_sm_resp').status)
ask('cancel_sm', given); e.get('cancel_sm_resp')
print('id:%d ' % int(given, 16) in e.deliver().text)
PY
stop sim
is "it ends well" "$status" 0

done_testing
