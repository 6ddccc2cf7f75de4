"""What lies in the image: what is installed, compiled, for everybody to read, and nothing else of the source tree."""

import csv
import re
import stat
from pathlib import Path

from tests.clean import ROOT
from tests.image.buildah import Buildah
from tests.image.container import Image
from tests.image.engine import PAGE

OURS = ("case_emulator", "emulator")  # what is installed under a name of ours
NO_TOOLS = {"wheel", "setuptools", "pytest", "mypy", "ruff"}


def files(root: Path) -> dict[str, Path]:
    """Every file and folder below a root, by its path there."""
    return {str(path.relative_to(root)): path for path in root.rglob("*")}


def added(image: Image, base: Path) -> dict[str, Path]:
    """What the Dockerfile adds to its base, besides the bytecode of Python's own library."""
    before = files(base)
    return {name: path for name, path in files(image.root).items() if name not in before and "__pycache__" not in name}


def site_packages(root: Path) -> Path:
    [found] = root.glob("usr/local/lib/python3.*/site-packages")
    return found


def megabytes(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def test_only_what_is_installed_is_added(image: Image, base: Path) -> None:
    packages = str(site_packages(image.root).relative_to(image.root))
    there = [name for name in added(image, base) if not name.startswith((packages + "/", "usr/local/bin/"))]
    assert set(there) <= {"data", "etc/case-emulator", "etc/case-emulator/init", "etc/hosts", "run/.containerenv"}


def test_every_file_of_the_packages_is_one_that_pip_installed(image: Image, base: Path) -> None:
    packages = site_packages(image.root)
    records = [record.read_text("utf-8") for record in packages.glob("*.dist-info/RECORD")]
    recorded = {(packages / row[0]).resolve() for text in records for row in csv.reader(text.splitlines())}
    there = {path.resolve() for path in added(image, base).values() if path.is_file() and path.is_relative_to(packages)}
    assert there
    assert there - recorded == set()
    assert {path.name.partition("-")[0] for path in packages.glob("*.dist-info")} & NO_TOOLS == set()


def test_of_the_source_tree_only_the_package_is_in_it(image: Image) -> None:
    packages = site_packages(image.root)
    tops = {path.name for path in packages.iterdir() if path.name.startswith(OURS)}
    assert {re.sub(r"-.*", "", name) for name in tops} == {"case_emulator", "emulator"}
    assert not [path for path in packages.rglob("*") if path.name in ("conftest.py", ".git", ".venv", "CHANGELOG.md")]
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "emulator").rglob("*.py")}
    assert sources <= {str(path.relative_to(packages)) for path in (packages / "emulator").rglob("*.py")}


def test_the_builder_is_sent_nothing_but_what_is_installed(buildah: Buildah, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\n", "utf-8")
    buildah("bud", "--tag", "localhost/context", "--file", tmp_path / "Dockerfile", ROOT)
    sent = files(buildah.mounted("localhost/context"))
    tops = {name for name in sent if "/" not in name}
    assert tops == {"emulator", "fixtures", "LICENSE", "README.md", "pyproject.toml", "setup.cfg"}
    assert not [name for name in sent if re.search(r"__pycache__|\.pyc$|\.sqlite|\.env$|(^|/)\.", name)]


def test_what_is_installed_is_compiled_and_never_compared_with_its_source(image: Image) -> None:
    ours = site_packages(image.root) / "emulator"
    sources = {path.relative_to(ours).with_suffix("") for path in ours.rglob("*.py")}
    compiled = {path.parent.parent.relative_to(ours) / path.name.split(".")[0]: path for path in ours.rglob("*.pyc")}
    assert sources
    assert sources == set(compiled)
    unchecked = 1  # PEP 552: by hash, and not to be checked
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled.values()} == {unchecked}


def test_all_belongs_to_root_and_only_data_may_be_written_by_others(image: Image, base: Path) -> None:
    found = {name: path.lstat() for name, path in added(image, base).items() if not path.is_symlink()}
    by_others = {name for name, status in found.items() if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)}
    assert by_others == {"data"}
    assert {name for name, status in found.items() if (status.st_uid, status.st_gid) != (0, 0)} == {"data"}
    assert not [name for name, status in found.items() if status.st_mode & stat.S_ISUID]
    unreadable = [n for n, status in found.items() if not status.st_mode & stat.S_IROTH]
    assert set(unreadable) <= {"data"}


def test_data_belongs_to_its_user_and_may_be_written_by_any_number_in_group_0(image: Image) -> None:
    status = image.place("/data").stat()
    assert f"{status.st_uid}:{status.st_gid}" == image.config["User"].partition(":")[0] + ":0"
    assert stat.S_IMODE(status.st_mode) == 0o2775, "and what is made there belongs to group 0, whoever makes it"


def test_its_size_is_what_the_page_says(image: Image, base: Path) -> None:
    [told] = re.findall(r"adds about (\d+) MB", PAGE)
    adds = megabytes(image.root) - megabytes(base)
    assert 0.8 * int(told) < adds < 1.2 * int(told), f"{adds:.0f} MB, which docs/container.md should say"
