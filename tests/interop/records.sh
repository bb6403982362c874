#!/bin/sh
# What smpp-listen prints is read by the programs it is made for: PostgreSQL's
# \copy, Miller, jq. Each text that goes in is compared octet for octet.
. "${0%/*}/lib.sh"
need python3 jq mlr psql runuser

hex() { od -An -v -tx1 | tr -d ' \n'; }
ucs2() { printf '%b' "$1" | iconv -f UTF-8 -t UTF-16BE | hex; }
# deliver SEQ HEX [DCS]: a deliver_sm with that user data, in UCS2.
deliver() {
	printf 'pdu deliver_sm seq=%d body=00010138323130000001320000000000000000%02x00%02x%s' \
	    "$1" "${3:-8}" $((${#2} / 2)) "$2"
}

# each as printf %b takes it
cat >texts <<'E2'
plain
tab\there
line\nend, CR\r, both\r\n.
back\\slash, \\N, \\t and \\x41
\\N
\\.
"quoted", 'quoted', {"json": [1]}
안녕하세요 똠방각하
😀 and € and é
control \001 \033 \177
 blanks around 
E2
set -- bind
n=0
while IFS= read -r text; do
	n=$((n + 1))
	set -- "$@" "$(deliver $n "$(ucs2 "$text")")" "expect deliver_sm_resp seq=$n"
	printf '%b' "$text" | hex >>want
	echo >>want
done <texts
receipt='id:0005 sub:001 dlvrd:001 submit date:2611240316 done date:2611240317 stat:REJECTED err:007'
set -- "$@" "deliver 82105555 SUREM $receipt esm=4" 'expect deliver_sm_resp' eof
n=$((n + 1))
listen() {
	start smsc peer -l 127.0.0.1:0 "$@"
	run timeout 60 smpp-listen -u "smpp://me@$addr" -c $n $options
	finished smsc
}

# jq: -j is a JSON object a line
options=-j
listen "$@"
jq -j 'select(.kind == "message") | .text + "\u0000"' out | tr '\n\0' '\001\n' |
    while IFS= read -r text; do
	printf '%s' "$text" | tr '\001' '\n' | hex
	echo
done >got
is 'jq reads each text as it was sent' "$(grep -v 636f6e74 got)" "$(grep -v 636f6e74 want)"
is 'numbers, codes and absent values are what they are' \
    "$(jq -c 'select(.kind == "receipt") | [.id, .state, .err, .from]' out)" \
    '["0005","REJECTD","007","82105555"]'
is 'absent is null' "$(jq -c 'select(.kind == "message") | .id' out | sort -u)" null

# Miller: a header, tabs
options=--header
listen "$@"
mlr --itsv --ojson filter '$kind == "message"' out >mlr.json 2>mlr.err
is 'mlr --tsv reads every record' "$(jq length mlr.json)" $((n - 1))
is 'and what stands in a text is not taken apart' \
    "$(jq -r '.[1].text' mlr.json)" "tab${tab}here"
is 'it picks columns by their names' \
    "$(mlr --itsv --onidx --ofs , filter '$kind == "receipt"' 'then' cut -o -f id,state,err out)" \
    0005,REJECTD,007

# PostgreSQL: a cluster of its own on a unix socket
pg=$(dirname "$(find /usr/lib/postgresql /usr/bin -name initdb 2>/dev/null | sort -V | tail -n 1)")
if [ -x "$pg/initdb" ] && id postgres >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
	db=$(mktemp -d /tmp/smpptools.pg.XXXXXX)
	chown postgres "$db"
	as() { (cd / && runuser -u postgres -- "$@"); }
	trap 'as "$pg/pg_ctl" -D "$db/data" -m immediate stop >/dev/null 2>&1; rm -rf "$db"; finish' EXIT
	as "$pg/initdb" -D "$db/data" -E UTF8 --locale=C.UTF-8 -A trust -N >init.log 2>&1
	as "$pg/pg_ctl" -D "$db/data" -w -l "$db/log" \
	    -o "-c listen_addresses='' -c unix_socket_directories=$db -c fsync=off" start >>init.log 2>&1
	sql() { as psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$db" postgres "$@"; }
	# psql reads what this shell opens, whoever may look into the folder
	load() { sql -c "\\copy sms from stdin with (null '')" <"$1"; }
	sql -c 'create table sms (time timestamptz, kind text, "from" text, "to" text,
	    text text, id text, state text, err text)'
	options=
	listen "$@"
	ok 'PostgreSQL copies the records in' load out
	is 'each text is what was sent' "$(sql -c "select encode(convert_to(text, 'UTF8'), 'hex')
	    from sms where kind = 'message' order by ctid")" "$(cat want)"
	is 'a receipt has its columns, and absent is null' \
	    "$(sql -c "select id, state, err, (select count(*) from sms where id is null)
	    from sms where kind = 'receipt'")" "0005|REJECTD|007|$((n - 1))"
	is 'the time is one' "$(sql -c "select count(*) from sms where time > now() - interval '1 day'")" $n
	start smsc peer -l 127.0.0.1:0 bind "$(deliver 1 00000061)" 'expect deliver_sm_resp' eof
	run timeout 60 smpp-listen -u "smpp://me@$addr" -c 1
	finished smsc
	like 'a NUL is an escape' "$(cat out)" '\\x00a'
	load out 2>load.err
	like 'which PostgreSQL refuses' "$(cat load.err)" 'invalid byte sequence.*0x00'
else
	skip 'PostgreSQL copies the records in' 'no PostgreSQL server, or not root'
fi
done_testing
