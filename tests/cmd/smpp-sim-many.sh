#!/bin/sh
# smpp-sim: messages for many at once, submit_multi and the broadcast family.
. "${0%/*}/lib.sh"

# step JSON...: a PDU as a step of peer.py.
step() { printf 'send %s' "$(printf '%s\n' "$1" | smpp-decode -E -x)"; }
bind_as() {	# VERSION
	step "{\"command\":\"bind_transceiver\",\"system_id\":\"me\",\"interface_version\":$1}"
}
bound='expect bind_transceiver_resp'
# session VERSION STEP...: what came for the steps, decoded, is in got.
session() {
	s_version=$1; shift
	run peer -c "$addr" "$(bind_as "$s_version")" "$bound" "$@"
	awk 'NR > 1 {
		n = split("query_sm_resp 80000003 cancel_sm_resp 80000008 submit_multi_resp 80000021 deliver_sm 00000005 broadcast_sm_resp 80000111 query_broadcast_sm_resp 80000112 cancel_broadcast_sm_resp 80000113", id, " ")
		for (i = 1; i < n; i += 2) if (id[i] == $1) command = id[i + 1]
		printf "%08x%s%08x%08x%s\n", length($4) / 2 + 16, command, $2, $3, $4
	}' out | smpp-decode -j >got 2>>err
}
# value KEY: of the first PDU of got
value() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" got | head -n 1; }

multi() {	# DESTS [FIELDS]
	step "{\"command\":\"submit_multi\",\"seq\":5,\"source_addr\":\"SUREM\",\"short_message\":\"all\",\"dests\":[$1]${2:+,$2}}"
}
three='{"destination_addr":"111"},{"destination_addr":"222"},{"destination_addr":"333"}'

# submit_multi
start sim smpp-sim -l 127.0.0.1:0 --columns command,to,message_id --delay 1h \
	--fault ESME_RINVDSTADR@on=dest,every=2
session 52 "$(multi "$three")" 'expect submit_multi_resp'
id=$(value message_id)
like 'a destination is refused as told' "$(cat got)" \
	'"unsuccess_sme":\[\{"dest_addr_ton":0,"dest_addr_npi":0,"destination_addr":"222","error_status_code":11\}\]|"destination_addr":"222"'
unlike 'and no other' "$(cat got)" '"destination_addr":"(111|333)"'
is 'the others are printed' "$(cut -f2 sim.out | tr '\n' ' ')" '111 333 '
is 'under the one id' "$(cut -f3 sim.out | sort -u)" "$id"
ask() { step "{\"command\":\"$1\",\"seq\":8,\"message_id\":\"$id\",\"source_addr\":\"SUREM\"}"; }
session 52 "$(ask query_sm)" 'expect query_sm_resp' "$(ask cancel_sm)" 'expect cancel_sm_resp' \
	"$(ask cancel_sm)" 'expect cancel_sm_resp' "$(ask query_sm)" 'expect query_sm_resp'
is 'its id asks for, and cancels, all of them' "$(cut -d' ' -f1,2 out | sed 1d | tr '\n' ' ')" \
	'query_sm_resp 0 cancel_sm_resp 0 cancel_sm_resp 17 query_sm_resp 0 '
is 'on their way first, then deleted' "$(sed -n 's/.*"message_state":\([0-9]*\).*/\1/p' got | tr '\n' ' ')" '1 4 '
stop sim
start sim smpp-sim -l 127.0.0.1:0 --fault ESME_RINVDSTADR@on=dest
session 52 "$(multi "$three")" 'expect submit_multi_resp'
like 'all refused: so is the message' "$(cat out)" '^submit_multi_resp 11 '
is 'nothing is printed' "$(cat sim.out)" ''
stop sim
is 'it ends well' "$status" 0
exits 64 'a destination cannot be late' smpp-sim --fault late=2s@on=dest

# the broadcast family
area() { printf '{"name":"broadcast_area_identifier","hex":"%s"}' "$1"; }
tlvs() {	# REP INTERVAL TYPE AREA...
	printf '"tlvs":[{"name":"broadcast_rep_num","hex":"%s"},{"name":"broadcast_frequency_interval","hex":"%s"},{"name":"broadcast_content_type","hex":"%s"}' "$1" "$2" "$3"
	shift 3
	for t_a; do printf ',%s' "$(area "$t_a")"; done
	printf ']'
}
seoul=0053656f756c busan=00427573616e
cast() {	# TLVS [FIELDS]
	step "{\"command\":\"broadcast_sm\",\"seq\":6,\"source_addr\":\"1588\",$1${2:+,$2}}"
}
good=$(tlvs 0001 080001 010010 $seoul $busan)
answer='expect broadcast_sm_resp'
start sim smpp-sim -l 127.0.0.1:0 --columns command,from,to,message_id --delay 1h \
	--fault ESME_RBCASTFAIL@on=dest,after=4,count=1
for t in "263 0001 070001 010010" "267 0001 080001 090010" "272 01 080001 010010"; do
	set -- $t
	session 80 "$(cast "$(tlvs "$2" "$3" "$4" $seoul)")" "$answer"
	is "a broadcast with $2 $3 $4: $1" "$(tail -n 1 out | cut -d' ' -f2)" "$1"
done
session 80 "$(cast "$(tlvs 0001 080001 010010 07)")" "$answer"
is 'an area of no format' "$(tail -n 1 out | cut -d' ' -f2)" 265
session 80 "$(cast "$good")" "$answer"
id=$(value message_id)
like 'a broadcast has an id' "$id" '^[0-9]+$'
is 'and a row' "$(cat sim.out)" "broadcast_sm${tab}1588${tab}${tab}$id"
query() { step "{\"command\":\"query_broadcast_sm\",\"seq\":7,\"message_id\":\"${2-$id}\",\"source_addr\":\"$1\"${3:+,$3}}"; }
cancel() { step "{\"command\":\"cancel_broadcast_sm\",\"seq\":7,\"message_id\":\"${1-$id}\",\"source_addr\":\"1588\"${2:+,$2}}"; }
asked='expect query_broadcast_sm_resp'
session 80 "$(query 1588)" "$asked"
like 'asked after, it is on its way' "$(cat got)" '"message_state","value":1'
like 'to its areas' "$(cat got)" "$seoul.*broadcast_area_success\",\"value\":255.*$busan"
session 80 "$(query 999)" "$asked" "$(query 1588 1)" "$asked"
is 'by another source, or id, it is not known' "$(cut -d' ' -f2 out | sed 1d | tr '\n' ' ')" '12 12 '
session 80 "$(cancel)" 'expect cancel_broadcast_sm_resp' "$(cancel)" 'expect cancel_broadcast_sm_resp' \
	"$(query 1588)" "$asked"
is 'it is cancelled once' "$(cut -d' ' -f2 out | sed 1d | tr '\n' ' ')" '0 271 0 '
like 'then it is deleted' "$(cat got)" '"message_state","value":4.*broadcast_area_success","value":0.*broadcast_end_time'
session 80 "$(cast "$(tlvs 0001 080001 010010 $seoul $busan $seoul)")" "$answer"
like 'an area fails as told' "$(cat got)" "broadcast_error_status\",\"value\":269.*$seoul"
unlike 'and no other' "$(cat got)" "$busan"
# by reference
ref='"tlvs":[{"name":"user_message_reference","hex":"0007"}]'
with_ref=$(printf %s "$good" | sed 's/"tlvs":\[/"tlvs":[{"name":"user_message_reference","hex":"0007"},/')
session 80 "$(cast "$with_ref")" "$answer" "$(query 1588 '' "$ref")" "$asked" \
	"$(cast "$with_ref" '"replace_if_present_flag":1')" "$answer" \
	"$(query 1588 '' "$ref")" "$asked" "$(cancel '' "$ref")" 'expect cancel_broadcast_sm_resp' \
	"$(cancel '' "$ref")" 'expect cancel_broadcast_sm_resp'
is 'a reference is as good as an id' "$(cut -d' ' -f2 out | sed 1d | tr '\n' ' ')" '0 0 0 0 0 271 '
is 'the last one counts' "$(sed -n 's/.*"message_id":"\([0-9]*\)".*/\1/p' got | uniq | wc -l)" 2
session 80 "$(cast "$good")" "$answer" "$(cancel '' "\"tlvs\":[{\"name\":\"broadcast_content_type\",\"hex\":\"010011\"}]")" \
	'expect cancel_broadcast_sm_resp' "$(cancel '')" 'expect cancel_broadcast_sm_resp'
is 'all of a source are cancelled, or those of a content' "$(cut -d' ' -f2 out | sed 1d | tr '\n' ' ')" '0 271 0 '
session 52 "$(query 1588)" 'expect any'
is 'in 3.4 there is none of this' "$(tail -n 1 out | cut -d' ' -f2)" 3
stop sim
is 'it ends well after all' "$status" 0
done_testing
