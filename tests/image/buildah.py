"""buildah, which builds images without a daemon, on a storage of our own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

STORAGE = """
[storage]
driver = "{driver}"
graphroot = "{images}"
runroot = "{run}/mounts"
[storage.options]
additionalimagestores = [{others}]
"""


class StepFailed(Exception):
    """A program that ended with an error; the message has what it printed."""


def call(*command: str | Path, **variables: str) -> str:
    """Run a program to its end and return what it printed on stdout; raise StepFailed."""
    env = {**os.environ, **variables}
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        told = "\n".join((done.stdout + done.stderr).splitlines()[-40:])
        raise StepFailed(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{told}")
    return done.stdout


@dataclass(frozen=True)
class Buildah:
    """buildah with the storage that a file describes."""

    config: Path

    @classmethod
    def make(cls, images: Path, run: Path, driver: str, others: tuple[Path, ...] = ()) -> "Buildah":
        """Keep images in a folder, and what is mounted for now in another; read the images of `others` too."""
        run.mkdir(parents=True)
        config, quoted = run / "storage.conf", ", ".join(f'"{other}"' for other in others)
        config.write_text(STORAGE.format(driver=driver, images=images, run=run, others=quoted), "utf-8")
        return cls(config)

    def __call__(self, *arguments: str | Path) -> str:
        """Run a command of buildah's and return what it printed; raise StepFailed."""
        temporary = str(self.config.parent)
        return call(
            *("buildah", *arguments),
            CONTAINERS_STORAGE_CONF=str(self.config),
            BUILDAH_ISOLATION="chroot",
            TMPDIR=temporary,
        )

    def mounted(self, image: str) -> Path:
        """Return the root folder of a new container of that image."""
        return Path(self("mount", self("from", "--pull-never", image).strip()).strip())


def storage_driver(folder: Path) -> str:
    """Return how images are kept in that folder: in layers, or whole where the kernel cannot lay them (`vfs`)."""
    for name in ("lower", "upper", "work", "whole"):
        (folder / name).mkdir()
    options = f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work"
    try:
        call("mount", "-t", "overlay", "-o", options, "overlay", folder / "whole")
    except StepFailed:
        return "vfs"
    call("umount", folder / "whole")
    return "overlay"
