# What the tests with real peers share, on top of tests/cmd/lib.sh.
. "$(dirname "$0")/../cmd/lib.sh"
peers=$ROOT/tests/interop

# The port that a process listens on, for peers that do not say it: asked of
# the kernel until there is one. port_of PID: $addr, or the test ends.
port_of() {
	addr=$(python3 "$peers/port-of" "$1") && return
	echo "Bail out! process $1 does not listen"
	exit 1
}

# free_port: one that was free a moment ago, for peers that take no 0.
free_port() {
	python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# fault_kinds: a fault of smpp-sim of each kind, a line each, with an argument
# where it needs one.
fault_kinds() {
	smpp-sim --list | awk -F'\t' '$1 == "fault" {
		name = $2
		sub(/[[].*/, "", name)
		sub(/=.*/, "=", name)
		split("status=0x08 late=50ms delay=50ms id=uuid text-id=over stat=UNDELIV err=0x1F final=10ms linger=50ms", a, " ")
		for (i in a)
			if (name ~ /=$/ && index(a[i], name) == 1)
				name = a[i]
		print name == "stall" ? "stall=100ms" : name
	}'
}
