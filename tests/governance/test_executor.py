from __future__ import annotations

from tests.governance.alliance import World


def test_whole_way(world: World) -> None:
    request = world.approved()
    outcome = world.executor.execute(request.id)
    assert world.lines() == [f"{request.id} navy"]
    assert outcome["asset"] == "ab" * 32
    assert world.types() == [
        "charter.pinned",
        "decisions.requested",
        "decisions.voted",
        "decisions.voted",
        "decisions.approved",
        "report.release.begun",
        "report.release.done",
    ]
