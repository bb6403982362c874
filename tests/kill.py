#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Kills a command again and again, and lets its last run come to an end.

usage: kill.py SEED TIMES STEP OUT COMMAND...

The command is started TIMES + 1 times. All but the last run get SIGKILL once
they have printed up to STEP lines, as chance will have it, more than the run
before. What the last one printed is in OUT; exit status is its own. Prints
after how many lines each was killed.
"""
import random
import subprocess
import sys


def main():
    seed, times, step = (int(a) for a in sys.argv[1:4])
    out, command = sys.argv[4], sys.argv[5:]
    chance = random.Random(seed)
    lines, killed = 0, []
    for _ in range(times):
        run = subprocess.Popen(command, stdout=subprocess.PIPE)
        want = lines + chance.randint(1, step)
        lines = 0
        while lines < want and run.stdout.readline():
            lines += 1
        run.kill()
        run.stdout.close()
        run.wait()
        killed.append(lines)
    print(*killed)
    with open(out, 'wb') as f:
        sys.exit(subprocess.call(command, stdout=f))


if __name__ == '__main__':
    main()
