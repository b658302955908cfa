"""Timed challenges, section 1 and 2 of docs/protocol-timed.md: which spans, and the hash of them."""
import struct

import content
import wire

SPAN_LEAVES, LEAF = 256, 16384


class Sized:
    """A file of which only the size matters."""

    def __init__(self, size, piece_length):
        self.bytes, self.pieces = size, -(-size // piece_length)


def spans(runs, nonce, model, number, count):
    """What is hashed: (file, first leaf, leaves)."""
    total = sum(run[2] for run in runs)
    if total <= count * SPAN_LEAVES:
        return list(runs)
    drawn = []
    for span in range(count):
        seed = b"weightswarm/spans/1\0" + nonce + model + struct.pack("<ii", number, span)
        at, left = int.from_bytes(wire.sha256(seed)[:8], "big") * (total - SPAN_LEAVES + 1) >> 64, SPAN_LEAVES
        for file, first, length in runs:
            if at >= length:
                at -= length
                continue
            taken = min(left, length - at)
            drawn.append((file, first + at, taken))
            left, at = left - taken, 0
            if not left:
                break
    return drawn


def digest(files, runs, nonce):
    return wire.sha256(nonce + b"".join(files[f].data[first * LEAF:(first + count) * LEAF] for f, first, count in runs))


def answer(cast, nonce, state):
    challenge = {"nonce": nonce, "model": cast.model, "slice": 1, "spans": 16}
    runs = spans(content.slice_runs(cast.files, cast.piece_length, cast.per_slice, 1), nonce, cast.model, 1, 16)
    hashed = digest(cast.files, runs, nonce) if state == 1 else b""
    data = (b"weightswarm/timed/1\0" + cast.network + nonce + cast.model + struct.pack("<II", 1, state) + hashed)
    said = {"nonce": nonce, "state": state, "author": cast.node.spki, "signature": cast.node.sign(data),
            "hash": hashed}
    return {"challenge": wire.message("Frame", {"challenge": challenge}), "state": state, "signed_bytes": data,
            "answer": wire.message("Frame", {"answer": said})}


def vectors(cast):
    nonce, piece, per_slice = bytes(range(50, 66)), 1 << 20, 64
    sizes = [5_000_000, 1, (70 << 20) + 16385, 40 << 20]
    files, draws = [Sized(size, piece) for size in sizes], []
    for number, count in [(0, 1), (0, 3), (0, 16), (1, 2)]:
        runs = content.slice_runs(files, piece, per_slice, number)
        draws.append({"slice": number, "spans": count, "runs": [
            {"file": f, "first_leaf": first, "leaves": leaves}
            for f, first, leaves in spans(runs, nonce, cast.model, number, count)]})
    return {"nonce": nonce, "model": cast.model, "piece_length": piece, "pieces_per_slice": per_slice,
            "sizes": sizes, "draws": draws, "answers": [answer(cast, nonce, state) for state in (1, 3, 4)]}
