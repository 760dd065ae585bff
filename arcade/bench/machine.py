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
    """All that a process has used, its threads included, its children not. OSError where it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Cpu(int(fields[11]) / TICKS, int(fields[12]) / TICKS)


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
