"""How long records live, from docs/protocol.md alone: rules 2 and 5 of acceptance, expiry and renewals."""
import struct

import wire

SKEW_MS = 600_000
NODE, HOLDING, RENEWAL = 3, 4, 11


def short_id(identity):
    return int.from_bytes(identity[:8], "big")


class Leases:
    """The records of one network by register: envelopes whose forms and signatures are good, and their ends."""

    def __init__(self):
        self.registers = {}

    def renewed_until(self, record):
        """When the last renewal ends that keeps a record; 0 for none."""
        if record["kind"] not in (NODE, HOLDING):
            return 0
        return max((other["end"] for other in self.registers.values()
                    if other["kind"] == RENEWAL and other["author"] == record["author"]
                    and short_id(record["id"]) in listed(other["body"])), default=0)

    def offer(self, record, now):
        register = record["author"], record["kind"], record["subject"]
        stored = self.registers.get(register)
        if stored and stored["id"] == record["id"]:
            return "Duplicate"
        if stored and stored["seq"] > record["seq"]:
            return "Stale"
        ttl = 1000 * record["ttl_s"]
        if record["issued_ms"] + ttl + SKEW_MS <= now and self.renewed_until(record) <= now:
            return "Expired"
        end = now + min(record["issued_ms"] + ttl - now, ttl) + SKEW_MS
        self.registers[register] = dict(record, end=end)
        return "Accepted"

    def live(self, now):
        """The ids of what lives now, ascending; the rest is dropped."""
        kept = {register: record for register, record in self.registers.items()
                if max(record["end"], self.renewed_until(record)) > now}
        self.registers = kept
        return sorted(record["id"] for record in kept.values())


def listed(body):
    """The short ids of a renewal: one packed field of eight bytes each."""
    if not body:
        return []
    at, length, shift = 1, 0, 0
    while True:
        length, shift, at = length | (body[at] & 127) << shift, shift + 7, at + 1
        if body[at - 1] < 128:
            break
    assert body[0] == 0x0A and at + length == len(body), body
    return [v for v, in struct.iter_unpack("<Q", body[at:])]


def steps(cast, sealed, issued):
    """What is offered when, what becomes of it, and what lives afterwards: a week of one node."""
    hour, set_, out = 3_600_000, Leases(), []

    def record(key, kind, subject, at, ttl_hours, body=b""):
        envelope, data = sealed(cast, key, kind, subject, body, seq=at, issued=at, ttl=3600 * ttl_hours)
        return dict(envelope, id=wire.sha256(data), envelope=wire.message("Envelope", envelope))

    def renewal(at, *records, key=cast.node, page=b""):
        body = wire.message("Renewal", {"records": sorted(short_id(r["id"]) for r in records)})
        return record(key, RENEWAL, page, at, 72, body)

    def step(at, *offers):
        set_.live(at)
        said = [{"name": name, "verdict": set_.offer(r, at), "envelope": r["envelope"]} for name, r in offers]
        out.append({"at_ms": at, "offers": said, "live": set_.live(at)})

    models = [wire.sha256(b"weightswarm model %d" % i) for i in range(4)]
    node = record(cast.node, NODE, b"", issued, 72)
    kept, late, left, newer = (record(cast.node, HOLDING, m, issued, 72) for m in models)
    claim = record(cast.node, 5, models[0] + bytes(4), issued, 1)
    other = record(cast.curator, HOLDING, models[0], issued, 72)
    first = renewal(issued + 24 * hour, node, kept, late, claim, other, newer)
    changed = record(cast.node, HOLDING, models[3], issued + 30 * hour, 72, b"\x0a\x01\x01")
    second = renewal(issued + 75 * hour, node, late)
    page = renewal(issued + 76 * hour, kept, page=(1).to_bytes(4, "big"))
    step(issued, ("a node record", node), ("a holding", kept), ("a claim for an hour", claim),
         ("a holding of another author", other), ("a holding that will change", newer))
    step(issued + 24 * hour, ("a renewal of these, and of a holding that is not here", first))
    step(issued + 30 * hour, ("the holding that has changed", changed))
    step(issued + 73 * hour, ("a holding whose lease is over, but the renewal lists it", late),
         ("one that no renewal lists", left), ("the claim, which cannot be renewed", claim),
         ("that of another author, whom the renewal says nothing of", other),
         ("what has changed since, though it is listed", newer))
    step(issued + 75 * hour, ("a newer renewal that lists less", second), ("the older one once more", first))
    step(issued + 76 * hour, ("the holding that it lists no longer", kept), ("a second page, which lists it", page),
         ("the holding again", kept))
    step(issued + 147 * hour + SKEW_MS - 1)
    step(issued + 147 * hour + SKEW_MS, ("the node record, when its renewal is over", node), ("that renewal", second))
    step(issued + 148 * hour + SKEW_MS, ("the holding of the second page", kept))
    return out
