"""Cores, and what the operating system says a process has used of them. Linux only."""

import os
from pathlib import Path

import msgspec

TICKS = os.sysconf("SC_CLK_TCK")


class Cpu(msgspec.Struct, frozen=True):
    """Seconds of CPU in user and in system time."""

    user: float
    system: float

    @property
    def both(self) -> float:
        return self.user + self.system

    def since(self, before: "Cpu") -> "Cpu":
        """What was used after `before`."""
        return Cpu(self.user - before.user, self.system - before.system)


def cpu_of(pid: int) -> Cpu:
    """All that a process has used, its threads included, and its children that have ended (a store's rewrite
    of its file is one). OSError where it is gone.
    """
    fields = [int(f) for f in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]
    return Cpu((fields[0] + fields[2]) / TICKS, (fields[1] + fields[3]) / TICKS)


def memory_of(pid: int) -> int:
    """Bytes of memory that a process holds (RSS). OSError where it is gone."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(f"{pid} has ended")


def cores() -> tuple[int, int]:
    """The server's core and the load's; RuntimeError where there are not two."""
    ours = sorted(os.sched_getaffinity(0))
    if len(ours) < 2:
        raise RuntimeError("Two cores are needed: one for the server, one for the load.")
    return ours[-1], ours[0]


def pin(pid: int, core: int) -> None:
    """Have all threads of a process, and those to come, on this core."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), {core})
