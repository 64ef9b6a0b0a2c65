"""The error family of storage."""

import errno

import pytest

from dure.storage.errors import StorageError, files


def test_every_status_is_in_the_room_s_range_and_says_both_languages():
    assert sorted(row.exit_status for row in StorageError.TABLE.values()) == list(range(20, 35))
    for row in StorageError.TABLE.values():
        for words in (row.what, row.why, row.next_step):
            assert words.en
            assert any("가" <= letter <= "힣" for letter in words.ko) or words.ko.startswith("{")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_has_its_own_code(number):
    with pytest.raises(StorageError) as caught, files("place"):
        raise OSError(number, "words of the system")
    assert caught.value.code == "storage.no-space"


def test_other_refusals_name_the_path_and_the_reason():
    with pytest.raises(StorageError) as caught, files("place"):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert caught.value.code == "storage.file"
    assert "place: permission denied" in str(caught.value)
