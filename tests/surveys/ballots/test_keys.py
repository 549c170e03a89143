"""Keys: the count can open, the serving process cannot, and a lost or broken master key is said plainly."""

from __future__ import annotations

import base64
import secrets
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from surveys.ballots.keys import MasterKey, seal, unseal
from surveys.errors import BadMasterKey, NoMasterKey


def test_what_is_sealed_is_opened_with_its_key_in_its_context(master: MasterKey) -> None:
    pair = master.new_pair("round a")
    private = master.open_pair("round a", pair.sealed_private)
    sealed = seal(b"an answer", public=pair.public, context="ballot a")
    assert unseal(sealed, private=private, context="ballot a") == b"an answer"
    assert b"an answer" not in sealed


def test_the_same_words_never_seal_to_the_same_bytes(master: MasterKey) -> None:
    pair = master.new_pair("round a")
    assert len({seal(b"no", public=pair.public, context="ballot a") for _ in range(20)}) == 20


def test_another_context_another_key_or_a_changed_byte_opens_nothing(master: MasterKey) -> None:
    pair, other = master.new_pair("round a"), master.new_pair("round b")
    private = master.open_pair("round a", pair.sealed_private)
    sealed = seal(b"an answer", public=pair.public, context="ballot a")
    with pytest.raises(InvalidTag):
        unseal(sealed, private=private, context="ballot b")
    with pytest.raises(InvalidTag):
        unseal(sealed, private=master.open_pair("round b", other.sealed_private), context="ballot a")
    for place in (0, 40, len(sealed) - 1):
        changed = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
        with pytest.raises(InvalidTag):
            unseal(changed, private=private, context="ballot a")


def test_a_private_key_opens_only_under_its_name_and_its_master(master: MasterKey) -> None:
    pair = master.new_pair("round a")
    with pytest.raises(InvalidTag):
        master.open_pair("round b", pair.sealed_private)
    with pytest.raises(InvalidTag):
        MasterKey(secrets.token_bytes(32)).open_pair("round a", pair.sealed_private)


def test_the_serving_process_holds_nothing_that_opens_a_ballot(master: MasterKey) -> None:
    pair = master.new_pair("round a")
    sealed = seal(b"an answer", public=pair.public, context="ballot a")
    serving = master.serving()
    held = [value for value in vars(serving).values() if isinstance(value, bytes)]
    assert len(held) == len(vars(serving)) == 2
    nonce, wrapped = pair.sealed_private[:12], pair.sealed_private[12:]
    for secret in held:
        with pytest.raises(InvalidTag):
            AESGCM(secret).decrypt(nonce, wrapped, b"round a")
        with pytest.raises(InvalidTag):
            MasterKey(secret).open_pair("round a", pair.sealed_private)
        with pytest.raises(InvalidTag):
            unseal(sealed, private=X25519PrivateKey.from_private_bytes(secret), context="ballot a")
    assert not hasattr(serving, "open_pair")


def test_a_ballots_place_depends_on_person_round_and_master(master: MasterKey) -> None:
    serving = master.serving()
    places = {serving.ballot_key(in_round, who) for in_round in "ab" for who in "xy"}
    assert len(places) == 4
    assert {len(place) for place in places} == {32}
    assert serving.ballot_key("a", "x") == master.serving().ballot_key("a", "x")
    assert MasterKey(secrets.token_bytes(32)).serving().ballot_key("a", "x") not in places


def test_a_diarys_pseudonym_changes_with_the_quarter_and_is_no_ballots_place(master: MasterKey) -> None:
    serving = master.serving()
    assert serving.diary_key("2026-Q3", "x") != serving.diary_key("2026-Q4", "x")
    assert serving.diary_key("2026-Q3", "x") != serving.diary_key("2026-Q3", "y")
    assert serving.diary_key("a", "x") != serving.ballot_key("a", "x")


def test_a_new_key_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = MasterKey.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    pair = made.new_pair("round a")
    read = MasterKey.load(path=path, text=None)
    assert read.open_pair("round a", pair.sealed_private)


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    MasterKey.create(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        MasterKey.create(path)
    assert path.read_bytes() == before


def test_the_environments_key_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    MasterKey.create(path)
    secret = secrets.token_bytes(32)
    pair = MasterKey(secret).new_pair("round a")
    text = base64.b64encode(secret).decode() + "\n"
    assert MasterKey.load(path=path, text=text).open_pair("round a", pair.sealed_private)


def test_a_missing_key_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoMasterKey, match="orgpulse keys init"):
        MasterKey.load(path=tmp_path / "master.key", text=None)
    with pytest.raises(NoMasterKey):
        MasterKey.load(path=tmp_path / "master.key", text="")


@pytest.mark.parametrize(
    "text", ["not base64!", "c2hvcnQ=", base64.b64encode(bytes(33)).decode(), "schlüssel", "\0", "=" * 44]
)
def test_a_broken_key_is_named_by_its_place_and_never_by_its_content(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadMasterKey) as caught:
        MasterKey.load(path=path, text=None)
    assert str(path) in str(caught.value)
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(BadMasterKey, match="ORGPULSE_MASTER_KEY"):
        MasterKey.load(path=path, text=text)


def test_a_binary_key_file_is_broken_too(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(secrets.token_bytes(32) + b"\xff\xfe")
    with pytest.raises(BadMasterKey):
        MasterKey.load(path=path, text=None)
