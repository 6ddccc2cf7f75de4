"""Read the init folder: outcome rules for every sandbox, and snapshots to restore at the start."""

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from emulator.control.scenarios import CompletionSchemas, common_rules
from emulator.control.snapshot_settings import read_settings
from emulator.control.snapshots import LARGEST
from emulator.control.views import Document
from emulator.core.errors import Fact, Unreadable
from emulator.core.rules import Rule
from emulator.core.sandboxes import Sandboxes
from emulator.core.snapshots import Snapshots
from emulator.person_files import UnusableFile, read_person_file
from emulator.plain_json import repeated_key
from emulator.quick_dataclass import dataclass
from emulator.settings import BadSetting
from emulator.web.body import DEEPEST, parse
from emulator.web.credentials import EXPIRED, SANDBOX_NAME
from emulator.web.problem_json import Problem

log = logging.getLogger("emulator.beginning")


@dataclass(frozen=True)
class InitFolder:
    """The content of an init folder: the rules of its scenarios, and by path the snapshot of each sandbox."""

    rules: tuple[Rule, ...]
    documents: Mapping[Path, Mapping[str, object]]

    def restore(self, sandboxes: Sandboxes, snapshots: Snapshots, completion_schemas: CompletionSchemas) -> None:
        """Restore each snapshot into its sandbox, unless that was used before; raise BadSetting for a wrong one."""
        used = set(sandboxes.names())
        for path, document in self.documents.items():
            name = path.stem
            if name in used:
                log.info("sandbox %s was used before and stays as it is: %s is not restored", name, path)
                continue
            try:
                snapshots.restore(name, document, partial(read_settings, completion_schemas))
            except (Unreadable, Problem) as error:
                raise BadSetting(f"{path}: {error}") from error
            log.info("sandbox %s is restored from %s", name, path)


def read_init_folder(folder: Path, completion_schemas: CompletionSchemas) -> InitFolder:
    """Return the content of the folder, in the order of the file names; raise BadSetting, which names the file."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise BadSetting(f"--init-folder {folder} cannot be read: {error.strerror or error}") from error
    rules = tuple(rule for path in _with_suffix(paths, ".yaml", ".yml") for rule in _rules(path, completion_schemas))
    return InitFolder(rules, {path: _document(path) for path in _with_suffix(paths, ".json")})


def _with_suffix(paths: Iterable[Path], *suffixes: str) -> list[Path]:
    return [path for path in paths if path.suffix.lower() in suffixes]


def _rules(path: Path, completion_schemas: CompletionSchemas) -> tuple[Rule, ...]:
    try:
        return common_rules([str(path)], (), completion_schemas)
    except BadSetting as error:
        reason = str(error)
        raise BadSetting(reason if reason.startswith(str(path)) else f"{path}: {reason}") from error


def _document(path: Path) -> Mapping[str, object]:
    if path.stem == EXPIRED or not SANDBOX_NAME.fullmatch(path.stem):
        raise BadSetting(f"{path}: it has to be named after a sandbox, 1 to 64 of a-z 0-9 - _ and not {EXPIRED}")
    repeated: list[str] = []
    try:
        text = read_person_file(path, LARGEST)
        document = parse(text.encode(), DEEPEST, Document(LARGEST).most_keys, repeated.append)
    except UnusableFile as error:
        raise BadSetting(str(error)) from error
    except OSError as error:
        raise BadSetting(f"{path} cannot be read: {error.strerror or error}") from error
    except Fact as error:
        raise BadSetting(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise BadSetting(f"{path}: a snapshot is a JSON object")
    if repeated and (found := repeated_key(text)):
        raise BadSetting(f"{path}: the key {found[0][:100]} stands twice in one object (line {found[1]})")
    return document
