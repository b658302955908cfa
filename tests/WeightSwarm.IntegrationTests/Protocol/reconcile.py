"""Range-based set reconciliation, from docs/protocol.md alone. An item is (day, id); a bound is an item or None."""
import bisect
import struct

from wire import message, sha256

PRIME = 2 ** 127 - 1
START = (0, bytes(32))


def key(salt):
    seed = sha256(b"weightswarm/reconcile/1\0" + salt)
    return int.from_bytes(seed[:16], "big") % PRIME, int.from_bytes(seed[16:], "big") % PRIME


def fingerprint(y_z, ids):
    product = 1
    for item in ids:
        high, low = int.from_bytes(item[:16], "big"), int.from_bytes(item[16:], "big")
        product = product * (y_z[1] + low + y_z[0] * high) % PRIME
    return sha256(product.to_bytes(16, "little") + struct.pack("<q", len(ids)))[:12]


def between(left, right):
    """The bound with the fewest bytes of id that parts two items."""
    if left[0] != right[0]:
        return right[0], bytes(32)
    same = next(i for i in range(32) if left[1][i] != right[1][i])
    return right[0], right[1][:same + 1].ljust(32, b"\0")


class Side:
    """One side with its set. Messages here stay far from every limit, so none is ever cut short."""

    def __init__(self, items):
        self.items = sorted(items)
        self.pushes, self.wants = [], []

    def rank(self, bound):
        return len(self.items) if bound is None else bisect.bisect_left(self.items, bound)

    def ids(self, start, end):
        return [item[1] for item in self.items[start:end]]

    def expand(self, y_z, lower, upper, start, end):
        if end - start < 32:
            return [(lower, upper, "ids", b"".join(sorted(self.ids(start, end))))]
        ranges, at = [], start
        for part in range(1, 17):
            stop = start + part * (end - start) // 16
            bound = upper if stop == end else between(self.items[stop - 1], self.items[stop])
            ranges.append((lower, bound, "fingerprint", fingerprint(y_z, self.ids(at, stop))))
            lower, at = bound, stop
        return ranges

    def answer(self, salt, ranges):
        """What is said to the ranges of the peer; fills pushes and wants."""
        y_z, said = key(salt), []
        for lower, upper, body, value in ranges:
            start, end = self.rank(lower), self.rank(upper)
            mine = self.ids(start, end)
            if body == "ids":
                theirs = [value[i:i + 32] for i in range(0, len(value), 32)]
                self.pushes += [i for i in mine if i not in theirs]
                self.wants += [i for i in theirs if i not in mine]
            elif body == "fingerprint" and value != fingerprint(y_z, mine):
                said += self.expand(y_z, lower, upper, start, end)
        return said


def write(ranges):
    """Ranges as they are sent: bounds relative to the one before, gaps filled with skips."""
    out, at = [], START

    def put(upper, body, value):
        nonlocal at
        if upper is not None:
            out.append({"until_days": upper[0] - at[0], "until_id": upper[1].rstrip(b"\0"), body: value})
        else:
            out.append({body: value})
        at = upper

    for lower, upper, body, value in ranges:
        if lower != at:
            put(lower, "skip", True)
        put(upper, body, value)
    return out


def transcript(first, second, session, salt):
    """All frames between an initiator and a responder, and what each pushes and wants after each of them."""
    initiator, responder = Side(first), Side(second)
    ranges = initiator.expand(key(salt), START, None, 0, len(initiator.items))
    frames = []
    while True:
        sent = {"session": session, "salt": salt, "ranges": write(ranges)}
        ranges = responder.answer(salt, ranges)
        frames.append(step("initiator", sent, responder))
        sent = {"session": session, "ranges": write(ranges), "answer": True}
        ranges = initiator.answer(salt, ranges)
        frames.append(step("responder", sent, initiator))
        if not ranges:
            return frames


def step(sender, sent, receiver):
    told = {"sender": sender, "frame": message("Frame", {"reconcile": sent}),
            "receiver_pushes": b"".join(receiver.pushes), "receiver_wants": b"".join(receiver.wants)}
    receiver.pushes, receiver.wants = [], []
    return told
