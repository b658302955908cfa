"""Trees, torrents, slices, scores and draws, from docs/protocol.md alone."""
import hashlib
import struct

from wire import message, sha256

LEAF = 16384
MASK = 2 ** 64 - 1


def test_bytes(seed, length):
    """The bytes of test file number seed: SHA-256(seed | block), both u32 little-endian, one block after the other."""
    blocks = (sha256(struct.pack("<II", seed, block)) for block in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def leaves(data):
    return [sha256(data[i:i + LEAF]) for i in range(0, len(data), LEAF)]


def tree(row, width):
    """All rows of a tree over this many leaves, lowest first; zero hashes stand where no leaf is."""
    rows = [row + [bytes(32)] * (width - len(row))]
    while len(rows[-1]) > 1:
        rows.append([sha256(rows[-1][i] + rows[-1][i + 1]) for i in range(0, len(rows[-1]), 2)])
    return rows


def power(count):
    return 1 if count <= 1 else 2 ** (count - 1).bit_length()


class File:
    def __init__(self, path, seed, length, piece_length):
        self.path, self.seed, self.bytes = path, seed, length
        self.data = test_bytes(seed, length)
        self.pieces = -(-length // piece_length)
        per_piece = piece_length // LEAF
        count = -(-length // LEAF)
        width = power(self.pieces) * per_piece if self.pieces > 1 else power(count)
        self.rows = tree(leaves(self.data), width) if length else []
        self.root = self.rows[-1][0] if length else b""
        height = per_piece.bit_length() - 1
        self.layer = self.rows[height][:self.pieces] if self.pieces > 1 else []

    def uncles(self, leaf):
        """From the leaf up to the root: whatever stands beside the path."""
        return b"".join(row[leaf >> level ^ 1] for level, row in enumerate(self.rows[:-1]))


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:" % len(value) + value
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    pairs = sorted((k.encode() if isinstance(k, str) else k, v) for k, v in value.items())
    return b"d" + b"".join(bencode(k) + bencode(v) for k, v in pairs) + b"e"


def torrent(name, piece_length, files):
    """The canonical hybrid .torrent, and its info dictionary."""
    folders, listed, stream = {}, [], b""
    for file in files:
        at = folders
        for segment in file.path.split("/"):
            at = at.setdefault(segment, {})
        at[""] = {"length": file.bytes, "pieces root": file.root} if file.bytes else {"length": 0}
        listed.append({"length": file.bytes, "path": file.path.split("/")})
        stream += file.data
        pad = -file.bytes % piece_length
        if len(files) > 1 and pad:
            listed.append({"attr": "p", "length": pad, "path": [".pad", str(pad)]})
            stream += bytes(pad)
    pieces = b"".join(hashlib.sha1(stream[i:i + piece_length]).digest() for i in range(0, len(stream), piece_length))
    info = bencode({"file tree": folders, "files": listed, "meta version": 2, "name": name,
                    "piece length": piece_length, "pieces": pieces})
    layers = bencode({f.root: b"".join(f.layer) for f in files if f.layer})
    return b"d4:info" + info + b"12:piece layers" + layers + b"e", info


def manifest(files):
    return message("Manifest", {"files": [{"path": f.path, "bytes": f.bytes, "sha256": sha256(f.data),
                                           "pieces_root": f.root} for f in files]})


def slice_runs(files, piece_length, per_slice, number):
    """(file, first leaf, number of leaves) for each part of a slice."""
    runs, first = [], 0
    for index, file in enumerate(files):
        low, high = max(first, number * per_slice), min(first + file.pieces, (number + 1) * per_slice)
        if high > low:
            start = (low - first) * piece_length // LEAF
            end = min(-(-file.bytes // LEAF), (high - first) * piece_length // LEAF)
            runs.append((index, start, end - start))
        first += file.pieces
    return runs


def slice_leaves(files, piece_length, per_slice):
    """The entry's slice_leaves: bytes of files in each slice, in leaves, rounded up."""
    sums, first = {}, 0
    for file in files:
        for piece in range(file.pieces):
            held = min(piece_length, file.bytes - piece * piece_length)
            sums[(first + piece) // per_slice] = sums.get((first + piece) // per_slice, 0) + held
        first += file.pieces
    return [-(-sums[i] // LEAF) for i in sorted(sums)]


def draw(runs, nonce, model, number, count):
    """The leaves that a challenge asks for: (file, leaf)."""
    total, drawn, lot = sum(r[2] for r in runs), set(), 0
    while len(drawn) < min(count, total) and lot < 1024:
        seed = b"weightswarm/leaves/1\0" + nonce + model + struct.pack("<ii", number, lot)
        drawn.add(int.from_bytes(sha256(seed)[:8], "big") * total >> 64)
        lot += 1
    places = []
    for index in sorted(drawn):
        for file, first, length in runs:
            if index < length:
                places.append((file, first + index))
                break
            index -= length
    return places


def _log2(mantissa):
    log = 0
    for _ in range(44):
        square = mantissa * mantissa
        two = square >> 127
        mantissa = square >> 64 if two else square >> 63
        log = log << 1 | two
    return log


TABLE = [_log2(i << 51 | 1 << 63) for i in range(4096)] + [1 << 44]


def neg_log2(uniform):
    if uniform == 0:
        return 64 << 40
    zeros = 64 - uniform.bit_length()
    fraction = (uniform << zeros) & MASK >> 1
    index, rest = fraction >> 51, fraction & (1 << 51) - 1
    rise = (TABLE[index + 1] - TABLE[index]) * rest >> 51
    return max(1, (zeros + 1 << 40) - (TABLE[index] + rise >> 4))


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def absorb(state, name):
    for (word,) in struct.iter_unpack(">Q", name):
        state = mix((state + 0x9E3779B97F4A7C15 & MASK) ^ word)
    return state


def group_key(model, number, model_bytes):
    size = 32 if model_bytes > 500 << 30 else 8
    return sha256(model + struct.pack(">i", number // size))


def lot(salt, group, node):
    order = absorb(absorb(0x6F726465722D7631, salt), group)
    return mix(mix(order ^ absorb(0x6E6F64652D763131, node)) + order & MASK)


def weight(free_bytes):
    mebibytes = max(1, free_bytes >> 20)
    low = 1 << mebibytes.bit_length() - 1
    half = low * 92682 >> 16
    return max(low, half) if mebibytes > half else low


def score(uniform, node_weight):
    return (neg_log2(uniform) << 16 & MASK) // node_weight


def monitors(subject, members):
    def prefix(node):
        return int.from_bytes(node[:8], "big")
    ranked = sorted((mix(prefix(subject) ^ mix(prefix(m) ^ 0x6D6F6E)), m) for m in members if m != subject)
    return [m for _, m in ranked[:8]]


def bucket(model):
    """The bucket of a model in a network above the threshold."""
    return int.from_bytes(sha256(model)[:2], "big") >> 6


def bucket_score(node, number):
    digest = absorb(0x647574792D2D7631, node)
    return mix(mix(digest ^ number) + digest & MASK)


def duty(node):
    return min(range(1024), key=lambda number: (bucket_score(node, number), number))


def audited(holder, model):
    """The number that names a holder and a model in an audit report."""
    return int.from_bytes(sha256(b"weightswarm/audited/1\0" + holder + model)[:8], "big")


def draw_of(order, node):
    return mix(mix(order ^ absorb(0x6E6F64652D763131, node)) + order & MASK)


def copy_lot(holder, model, number):
    order = absorb(absorb(0x6F726465722D7631, sha256(b"weightswarm/aud/1\0")), model)
    return draw_of(mix(order + number & MASK), holder)


def auditors(holder, model, number, epoch, members):
    """The first three, where no two nodes share a failure domain."""
    order = mix(copy_lot(holder, model, number) + mix(epoch ^ 0x61756469742D7631) & MASK)
    return sorted((m for m in members if m != holder), key=lambda m: (draw_of(order, m), m))[:3]


def audit_times(holder, model, number, epoch, period):
    """When the epoch of a copy begins, and when the first auditor's turn comes."""
    lot_ = copy_lot(holder, model, number)
    start = epoch * period + lot_ % 6 * period // 6
    return start, start + (mix(lot_) * (period // 3) >> 64)
