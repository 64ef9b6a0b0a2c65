"""Submit an algorithm, and receive one.

At the developer's node a folder is packed, sealed and turned into the bytes of an envelope. At the
owner's node those bytes are read strictly: a line of canonical JSON (form, label, digest, size), then
the packed files. Nothing of the algorithm is run or imported outside the sandbox, then or ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dure.core.assets import Asset
from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.core.suites import digest_of
from dure.governance.house import House
from dure.trials import records, spec
from dure.trials.errors import TrialsError
from dure.trials.manifest import MANIFEST, EntryForm, Manifest, read_manifest
from dure.trials.packing import pack, read_files, read_folder, unpack
from dure.trials.tables import SUBMISSIONS
from dure.trials.weights import find_pickle

PAYLOAD_KIND = "submission"
KIND = "algorithm"
SCHEMA = "dure/submission/v2"
PURPOSE = "trial"

_MOST_HEADER = 8 * 1024
_HEADER = {"form", "label", "digest", "size", "developer"}


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted algorithm.

    Parameters
    ----------
    asset
        The sealed algorithm.
    manifest
        What it says about itself.
    digest
        Digest of its packed files.
    payload
        What its envelope carries.
    """

    asset: Asset
    manifest: Manifest
    digest: str
    payload: bytes


def pack_folder(folder: Path) -> tuple[Manifest, bytes]:
    """Return the manifest and the packed files of a folder; needs no node.

    Raises
    ------
    TrialsError
        ``trials.folder``, ``trials.manifest``.
    """
    files = read_submission(folder)
    packed = pack(files)
    return manifest_of(files), packed


def read_submission(path: Path) -> dict[str, bytes]:
    """Return the files of a submission: a folder, or a model or wheel with its algorithm.toml beside.

    Parameters
    ----------
    path
        A folder, or a file ending in ``.onnx`` or ``.whl``.

    Raises
    ------
    TrialsError
        ``trials.folder``.
    """
    if path.suffix not in (".onnx", ".whl") or path.is_dir():
        return read_folder(path)
    return read_files(path.parent, (path.name, MANIFEST))


def submission_payload(packed: bytes, label: Label, developer: str) -> bytes:
    """Return what the envelope of a submission carries; the sending node vouches for the developer."""
    header = {
        "form": SCHEMA,
        "label": str(label),
        "digest": digest_of(packed),
        "size": len(packed),
        "developer": developer,
    }
    return canonical_json(header) + b"\n" + packed


def submit(house: House, folder: Path, *, to: str, label: str = "") -> Submission:
    """Pack a folder and record it as this agency's submission to another.

    Parameters
    ----------
    house
        The developer's node.
    folder
        Folder with an ``algorithm.toml``.
    to
        Agency that is to try it.
    label
        Text of its label; by default Open, releasable to both agencies, for trial.

    Raises
    ------
    TrialsError
        ``trials.folder``, ``trials.manifest``, ``trials.payload`` when the label does not let that
        agency have it.
    CoreError
        ``core.label-text``, ``core.label-term``.
    GovernanceError
        ``governance.denied``.
    """
    policy = house.charter.labels
    both = ",".join(sorted({house.agency, to}))
    wanted = Label.parse(
        label or f"{house.agency}//{policy.grades[0]}// REL {both} FOR {PURPOSE}", policy
    )
    manifest, packed = pack_folder(folder)
    developer = house.principal.id
    payload = submission_payload(packed, wanted, developer)
    _check_label(wanted, house.agency, to)
    agencies = {"agency": house.agency, "destination": to, "developer": developer}
    asset = _keep(house, manifest, packed, wanted, agencies)
    return Submission(asset, manifest, digest_of(packed), payload)


def receive_submission(house: House, payload: bytes, from_agency: str) -> Asset:
    """Check and record a submission that arrived in an envelope; receiving it again changes nothing.

    Parameters
    ----------
    house
        The node that is to try it.
    payload
        What the envelope carried.
    from_agency
        Agency that signed the envelope.

    Raises
    ------
    TrialsError
        ``trials.payload``, ``trials.package``, ``trials.manifest``.
    CoreError
        ``core.label-text``, ``core.label-term``.
    GovernanceError
        ``governance.denied``.
    """
    line, newline, packed = payload.partition(b"\n")
    header = _header(line if newline else b"", from_agency)
    if header["digest"] != digest_of(packed) or header["size"] != len(packed):
        raise _refuse(from_agency, "not-as-said")
    label = Label.parse(str(header["label"]), house.charter.labels)
    _check_label(label, from_agency, house.agency)
    developer = header["developer"]
    people = {one.id for one in house.charter.principals if one.agency == from_agency}
    if not isinstance(developer, str) or developer not in people:
        raise _refuse(from_agency, "no-such-person")
    manifest = manifest_of(unpack(packed))
    agencies = {"agency": from_agency, "destination": house.agency, "developer": developer}
    return _keep(house, manifest, packed, label, agencies)


def _header(line: bytes, agency: str) -> Mapping[str, object]:
    try:
        header = parse_canonical(line) if len(line) <= _MOST_HEADER else None
    except CoreError:
        header = None
    if not isinstance(header, dict) or set(header) != _HEADER or header["form"] != SCHEMA:
        raise _refuse(agency, "header-form")
    return header


def _check_label(label: Label, owner: str, destination: str) -> None:
    if label.owners != {owner}:
        raise _refuse(owner, "other-owner")
    if not label.released_to(destination):
        raise _refuse(owner, "label-agency", to=destination)
    if not label.serves(PURPOSE):
        raise _refuse(owner, "label-trial")


def _refuse(agency: str, reason: str, **facts: object) -> TrialsError:
    return TrialsError("trials.payload", agency=agency, reason=reason, **facts)


def manifest_of(files: Mapping[str, bytes]) -> Manifest:
    """Return the manifest of a submission's files, which it must fit.

    Raises
    ------
    TrialsError
        ``trials.manifest``, ``trials.pickle``.
    """
    if MANIFEST not in files:
        raise TrialsError("trials.manifest", where=MANIFEST, reason="none-there")
    manifest = read_manifest(files[MANIFEST])
    if manifest.form is not EntryForm.CLASS and manifest.entry_point not in files:
        raise TrialsError("trials.manifest", where="algorithm.entry_point", reason="no-such-file")
    if pickled := find_pickle(files):
        raise TrialsError("trials.pickle", path=pickled)
    return manifest


def _keep(
    house: House, manifest: Manifest, packed: bytes, label: Label, who: Mapping[str, str]
) -> Asset:
    house.require(spec.SUBMIT, label, purpose=PURPOSE, owner=who["agency"])
    told = {"agency": who["agency"], "to": who["destination"], "developer": who["developer"]}
    with house.doing(spec.SUBMIT, detail=told) as doing:
        asset = house.seal(
            [packed],
            kind=KIND,
            media_type="application/x-tar",
            schema_id=SCHEMA,
            label=label,
            producer=spec.SUBMIT,
            name=f"{manifest.name} {manifest.version}",
            facts={"task": manifest.task.value, "runtime": manifest.runtime},
        )
        row = {
            "asset_id": asset.id,
            "name": manifest.name,
            "version": manifest.version,
            "task": manifest.task.value,
            "digest": digest_of(packed),
            **who,
            "manifest": unpack(packed)[MANIFEST].decode("utf-8"),
        }
        records.keep(house, SUBMISSIONS, row, "recorded")
        doing.asset = asset.id
    return asset
