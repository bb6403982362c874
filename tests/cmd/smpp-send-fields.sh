#!/bin/sh
# Every field of a submit_sm, by option and by column: what smpp-send is told
# is what stands in the PDU, and what cannot stand there is refused by name.
. "${0%/*}/lib.sh"

start sim smpp-sim -q -l 127.0.0.1:0
# sent OPTION...: sends, and gives the fields of each submit_sm or data_sm
sent() {
	run smpp-send -q -vv -u "smpp://me@$addr" "$@"
	smpp-decode --columns command,fields err 2>/dev/null |
		sed -n 's/^submit_sm\t//p; s/^data_sm\t/data_sm /p'
}
address='dest_addr_ton=1 dest_addr_npi=1 destination_addr=8210551234'
plain="$address short_message=hi"

is 'nothing but what is asked for' "$(sent -t 8210551234 hi)" "$plain"
# FIELD OPTION VALUE COLUMN WHAT-STANDS-IN-THE-PDU
while read -r column option value want; do
	before='' after="$want "
	case $column in
	service_type) before="$want " after='' ;;
	esac
	is "$option $value" "$(sent "--$option=$value" -t 8210551234 hi)" \
		"$before$address ${after}short_message=hi"
	printf 'to\ttext\t%s\n8210551234\thi\t%s\n' "$column" "$value" >rows
	is "$column $value in a row" "$(sent --batch rows)" \
		"$before$address ${after}short_message=hi"
	printf 'to\ttext\t%s\n8210551234\thi\t\n' "$column" >rows
	is "$option $value for rows that say nothing" "$(sent "--$option=$value" --batch rows)" \
		"$before$address ${after}short_message=hi"
done <<'FIELDS'
service_type service-type CMT service_type=CMT
esm_class esm-class 0x03 esm_class=3
protocol_id protocol-id 65 protocol_id=65
priority priority 3 priority_flag=3
schedule schedule 000000020000000R schedule_delivery_time=000000020000000R
schedule schedule 2h schedule_delivery_time=000000020000000R
schedule schedule 2035-12-25T09:00:00+09:00 schedule_delivery_time=351225090000036+
validity validity 2h validity_period=000000020000000R
validity validity 351225090000036+ validity_period=351225090000036+
receipt receipt failure registered_delivery=2
receipt receipt 0x0d registered_delivery=13
dcs dcs 1 data_coding=1
FIELDS
is 'a switch' "$(sent --replace-if-present -t 8210551234 hi)" \
	"$address replace_if_present_flag=1 short_message=hi"
printf 'to\ttext\treplace_if_present\n8210551234\thi\tyes\n8210551235\thi\tno\n' >rows
is 'of a row' "$(sent --batch rows | grep -c replace_if_present_flag=1)" 1

# addresses
is 'type and plan by name and number' "$(sent -t 8210551234 --to-ton national --to-npi 14 \
	-f x --from-ton 1 --from-npi isdn hi)" \
	'source_addr_ton=1 source_addr_npi=1 source_addr=x dest_addr_ton=2 dest_addr_npi=14 destination_addr=8210551234 short_message=hi'
printf 'to\ttext\tto_ton\tto_npi\tfrom\tfrom_ton\tfrom_npi\n8210551234\thi\tnational\t14\tx\t1\tisdn\n8210551234\thi\n' >rows
is 'and by column' "$(sent --batch rows)" \
	"source_addr_ton=1 source_addr_npi=1 source_addr=x dest_addr_ton=2 dest_addr_npi=14 destination_addr=8210551234 short_message=hi
$plain"

# TLVs, typed by the table or by hand
is 'TLVs' "$(sent -t 8210551234 --tlv '0x1400=s:text;0x1401=h:00ff;user_message_reference=5' --tlv 0x1402=2:258 hi)" \
	"$plain 0x1400=0x7465787400 0x1401=0x00ff user_message_reference=5 0x1402=0x0102"
printf 'to\ttext\ttlv\n8210551234\thi\t0x1400=s:1101;dest_addr_subunit=ms_display\n' >rows
sent --tlv 0x1401=h:00ff --batch rows >got
like 'a row adds its own' "$(cat got)" '0x1401.*0x1400.*dest_addr_subunit=1'

# headers and octets
is 'a header of all messages' "$(sent -t 8210551234 --udh 06050415811581 hi)" \
	"$address esm_class=64 short_message=\\\\x06\\\\x05\\\\x04\\\\x15\\\\x81\\\\x15\\\\x81hi"
printf 'to\thex\tudh\n8210551234\t0102\t06050415811581\n' >rows
is 'octets with a header' "$(sent --batch rows)" \
	"$address esm_class=64 data_coding=4 short_message=\\\\x06\\\\x05\\\\x04\\\\x15\\\\x81\\\\x15\\\\x81\\\\x01\\\\x02"
printf 'to\thex\tesm_class\n8210551234\t0370012a01\t0x40\n' >rows
is 'octets that begin with one' "$(sent --batch rows)" \
	"$address esm_class=64 data_coding=4 short_message=\\\\x03p\\\\x01*\\\\x01"
printf 'to\thex\tudh\n8210551234\t%0400d\t06050415811581\n' 0 >rows
exits 0 'long octets with a header' smpp-send -n --columns part,octets,udh --batch rows
is 'become parts that all have it' "$(sed 's/0b0003../0b0003XX/' out)" "1${tab}140${tab}0b0003XX0201050415811581
2${tab}84${tab}0b0003XX0202050415811581"

# data_sm
is 'data_sm by option' "$(sent --data-sm --service-type CMT -r final -t 8210551234 hi)" \
	"data_sm service_type=CMT $address registered_delivery=1 message_payload=hi"
printf 'to\ttext\tdata_sm\tprotocol_id\n8210551234\thi\tyes\t\n8210551235\thi\tno\t5\n8210551236\thi\tyes\t5\n' >rows
sent --batch rows >got
is 'and by column' "$(sed 's/ .*//' got | tr '\n' ' ')" 'data_sm dest_addr_ton=1 '
like 'which fails with a field that it lacks' "$(cat out)" '4.failed.*data_sm has no .*protocol_id'

# a message of the SMSC: smpp-sim has none
exits 1 'a message that the SMSC has' smpp-send -u "smpp://me@$addr" -t 1 --sm-default-msg-id 7
like 'is asked for without a text' "$(cat out)" '1.failed.*ESME_RINVDFTMSGID'

# what cannot be
while read -r option value; do
	exits 64 "--$option $value" smpp-send -u "smpp://me@$addr" "--$option=$value" -t 1 hi
	like 'names the option' "$(cat err)" "^smpp-send: --$option: "
done <<'BAD'
esm-class 256
esm-class 0x100
protocol-id x
priority 5
schedule soon
schedule 2035-12-25T09:00:00
validity 35121509000003
receipt 0x20
receipt maybe
service-type LONGER
sm-default-msg-id -1
tlv 0x1400=plain
tlv nonesuch=1
udh 0
udh 0401
to-ton 256
from-npi nonesuch
BAD
printf 'to\ttext\tesm_class\tudh\tto_ton\n1\thi\tx\n1\thi\t\tzz\n1\thi\t\t\t256\n1\thi\t0x40\n' >rows
exits 1 'cells that cannot be' smpp-send -u "smpp://me@$addr" --batch rows
is 'each fail their row and say why' "$(sort out | cut -f1,2,6)" \
"2	failed	esm_class: expected 0 to 255, or 0x00 to 0xff
3	failed	udh: no digit pair at octet 1
4	failed	ton: expected 0 to 255, or a name
5	failed	esm_class says that there is a header: give it as udh, or as the begin of hex"
stop sim
printf '821\thi\n' >same.tsv
exits 64 'what is read is not written' smpp-send -n --batch -o same.tsv same.tsv
is 'and is there still' "$(cat same.tsv)" "821${tab}hi"
exits 64 'nor by another name' sh -c 'ln same.tsv link.tsv; smpp-send -n --batch -o link.tsv <same.tsv'
exits 64 'nothing is written twice' smpp-send -u smpp://me@127.0.0.1:1 --batch --journal j -o j same.tsv
like 'which is said' "$(cat err)" '--out and --journal are the same file: j'
exits 0 'octets have the data_coding of their encoding' smpp-send -n -e ucs2 --batch --columns dcs,hex <<'END'
to	hex
821	00480069
END
is 'of ucs2 8' "$(cat out)" "8${tab}00480069"
exits 1 'a text of which nothing is left is not sent' sh -c "printf '\\342\\200\\213' | smpp-send -n -t 1 -e gsm7 --translit"
like 'and said' "$(cat err)" 'leaves nothing of the text'
exits 1 'plain text is not said to be compressed' smpp-send -n -t 1 --dcs 0x20 hi
like 'nothing compresses it' "$(cat err)" 'it says that the text is compressed'
exits 0 'octets may be' smpp-send -n --dcs 0x20 --batch <<'END'
to	hex
821	0102
END
done_testing
