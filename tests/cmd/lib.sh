# TAP for end-to-end tests in sh:
#
#	. "${0%/*}/../cmd/lib.sh"
#	start sim smpp-sim -l 127.0.0.1:0
#	exits 0 'a message is accepted' smpp-send -u "smpp://me@$addr" -t 123 hi
#	like 'its row says ok' "$(cat out)" "^1${tab}ok"
#	stop sim
#	done_testing
#
# It works in a folder of its own, removed at the end, and ends what start
# began by its pid. $ROOT is the tree, $BIN the build; both come from
# scripts/run-tests, else they are guessed. Nothing here sleeps.

: "${ROOT:=$(cd "${0%/*}/../.." && pwd)}"
: "${BIN:=$ROOT/build/bin}"
PATH=$BIN:$PATH
export PATH ROOT BIN

T=$(mktemp -d "${TMPDIR:-/tmp}/smpptools.XXXXXX") || exit 1
cd "$T" || exit 1
tab=$(printf '\t')
tests=0 started=

# No setting of the person who runs the tests reaches a program.
unset SMPP_URL SMPP_PASSWORD SMPPTOOLS_PROFILE SMPPTOOLS_CONFIG
HOME=$T XDG_CONFIG_HOME=$T/.config XDG_STATE_HOME=$T/.state
LC_ALL=C.UTF-8 TZ=UTC
export HOME XDG_CONFIG_HOME XDG_STATE_HOME LC_ALL TZ

finish() {
	for p in $started; do
		eval "[ -z \"\$pid_$p\" ] || kill -9 \$pid_$p 2>/dev/null"
	done
	cd / && rm -rf "$T"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# ok NAME COMMAND...: the command succeeds.
ok() {
	t_name=$1; shift
	tests=$((tests + 1))
	if "$@"; then
		echo "ok $tests - $t_name"
	else
		echo "not ok $tests - $t_name"
		return 1
	fi
}

t_same() { [ "$1" = "$2" ]; }

# A diagnostic: its argument, each line behind a "# ".
diag() { printf '%s\n' "$*" | sed 's/^/# /' >&2; }

# is NAME GOT WANT: the two are the same string.
is() {
	ok "$1" t_same "$2" "$3" || { diag "got:  $2"; diag "want: $3"; return 1; }
}

t_like() { printf '%s\n' "$1" | grep -qE -e "$2"; }

# like NAME GOT ERE: some line of it matches.
like() {
	ok "$1" t_like "$2" "$3" || { diag "got:  $2"; diag "like: $3"; return 1; }
}

# unlike NAME GOT ERE: no line of it matches.
t_unlike() { ! t_like "$@"; }
unlike() {
	ok "$1" t_unlike "$2" "$3" || { diag "got:  $2"; diag "not:  $3"; return 1; }
}

# run COMMAND...: runs it with our stdin, stdout to the file out, stderr to
# the file err, exit status in $status.
run() {
	status=0
	"$@" >out 2>err || status=$?
}

# exits STATUS NAME COMMAND...: run, and the exit status is that one.
exits() {
	t_want=$1 t_text=$2; shift 2
	run "$@"
	if is "$t_text" "$status" "$t_want"; then return; fi
	diag "$*"
	diag "stderr: $(tail -n 20 err)"
	return 1
}

# skip NAME REASON: counts as one test that was not made.
skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

# skip_all REASON: instead of the whole file.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# need COMMAND...: skips the file when one of them is not there.
need() {
	for t_c; do
		command -v "$t_c" >/dev/null || skip_all "no $t_c here"
	done
}

done_testing() { echo "1..$tests"; exit 0; }

# start NAME COMMAND...: runs it in the background until it says "listening
# on ADDR:PORT" on stderr; $addr and $addr_NAME are then that, $pid and
# $pid_NAME its process. Its output is in the files NAME.out and NAME.err,
# its stdin is the file NAME.in where there is one.
start() {
	t_n=$1; shift
	rm -f "$t_n.fifo" "$t_n.ready"
	mkfifo "$t_n.fifo" "$t_n.ready" || exit 1
	[ -e "$t_n.in" ] || : >"$t_n.in"
	: >"$t_n.err"
	"$@" <"$t_n.in" >"$t_n.out" 2>"$t_n.fifo" &
	pid=$!
	t_relay "$t_n" <"$t_n.fifo" &
	eval "relay_$t_n=\$!"
	IFS= read -r addr <"$t_n.ready"
	started="$started $t_n"
	eval "pid_$t_n=\$pid addr_$t_n=\$addr"
	[ -n "$addr" ] && return
	diag "$*: does not listen: $(cat "$t_n.err")"
	echo "Bail out! $1 does not listen"
	exit 1
}

# Copies stderr into NAME.err and tells start the address.
t_relay() {
	t_said=
	while IFS= read -r t_line; do
		printf '%s\n' "$t_line" >>"$1.err"
		[ -z "$t_said" ] || continue
		case $t_line in *"listening on "*)
			t_said=yes
			printf '%s\n' "${t_line##*listening on }" >"$1.ready" ;;
		esac
	done
	[ -n "$t_said" ] || echo >"$1.ready"
}

# background NAME COMMAND...: like start for one that does not listen.
background() {
	t_n=$1; shift
	[ -e "$t_n.in" ] || : >"$t_n.in"
	"$@" <"$t_n.in" >"$t_n.out" 2>"$t_n.err" &
	pid=$!
	started="$started $t_n"
	eval "pid_$t_n=\$pid relay_$t_n="
}

# finished NAME: waits for its end; $status is its exit status.
finished() {
	status=0
	eval "wait \$pid_$1" 2>/dev/null || status=$?
	eval "[ -z \"\$relay_$1\" ] || wait \$relay_$1; pid_$1= relay_$1="
}

# stop NAME [SIGNAL]: ends it (TERM) and waits; $status is its exit status.
stop() {
	eval "kill -${2:-TERM} \$pid_$1 2>/dev/null"
	finished "$1"
}

# appears FILE ERE [SECONDS]: waits, 10 seconds unless told otherwise, until
# a line of a growing file matches; the line is in $line.
appears() {
	t_fifo=$T/.appears.$tests
	rm -f "$t_fifo"
	mkfifo "$t_fifo" || return 1
	tail -n +1 -f "$1" >"$t_fifo" 2>/dev/null &
	t_tail=$!
	line=$(timeout "${3:-10}" grep -m 1 -E -e "$2" <"$t_fifo")
	t_found=$?
	kill $t_tail 2>/dev/null
	wait $t_tail 2>/dev/null
	rm -f "$t_fifo"
	return $t_found
}

# The scripted peer: peer.py -h tells its steps.
peer() { python3 "$ROOT/tests/peer.py" "$@"; }

# esme [ADDR]: runs the Python of stdin with tests/esme.py in it, against $addr.
esme() {
	PYTHONPATH=$ROOT/tests PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 -c '
import sys
from esme import *
exec(compile(sys.stdin.read(), "esme", "exec"))' "${1:-$addr}"
}
