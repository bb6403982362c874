#!/bin/sh
# SPDX-License-Identifier: ISC
# smpp-listen --outbind: the SMSC calls, says outbind, and is bound to; anybody
# else who calls gets nothing.
. "${0%/*}/../cmd/lib.sh"
need python3

outbind='pdu outbind body=736d73630073656372657400'    # smsc, secret
wrong='pdu outbind body=736d73630073656372657300'      # smsc, secres
other='pdu outbind body=736d736200736563726574'00      # smsb, secret
echo secret >secret
listener() {
	start listener timeout 60 smpp-listen --outbind -l 127.0.0.1:0 \
	    -u smpp://me@smsc.example --columns text "$@"
}
call() { run peer -c "$addr" "$@"; }

listener -c 3 --outbind-id smsc --outbind-password-file secret --bind-timeout 30s
call "$wrong" mute
is 'a wrong password in outbind is hung up on' "$status:$(cat out)" 0:
call "$other" mute
is 'so is another system_id' "$status:$(cat out)" 0:
call 'send text:GET / HTTP/1.0\r\n\r\n' mute
is 'and who speaks something else' "$status:$(cat out)" 0:
call 'pdu bind_receiver body=00' mute
is 'or binds himself' "$(grep -c bind_receiver_resp out)" 0
call "$outbind" bind 'deliver 1 2 first' 'expect deliver_sm_resp' close
is 'who says outbind is bound to' "$(awk '{ print $1, $2 }' out)" 'bind_receiver 0
deliver_sm_resp 0'
like 'with the system_id of the URL' "$(cat out)" '^bind_receiver 0 1 6d6500'
call hold "$outbind" 'pdu enquire_link' flush 'bind 13' 'expect enquire_link_resp' mute
is 'a call whose bind is refused is over' "$status" 0
call "$outbind" bind 'deliver 1 2 second' 'deliver 1 2 third' 'expect deliver_sm_resp' \
    'expect deliver_sm_resp' eof
is 'the next call is taken' "$status" 0
finished listener
is 'all is well, and the records are there' "$status:$(cat listener.out)" '0:first
second
third'
like 'the address is the first line' "$(head -n 1 listener.err)" '^smpp-listen: listening on 127'
like 'who was refused is said' "$(cat listener.err)" 'call from 127.*wrong system_id or password'
like 'and why the link went' "$(cat listener.err)" 'waiting for the next call'

listener --bind-timeout 200ms -c 1
call mute
is 'who says nothing is hung up on' "$status" 0
call "$outbind" bind 'deliver 1 2 x' 'expect deliver_sm_resp' eof
finished listener
is 'anybody may call without a password file' "$status:$(cat listener.out)" 0:x
like 'which is warned of' "$(cat listener.err)" 'whoever calls gets the password of me'

listener --binds 2 -c 2
call "$outbind" bind also "$outbind" bind 'deliver 1 2 b' 'expect deliver_sm_resp' \
    'use 1' 'deliver 1 2 a' 'expect deliver_sm_resp' eof 'use 2' eof
finished listener
is 'two calls are two binds' "$status:$(cat listener.out)" '0:b
a'

listener
stop listener
is 'a signal while it waits is 0' "$status" 0

if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
		-days 2 -subj /CN=localhost 2>/dev/null
	start listener timeout 60 smpp-listen --outbind -l 127.0.0.1:0 \
	    -u smpps://me@smsc.example --tls-cert cert.pem --tls-key key.pem
	run python3 - "${addr##*:}" <<-'PY'
		import socket, ssl, sys
		context = ssl.create_default_context()
		context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
		with context.wrap_socket(socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10)) as s:
		    s.sendall(bytes.fromhex('0000001c0000000b0000000000000001736d73630073656372657400'))
		    print(s.recv(100).hex()[8:16])
	PY
	is 'smpps:// is TLS for the caller' "$(cat out)" 00000001
	stop listener
else
	skip 'smpps:// is TLS for the caller' 'no openssl here'
fi

exits 64 '-l without --outbind is refused' smpp-listen -u smpp://a@b -l 127.0.0.1:0
exits 64 'a wrong address is named' smpp-listen -u smpp://a@b --outbind -l nowhere
like 'as such' "$(cat err)" 'nowhere'
exits 66 'a password file that is not there is 66' \
    smpp-listen -u smpp://a@b --outbind -l 127.0.0.1:0 --outbind-password-file none
done_testing
