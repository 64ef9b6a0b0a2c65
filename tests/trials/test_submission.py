"""Submitting and receiving: strict, labelled, and the same whoever does it twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dure.core.canonical import canonical_json
from dure.core.errors import CoreError, DureError
from dure.core.suites import digest_of
from dure.trials import view
from dure.trials.errors import TrialsError
from dure.trials.manifest import EntryForm
from dure.trials.packing import pack
from dure.trials.submission import SCHEMA, receive_submission, submission_payload, submit
from tests.trials.house import ALPHA, BRAVO, label

LABEL = "alpha//O// REL alpha,bravo FOR trial"


def payload(packed, text=LABEL, **changes):
    header = {"form": SCHEMA, "label": text, "digest": digest_of(packed), "size": len(packed)}
    header |= {"developer": "alpha.developer"}
    return canonical_json(header | changes) + b"\n" + packed


def test_there_and_received(developer, house, algorithm):
    sent = submit(developer, algorithm(), to=BRAVO)
    assert str(sent.asset.label) == LABEL
    assert developer.contents.content[sent.asset.id] in sent.payload
    arrived = receive_submission(house, sent.payload, ALPHA)
    assert arrived.owner == BRAVO
    assert house.contents.content[arrived.id] == developer.contents.content[sent.asset.id]
    assert receive_submission(house, sent.payload, ALPHA) == arrived
    [row] = view.submissions(house)
    assert row["developer"] == "alpha.developer"
    assert (row["agency"], row["destination"], row["digest"]) == (ALPHA, BRAVO, sent.digest)
    assert [row["agency"] for row in view.submissions(developer)] == [ALPHA]
    assert "trial.submit.done" in house.event_types()


def test_the_same_folder_gives_the_same_bytes(developer, algorithm):
    first, second = (submit(developer, algorithm(), to=BRAVO) for _ in range(2))
    assert (first.payload, first.asset) == (second.payload, second.asset)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bravo//O// REL alpha,bravo FOR trial", "trials.payload"),
        ("alpha//O// REL alpha FOR trial", "trials.payload"),
        ("alpha//O// REL alpha,bravo FOR -", "trials.payload"),
        ("alpha//O// REL alpha,bravo FOR scoring", "trials.payload"),
        ("alpha//X// REL alpha,bravo FOR trial", "core.label-term"),
        ("nonsense", "core.label-text"),
    ],
)
def test_labels_that_don_t_allow_it(developer, house, algorithm, text, code):
    with pytest.raises(DureError) as caught:
        submit(developer, algorithm(), to=BRAVO, label=text)
    assert caught.value.code == code
    packed = pack(
        {name: (algorithm() / name).read_bytes() for name in ("algorithm.toml", "algorithm.py")}
    )
    with pytest.raises(DureError) as caught:
        receive_submission(house, payload(packed, text), ALPHA)
    assert caught.value.code == code
    assert house.contents.content == {}


def test_to_an_agency_that_nobody_knows(developer, algorithm):
    with pytest.raises(CoreError, match=r"core\.label-term"):
        submit(developer, algorithm(), to="nowhere")


def test_who_may_not(developer, algorithm):
    developer.as_("alpha.stranger")
    with pytest.raises(DureError, match="denied"):
        submit(developer, algorithm(), to=BRAVO)
    assert view.submissions(developer) == []


def test_a_folder_without_its_parts(developer, algorithm, tmp_path):
    with pytest.raises(TrialsError, match=r"trials\.folder"):
        submit(developer, tmp_path / "none", to=BRAVO)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/a.py").write_bytes(b"")
    with pytest.raises(TrialsError, match="the folder has none"):
        submit(developer, tmp_path / "empty", to=BRAVO)
    folder = algorithm()
    text = (folder / "algorithm.toml").read_text().replace("algorithm:MeanByGroup", "main.py")
    (folder / "algorithm.toml").write_text(text)
    with pytest.raises(TrialsError, match="no such file"):
        submit(developer, folder, to=BRAVO)
    (folder / "main.py").write_bytes(b"")
    assert submit(developer, folder, to=BRAVO).manifest.form is EntryForm.SCRIPT


def test_a_stranger_s_envelope_can_t_speak_for_another(developer, house, algorithm):
    sent = submit(developer, algorithm(), to=BRAVO)
    with pytest.raises(TrialsError, match="another owner"):
        receive_submission(house, sent.payload, BRAVO)


@pytest.mark.parametrize(
    "damage",
    [
        lambda sent: b"",
        lambda sent: sent.partition(b"\n")[2],
        lambda sent: sent.replace(b'{"developer"', b'{ "developer"', 1),
        lambda sent: sent[:-1],
        lambda sent: sent[:-1] + b"\1",
        lambda sent: b"[]\n" + sent,
        lambda sent: b"x" * 10_000 + b"\n" + sent,
        lambda sent: sent.replace(b'"form"', b'"more"', 1),
        lambda sent: sent.replace(b"submission/v2", b"submission/v1", 1),
        lambda sent: sent.replace(b"alpha.developer", b"alpha.nobody", 1),
        lambda sent: sent.replace(b"alpha.developer", b"bravo.operator", 1),
    ],
)
def test_damage(developer, house, algorithm, damage):
    sent = submit(developer, algorithm(), to=BRAVO)
    with pytest.raises(TrialsError, match=r"trials\.payload"):
        receive_submission(house, damage(sent.payload), ALPHA)
    assert house.contents.content == {}
    assert view.submissions(house) == []


def test_a_payload_whose_digest_is_right_but_whose_content_is_not(house):
    with pytest.raises(TrialsError, match=r"trials\.package"):
        receive_submission(house, payload(b"PK\x03\x04"), ALPHA)
    with pytest.raises(TrialsError, match=r"trials\.manifest"):
        receive_submission(house, payload(pack({"a.py": b""})), ALPHA)
    with pytest.raises(TrialsError, match=r"trials\.payload"):
        receive_submission(house, payload(pack({"a.py": b""}), size=3), ALPHA)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_end_in_an_error_of_ours(house, data):
    with pytest.raises(DureError):
        receive_submission(house, data, ALPHA)


def test_the_payload_is_a_pure_function():
    made = [submission_payload(b"x", label(LABEL), "alpha.developer") for _ in range(2)]
    assert made[0] == made[1]
