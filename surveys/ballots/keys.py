"""Keys. The process that serves Slack can seal and find a ballot again; only the count can open one."""

import base64
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from surveys.errors import BadMasterKey, NoMasterKey

# RFC 9180, the suite that every implementation has.
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_NONCE_BYTES = 12  # NIST SP 800-38D


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"orgpulse {purpose}".encode()).derive(master)


@dataclass(frozen=True)
class KeyPair:
    """A fresh pair: the public half as bytes, the private half already sealed."""

    public: bytes
    sealed_private: bytes


class ServingKeys:
    """What the serving process holds: it can name a person's ballot and diary, and open neither."""

    def __init__(self, *, index: bytes, pseudonym: bytes) -> None:
        self._index = index
        self._pseudonym = pseudonym

    def ballot_key(self, round_id: str, person_id: str) -> bytes:
        """Where a person's ballot of a round lies; 32 bytes that say nothing without the index key."""
        return hmac.digest(self._index, f"{round_id}|{person_id}".encode(), "sha256")

    def reaction_key(self, action_id: str, person_id: str) -> bytes:
        """Where a person's reaction to an action lies; 32 bytes that say nothing without the index key."""
        return hmac.digest(self._index, f"reaction|{action_id}|{person_id}".encode(), "sha256")

    def diary_key(self, quarter: str, person_id: str) -> bytes:
        """A person's pseudonym for one quarter ('2026-Q4'); 32 bytes."""
        return hmac.digest(self._pseudonym, f"{quarter}|{person_id}".encode(), "sha256")


class MasterKey:
    """The one secret: 32 bytes, from a file or the environment, never in the database."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._wrapping = AESGCM(_derive(secret, "wrapping"))

    @classmethod
    def parse(cls, text: str, *, path: str) -> "MasterKey":
        """Read base64; raises BadMasterKey naming `path` when it is not 32 bytes."""
        try:
            secret = base64.b64decode(text.strip(), validate=True)
        except ValueError:
            # Not the problem itself: it can quote what stands in the file.
            raise BadMasterKey(path=path) from None
        if len(secret) != 32:
            raise BadMasterKey(path=path)
        return cls(secret)

    @classmethod
    def load(cls, *, path: Path, text: str | None) -> "MasterKey":
        """From the environment's text if there is one, else from the file; raises NoMasterKey."""
        if text:
            return cls.parse(text, path="ORGPULSE_MASTER_KEY")
        if not path.exists():
            raise NoMasterKey(path=path)
        return cls.parse(path.read_text(encoding="ascii", errors="replace"), path=str(path))

    @classmethod
    def create(cls, path: Path) -> "MasterKey":
        """Write a new key, readable by its owner alone; FileExistsError rather than overwrite one."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        secret = secrets.token_bytes(32)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(base64.b64encode(secret).decode() + "\n")
        return cls(secret)

    def serving(self) -> ServingKeys:
        """The keys that the serving process may hold."""
        return ServingKeys(
            index=_derive(self._secret, "ballot index"), pseudonym=_derive(self._secret, "diary pseudonym")
        )

    def new_pair(self, name: str) -> KeyPair:
        """A fresh key pair whose private half is sealed under this key and bound to `name`."""
        private = X25519PrivateKey.generate()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._wrapping.encrypt(nonce, private.private_bytes_raw(), name.encode())
        return KeyPair(private.public_key().public_bytes_raw(), sealed)

    def open_pair(self, name: str, sealed: bytes) -> X25519PrivateKey:
        """The private half of a pair; raises InvalidTag when the name or the master key is another."""
        raw = self._wrapping.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
        return X25519PrivateKey.from_private_bytes(raw)


def seal(plain: bytes, *, public: bytes, context: str) -> bytes:
    """Seal to a public key (HPKE, RFC 9180), bound to a context."""
    return SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=context.encode())


def unseal(sealed: bytes, *, private: X25519PrivateKey, context: str) -> bytes:
    """Open what was sealed in the same context; raises InvalidTag otherwise."""
    return SUITE.decrypt(sealed, private, info=context.encode())
