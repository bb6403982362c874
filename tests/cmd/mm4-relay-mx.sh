#!/bin/sh
# SPDX-License-Identifier: ISC
# mm4-relay send --mx: the mail exchangers of a domain, by preference, else its
# address; on port 25, which a network of our own has to itself.
. "${0%/*}/lib.sh"
need mm4-relay python3
if [ -z "$OWN_NETWORK" ]; then
	unshare -n true 2>/dev/null && command -v ip >/dev/null || {
		skip 'mail exchangers' 'no network of our own to be had here'
		done_testing
	}
	cd / && rm -rf "$T"
	OWN_NETWORK=1 exec unshare -n "$ROOT/tests/cmd/${0##*/}"
fi
ip link set lo up

start dns python3 "$ROOT/tests/nameserver.py" 127.0.0.1:0 \
	mms.beta.example MX 20:far.beta.example mms.beta.example MX 10:near.beta.example \
	near.beta.example A 127.0.0.2 far.beta.example A 127.0.0.3 \
	plain.example A 127.0.0.3 broken.example FAIL -
dns=$addr
listen() {	# NAME ADDRESS
	start "$1" mm4-relay listen -q -l "$2:25" --spool "$1.spool" --domain mms.beta.example --domain plain.example
}
send() {
	mm4-relay send -q --domain mms.alpha.example --mx --resolver "$dns" -f +821011112222 --text hi --no-ack "$@"
}
listen far 127.0.0.3
listen near 127.0.0.2
exits 0 'a domain has mail exchangers' send -t +821055551234@mms.beta.example
ok 'the preferred one gets the mail' appears near.out MM4_forward
is 'and no other' "$(cat far.out)" ''
is 'MX is asked first, then the address' "$(tr '\n' ',' <dns.out)" \
	'mms.beta.example MX,near.beta.example A,near.beta.example AAAA,far.beta.example A,far.beta.example AAAA,' || diag "$(cat dns.out)"
stop near
exits 0 'when it is away the next one does' send -t +821055551235@mms.beta.example
ok 'get it' appears far.out '[+]821055551235'
exits 0 'a domain without mail exchangers is a server itself' send -t +821055551236@plain.example
ok 'by its address' appears far.out '[+]821055551236'
exits 77 'a domain that is not there' send -t +821055551237@nowhere.example || diag "$(cat out err)"
like 'is named' "$(cat out err)" 'nowhere.example'
exits 69 'trouble of the name server' send -t +821055551238@broken.example || diag "$(cat out err)"
like 'may pass' "$(cat out err)" 'broken.example'
exits 64 'a resolver has an address' mm4-relay send --domain mms.alpha.example --mx --resolver nonsense -f +1 -t +2@x.example --text hi
stop far
stop dns
done_testing
