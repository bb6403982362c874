#!/bin/sh
# smpp-ctl probe: what smpp-sim and a scripted SMSC can do, feature by feature,
# and that nothing intrusive is done unasked.
. "${0%/*}/lib.sh"
need python3
results() { cut -f1,2 out | tr '\t\n' ' ;'; }
detail() { sed -n "s/^$1${tab}[a-z]*${tab}//p" out; }
messages=
for f in submit_sm data_sm submit_multi message_payload parts_udh parts_sar \
	alphabet_ascii alphabet_gsm7 latin1 ucs2 ksc5601; do
	messages="$messages$f %s;"
done
# shellcheck disable=SC2059 # the format is built above
trials() { printf "$messages" "$1" "$1" "$1" "$1" "$1" "$1" "$1" "$1" "$1" "$1" "$1"; }

start sim smpp-sim -l 127.0.0.1:0 --enquire-link 50ms
SMPP_URL=smpp://test@$addr
export SMPP_URL
exits 0 'smpp-sim is probed' smpp-ctl probe --idle 5s
is 'each feature has a record' "$(results)" "connect yes;bind_transmitter yes;bind_transceiver yes;bind_receiver skipped;version_5.0 yes;version_3.4 yes;version_3.3 yes;password skipped;parallel_binds skipped;enquire_link yes;query_sm yes;cancel_sm yes;replace_sm yes;query_broadcast_sm skipped;cancel_broadcast_sm skipped;unknown_command yes;unknown_tlv yes;window_10 yes;window_100 skipped;$(trials skipped)keepalive yes;unbind yes;"
like 'with what was seen' "$(detail version_5.0)" '^[0-9.]+ ms, sc_interface_version 5\.0, system_id "smpp-sim"$'
like 'a status, and how long it took' "$(detail cancel_sm)" '^ESME_RINVMSGID 0x0c, [0-9.]+ ms$'
like 'when the SMSC spoke up' "$(detail keepalive)" '^enquire_link after [0-9.]+ ms$'
is 'no message was sent' "$(cat sim.out)" ''
exits 0 'with --to, messages are sent' smpp-ctl probe -t +821055551234 -f 100 --idle 0 --smpp-version 5.0
like 'all are taken' "$(results | sed 's/receipt yes;receipt_id yes;//')" \
	"window_100 skipped;$(trials yes)message_id yes;keepalive skipped"
like 'the receipt comes behind what it is of' "$(results)" 'submit_sm yes;.*receipt yes;receipt_id yes;'
is 'thirteen of them' "$(wc -l <sim.out)" 13
like 'the texts are what they try' "$(cut -f6 sim.out)" '^GSM: @\$_\{}\[]~\^\|\\\\€$'
like 'the id is described' "$(detail message_id)" '^10 digits, as [0-9]+$'
like 'the receipt, too' "$(detail receipt)" '^DELIVRD, told by esm_class,tlv,text, after [0-9.]+ ms: id:'
like 'PDUs of 5.0 are tried where it is spoken' "$(detail query_broadcast_sm)" '^ESME_(RBCASTQUERYFAIL|RINVMSGID)'
exits 0 'with --intrusive all is tried' smpp-ctl probe --intrusive --idle 0 -j
like 'a wrong password' "$(cat out)" '^\{"feature":"password","result":"no","detail":"a wrong password binds, too"}$'
like 'several binds' "$(cat out)" '"parallel_binds","result":"yes","detail":"4 at a time"'
like 'a receiver' "$(cat out)" '"bind_receiver","result":"yes"'
like 'a hundred requests' "$(cat out)" '"window_100","result":"yes","detail":"100 of 100 query_sm answered in'
stop sim
printf 'system_id\tpassword\tbind\tmax_binds\nme\tsecret\ttx\t2\n' >accounts
start sim smpp-sim -l 127.0.0.1:0 --accounts accounts
SMPP_URL=smpp://me@$addr
SMPP_PASSWORD=secret
export SMPP_URL SMPP_PASSWORD
exits 0 'an account with limits' smpp-ctl probe --intrusive --idle 0
like 'may not do all' "$(results)" 'bind_transmitter yes;bind_transceiver no;bind_receiver no;.*password yes;parallel_binds yes;'
like 'as the statuses say' "$(detail bind_receiver)" '^ESME_RBINDFAIL 0x0d$'
like 'of the password, too' "$(detail password)" '^ESME_RINVPASWD 0x0e$'
like 'and of the third bind' "$(detail parallel_binds)" '^ESME_RALYBND 0x05 after 2 at a time$'
exits 0 'a transmitter is enough to send' smpp-ctl probe --idle 0 -t 123
like 'but gets no receipt' "$(results)" 'submit_sm yes;.*message_id yes;receipt skipped;'
exits 77 'a wrong password ends it' sh -c 'SMPP_PASSWORD=x smpp-ctl probe'
is 'after the binds' "$(results)" 'connect yes;bind_transmitter no;bind_transceiver no;bind_receiver skipped;'
like 'with the reason' "$(cat err)" 'bind refused: ESME_RINVPASWD'
stop sim
exits 69 'nobody listens' smpp-ctl probe
is 'one record says so' "$(results)" 'connect no;'
exits 64 'one address is enough' smpp-ctl probe -t 1,2

# an SMSC that does little, and that badly
start smsc peer -l 127.0.0.1:0 close accept bind eof accept 'bind 0x03' eof \
	accept 'bind 0x0d' eof accept bind eof accept 'bind 0x0d' eof accept bind \
	'expect enquire_link' reply 'expect enquire_link' reply 'expect enquire_link' reply \
	'expect enquire_link' reply 'expect enquire_link' reply \
	'expect query_sm' 'reply 0x67' \
	'expect cancel_sm' close \
	accept bind 'expect replace_sm' 'expect any' 'expect enquire_link' reply 'expect query_sm' 'reply 0xc1' \
	'expect query_sm' 'expect query_sm' 'expect query_sm' 'expect query_sm' 'expect query_sm' \
	'expect query_sm' 'expect query_sm' 'expect query_sm' 'expect query_sm' 'expect query_sm' \
	'reply-reverse 0x58' 'mute 1' 'pdu unbind' eof accept bind eof
exits 0 'an SMSC that does little' smpp-ctl probe -u "smpp://me@$addr" --idle 10s --timeout 300ms
finished smsc
is 'was asked all that it expects' "$status" 0 || diag "$(cat smsc.err)"
is 'is seen as it is' "$(results)" "connect yes;bind_transmitter yes;bind_transceiver no;bind_receiver skipped;version_5.0 no;version_3.4 yes;version_3.3 no;password skipped;parallel_binds skipped;enquire_link yes;query_sm yes;cancel_sm no;replace_sm unknown;query_broadcast_sm skipped;cancel_broadcast_sm skipped;unknown_command unknown;unknown_tlv no;window_10 no;window_100 skipped;$(trials skipped)keepalive no;unbind yes;"
like 'what it did is told' "$(detail cancel_sm)" '^the connection was closed$'
like 'of the window, too' "$(detail window_10)" '10 of 10 query_sm answered in .* out of order, 1[01] throttled$'
like 'of the unbind' "$(detail keepalive)" 'closed after'
start smsc peer -l 127.0.0.1:0 close accept bind 'expect unbind' mute
background probe smpp-ctl probe -u "smpp://me@$addr"
appears smsc.out unbind
stop probe
is 'a signal ends it' "$status" 75
like 'between two features' "$(cat probe.out)" '^bind_transmitter'
stop smsc
done_testing
