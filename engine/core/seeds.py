"""Seeds by index: a sweep proposes the same, however often it was restarted."""

from __future__ import annotations

from hashlib import blake2b


def seed_for(sweep_seed: int, index: int) -> int:
    """Derive the seed of proposal `index`: 31 bits, the same on every machine and version."""
    digest = blake2b(f"{sweep_seed}/{index}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") >> 1
