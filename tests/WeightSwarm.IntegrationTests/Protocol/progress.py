"""Progress of claims, sections 1 to 3 of docs/protocol-claims.md: which leaf, and the signed answer."""
import struct

import content
import wire

MOST_PARTS, LEAF = 1024, 16384


class Sized:
    """A file of which only the size matters."""

    def __init__(self, size, piece_length):
        self.bytes, self.pieces = size, -(-size // piece_length)


def bitmap(parts):
    out = bytearray(max(parts) // 8 + 1)
    for part in parts:
        out[part // 8] |= 1 << part % 8
    return bytes(out)


def leaf(files, piece_length, per_slice, nonce, model, number, parts):
    """(file, leaf), or None where the slice has none of these parts."""
    per_piece, owned = piece_length // LEAF, []
    for index, file in enumerate(files):
        for piece in range(file.pieces):
            begin = piece * per_piece
            owned.append((index, begin, min(per_piece, -(-file.bytes // LEAF) - begin)))
    mine = owned[number * per_slice:(number + 1) * per_slice]
    per_part = -(-len(mine) // MOST_PARTS)
    runs = [run for at, run in enumerate(mine)
            if at // per_part < 8 * len(parts) and parts[at // per_part // 8] >> at // per_part % 8 & 1]
    total = sum(run[2] for run in runs)
    seed = b"weightswarm/parts/1\0" + nonce + model + struct.pack("<II", number, 0)
    at = int.from_bytes(wire.sha256(seed)[:8], "big") * total >> 64
    for file, begin, length in runs:
        if at < length:
            return file, begin + at
        at -= length
    return None


def answer(cast, nonce, state, parts):
    """For slice 0, of which the file 'a' is the first leaf, and the whole first part: a proof of one byte."""
    challenge = {"nonce": nonce, "model": cast.model, "slice": 0, "parts": parts}
    proofs = [{"block": cast.files[0].data, "uncles": cast.files[0].uncles(0)}] if state == 1 else []
    data = (b"weightswarm/progress/1\0" + cast.network + nonce + cast.model + struct.pack("<III", 0, state, len(parts))
            + parts + b"".join(wire.sha256(p["block"]) for p in proofs))
    said = {"nonce": nonce, "state": state, "proofs": proofs, "author": cast.node.spki,
            "signature": cast.node.sign(data)}
    return {"challenge": wire.message("Frame", {"challenge": challenge}), "state": state, "signed_bytes": data,
            "answer": wire.message("Frame", {"answer": said})}


def vectors(cast):
    nonce, piece = bytes(range(70, 86)), 1 << 20
    sizes = [5_000_000, 1, (3 << 30) + 16385, 40 << 20]
    files, draws = [Sized(size, piece) for size in sizes], []
    for per_slice, number, parts in [(64, 0, range(64)), (64, 0, [4]), (64, 0, [5]), (64, 1, [0, 7, 63]),
                                     (64, 48, range(1024)), (64, 48, [60]), (3000, 0, range(10, 20)),
                                     (3000, 0, [999]), (3000, 1, [0, 39, 77])]:
        said = bitmap(parts)
        found = leaf(files, piece, per_slice, nonce, cast.model, number, said)
        draws.append({"pieces_per_slice": per_slice, "slice": number, "parts": said,
                      "drawn": [] if found is None else [{"file": found[0], "leaf": found[1]}]})
    return {"nonce": nonce, "model": cast.model, "piece_length": piece, "sizes": sizes, "draws": draws,
            "answers": [answer(cast, nonce, state, b"\x01") for state in (1, 3, 4)]}
