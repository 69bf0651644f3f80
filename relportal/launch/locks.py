"""Who uses the servers of a profile: several commands may at once, and the last one stops what the first one started."""

from __future__ import annotations

import fcntl
from io import TextIOWrapper
from types import TracebackType

from relportal.launch.paths import LaunchError, Profile


class Use:
    """Held while a command runs. Only one command at a time starts or stops servers; any number use them.

    The kernel drops both locks with the process, so nothing is left behind by a kill.
    """

    def __init__(self, profile: Profile) -> None:
        self.started = profile.home / "started"
        self.turn = (profile.home / "turn.lock").open("a")
        self.use = (profile.home / "use.lock").open("a")

    def __enter__(self) -> Use:
        fcntl.flock(self.turn, fcntl.LOCK_EX)
        fcntl.flock(self.use, fcntl.LOCK_SH)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.use.close()
        self.turn.close()

    def ours(self, name: str) -> None:
        """Notes that a command, not `up`, started this server: somebody has to stop it."""
        with self.started.open("a") as notes:
            notes.write(f"{name}\n")

    def begun(self) -> None:
        """The servers run: the next command may have its turn."""
        fcntl.flock(self.turn, fcntl.LOCK_UN)

    def last(self) -> set[str]:
        """Servers to stop now: those noted, when no other command uses them any more. No command starts meanwhile."""
        fcntl.flock(self.turn, fcntl.LOCK_EX)
        try:
            fcntl.flock(self.use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return set()
        names = set(self.started.read_text().split()) if self.started.exists() else set()
        self.started.unlink(missing_ok=True)
        return names


def alone(profile: Profile, *, otherwise: str) -> TextIOWrapper:
    """A lock to keep for as long as the process lives.

    Raises: LaunchError with `otherwise` when another process has it.
    """
    handle = (profile.home / "alone.lock").open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise LaunchError(otherwise) from None
    return handle
