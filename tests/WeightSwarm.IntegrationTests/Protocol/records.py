"""Envelopes of every kind, and some that are refused. All are of one network, issued at one time."""
import content
import leases
import wire

ISSUED = 1_800_000_000_000
HOUR, DAY = 3600, 86400


class Cast:
    """The keys, the network and the model that all vectors speak of."""

    def __init__(self):
        self.founder, self.node, self.curator = (wire.Key(f"weightswarm test key: {n}")
                                                 for n in ("founder", "node", "curator"))
        self.keys = [self.founder, self.node, self.curator]
        self.network = self.founder.id
        self.piece_length, self.per_slice = 4 * content.LEAF, 3
        sizes = [("a", 1), ("b", 0), ("c", content.LEAF), ("d.bin", content.LEAF + 1), ("e/f", self.piece_length),
                 ("e/g", self.piece_length + 1), ("h", 5 * self.piece_length + 3 * content.LEAF + 7), ("i", 100)]
        self.files = [content.File(path, seed, size, self.piece_length) for seed, (path, size) in enumerate(sizes, 1)]
        self.torrent, self.info = content.torrent("org--model", self.piece_length, self.files)
        self.manifest = content.manifest(self.files)
        self.model = wire.sha256(self.info)

    @property
    def entry(self):
        return {
            "model": "org/model", "revision": "1", "info_hash_v1": content.hashlib.sha1(self.info).digest(),
            "info_hash_v2": self.model, "manifest_hash": wire.sha256(self.manifest),
            "piece_length": self.piece_length, "pieces": sum(f.pieces for f in self.files),
            "pieces_per_slice": self.per_slice, "bytes": sum(f.bytes for f in self.files), "files": len(self.files),
            "licence": "Apache-2.0", "source": "https://example.org/org/model", "copies": 3,
            "slice_leaves": content.slice_leaves(self.files, self.piece_length, self.per_slice),
            "metainfo_bytes": len(self.torrent), "metainfo_hash": wire.sha256(self.torrent),
            "facts": {"parameters": 7_000_000_000, "dtypes": [{"dtype": "BF16", "parameters": 7_000_000_000,
                                                               "bytes": 14_000_000_000}],
                      "architecture": "ExampleForCausalLM", "shards_present": 1, "shards_expected": 2,
                      "hazards": ["contains-code"], "broken_files": 0},
            "origin": "https://example.org/org/model/resolve/1/"}


def sealed(cast, key, kind, subject, body, seq=ISSUED, issued=ISSUED, ttl=HOUR, network=None):
    """An envelope's fields with its signature, and the bytes that were signed."""
    data = wire.signed_bytes(network or cast.network, key.spki, kind, subject, seq, issued, ttl, body)
    return {"author": key.spki, "kind": kind, "subject": subject, "seq": seq, "issued_ms": issued, "ttl_s": ttl,
            "body": body, "signature": key.sign(data)}, data


def vector(cast, name, key, kind, subject, of, fields, tail=b"", **more):
    body = wire.message(of, fields) + tail if of else tail
    envelope, data = sealed(cast, key, kind, subject, body, **more)
    return {"name": name, "author": key.name, "kind": kind, "subject": subject, "seq": envelope["seq"],
            "issued_ms": envelope["issued_ms"], "ttl_s": envelope["ttl_s"], "message": of or "", "fields": fields,
            "unknown_fields": tail, "body": body, "signed_bytes": data, "id": wire.sha256(data),
            "signature": envelope["signature"], "envelope": wire.message("Envelope", envelope)}


def accepted(cast):
    model, slice_two = cast.model, cast.model + (2).to_bytes(4, "big")
    later = wire.field(200, "s", "from a later version") + wire.field(201, "v", 7)
    charter = {"name": "test", "curators": [{"key": cast.curator.spki, "expires_ms": ISSUED + 1, "scope": "org/",
                                             "budget_bytes": 1 << 40}],
               "policy": {"copies": 3, "pace": 0, "domains": 1, "slice_bytes": 1 << 30}}
    node = {"endpoints": [{"ip": bytes([192, 0, 2, 1]), "gossip_port": 6890, "torrent_port": 6891},
                          {"ip": bytes.fromhex("20010db8000000000000000000000001"), "gossip_port": 6890}],
            "donated_bytes": 3 << 38, "free_bytes": 1 << 38, "operator": "acme", "site": "attic", "draining": True,
            "accepts_nothing_new": True, "version": "1.0", "started_ms": ISSUED - 5000,
            "declines": [{"licence": "CC-BY-NC-*", "larger_than": 10_000_000_000, "reason": "no room for those"},
                         {"name": "acme/*"}, {"hazard": "dangerous-pickle"}, {}], "asn": (1 << 32) - 1, "country": "DE"}
    holding = {"verified": b"\x05", "releasing": b"\x04", "last_scrub_day": 20833, "in_place": True, "trash": b"\x02",
               "away": b"\x01", "away_since_ms": ISSUED - 1}
    claim = {"epoch": 0, "score": 123456789012345, "progress_percent": 40, "eta_s": 60, "claimed_ms": ISSUED - 60_000,
             "parts": b"\xff\x03\x00\x80"}
    intent = {"ticket_ms": ISSUED, "reason": "trim", "unproven": True, "copies_left": 2}
    refusal = {"model": "org/model", "reason": "no licence"}
    catalogue = [
        vector(cast, "charter", cast.founder, 1, b"", "Charter", charter, ttl=400 * DAY),
        vector(cast, "entry", cast.curator, 2, model, "Entry", cast.entry, ttl=400 * DAY),
        vector(cast, "proposal", cast.node, 9, model, "Proposal", {"entry": cast.entry, "note": "please"},
               ttl=90 * DAY),
        vector(cast, "refusal", cast.curator, 10, model + cast.node.id, "Refusal", refusal, ttl=90 * DAY),
    ]
    return catalogue, [
        vector(cast, "node", cast.node, 3, b"", "Node", node, ttl=72 * HOUR),
        vector(cast, "holding", cast.node, 4, model, "Holding", holding, ttl=72 * HOUR),
        vector(cast, "claim", cast.node, 5, slice_two, "Claim", claim),
        vector(cast, "claim that is cancelled", cast.founder, 5, slice_two, "Claim", {"cancelled": True}),
        vector(cast, "release intent", cast.node, 6, slice_two, "ReleaseIntent", intent),
        vector(cast, "observation", cast.founder, 7, cast.node.id, "Observation",
               {"down": True, "since_ms": ISSUED - 200_000}),
        vector(cast, "audit report", cast.founder, 8, b"", "AuditReport", {"passes": [
            {"copy": content.audited(cast.node.id, cast.model), "slices": b"\x05"},
            {"copy": content.audited(cast.curator.id, cast.model), "slices": b"\x01", "ago": 11}]}, ttl=48 * HOUR),
        vector(cast, "audit report about something, of which the body is not laid down", cast.founder, 8,
               cast.node.id, None, {}, b"\x08\x01"),
        vector(cast, "unknown kind", cast.node, 999, b"\1", None, {}, b"\x0a\x03new"),
        vector(cast, "unknown fields in the body", cast.founder, 3, b"", "Node", {"version": "2.0"}, later),
        vector(cast, "largest values", cast.curator, 65535, bytes(range(64)), None, {}, b"",
               seq=ISSUED + 600_000, issued=ISSUED + 600_000, ttl=72 * HOUR),
        vector(cast, "renewal", cast.curator, 11, b"", "Renewal", {"records": [
            leases.short_id(cast.model), 1, (1 << 64) - 1]}, ttl=72 * HOUR),
        vector(cast, "renewal, the last page, which lists nothing", cast.curator, 11, (15).to_bytes(4, "big"),
               "Renewal", {}, ttl=72 * HOUR),
    ]


def refused(cast):
    """In the order given, after all of accepted(), at ISSUED by the receiver's clock and at the real pace."""
    model = cast.model
    good, data = sealed(cast, cast.node, 3, b"", b"", seq=ISSUED + 1)
    plain = wire.message("Envelope", good)

    def case(name, verdict, envelope):
        return {"name": name, "verdict": verdict, "envelope": envelope}

    def of(*args, **more):
        return wire.message("Envelope", sealed(cast, *args, **more)[0])

    flipped = dict(good, signature=bytes([good["signature"][0] ^ 1]) + good["signature"][1:])
    return [
        case("a field of the envelope that the signature does not cover", "Malformed", plain + wire.field(9, "v", 1)),
        case("a default value that is written out", "Malformed", plain + b"\x3a\x00"),
        case("a number longer than it need be", "Malformed", plain[:93] + b"\x10\x83\x00" + plain[95:]),
        case("no kind", "Malformed", of(cast.node, 0, b"", b"")),
        case("a subject of 65 bytes", "Malformed", of(cast.node, 999, bytes(65), b"")),
        case("a lease of no length", "Malformed", of(cast.node, 999, b"", b"", ttl=0)),
        case("a node record with a subject", "Malformed", of(cast.node, 3, b"\0", b"", seq=ISSUED + 2)),
        case("33 rules of what is declined", "Malformed", of(cast.node, 3, b"", wire.message(
            "Node", {"declines": [{"name": "a/*"}] * 33}), seq=ISSUED + 2)),
        case("a reason to decline of 129 characters", "Malformed", of(cast.node, 3, b"", wire.message(
            "Node", {"declines": [{"name": "a/*", "reason": "x" * 129}]}), seq=ISSUED + 2)),
        *[case(f"a country that is '{country}'", "Malformed", of(cast.node, 3, b"", wire.message(
            "Node", {"country": country}), seq=ISSUED + 2)) for country in ("D", "de", "DEU")],
        case("a body that is no message", "Malformed", of(cast.node, 4, model, b"\xff", seq=ISSUED + 2)),
        case("a smaller number than the register's", "Stale", of(cast.node, 3, b"", b"", seq=ISSUED - 1)),
        case("issued 10 minutes and a millisecond ahead", "Future",
             of(cast.node, 3, b"", b"", seq=ISSUED + 2, issued=ISSUED + 600_001)),
        case("numbered 10 minutes and a millisecond ahead", "Future", of(cast.node, 3, b"", b"", seq=ISSUED + 600_001)),
        case("a lease of 72 hours and a second", "TooLongLived",
             of(cast.node, 3, b"", b"", seq=ISSUED + 2, ttl=72 * HOUR + 1)),
        case("a lease that ended 10 minutes ago", "Expired",
             of(cast.node, 3, b"", b"", seq=ISSUED + 2, issued=ISSUED - 601_000, ttl=1)),
        case("a charter that is not the founder's", "NotAuthorised", of(cast.node, 1, b"", wire.message("Charter", {
            "name": "x", "policy": {"copies": 1, "slice_bytes": 1 << 30}}))),
        case("a refusal outside the curator's scope", "NotAuthorised", of(
            cast.curator, 10, model + cast.founder.id, wire.message("Refusal", {"model": "other/m", "reason": "x"}))),
        case("a signature with a bit changed", "BadSignature", wire.message("Envelope", flipped)),
        case("signed for another network", "BadSignature",
             of(cast.node, 3, b"", b"", seq=ISSUED + 1, network=bytes(32))),
        case("good after all", "Accepted", plain),
        case("the same again", "Duplicate", plain),
        *equivocation(cast, good, wire.sha256(data), case),
        case("a renewal of 1,025 records", "Malformed", of(cast.curator, 11, b"", wire.message(
            "Renewal", {"records": list(range(1, 1026))}), seq=ISSUED + 1)),
        case("a renewal of page 0 with its number", "Malformed", of(cast.curator, 11, bytes(4), b"")),
        case("a renewal of page 16", "Malformed", of(cast.curator, 11, (16).to_bytes(4, "big"), b"")),
        case("a renewal with a page of two bytes", "Malformed", of(cast.curator, 11, b"\0\1", b"")),
        case("a renewal of 72 hours and a second", "TooLongLived", of(cast.curator, 11, b"", b"", seq=ISSUED + 1,
                                                                      ttl=72 * HOUR + 1)),
    ]


def equivocation(cast, good, known, case):
    """Two more bodies for one number: one with a smaller id than the register's, and then one with a larger id."""
    found = {}
    for version in range(64):
        body = wire.message("Node", {"version": str(version)})
        envelope, data = sealed(cast, cast.node, 3, b"", body, seq=good["seq"])
        found.setdefault("Equivocation" if wire.sha256(data) > known else "Stale", wire.message("Envelope", envelope))
        if len(found) == 2:
            break
    return [case("another body for the same number, with a smaller id", "Stale", found["Stale"]),
            case("another body for the same number, with a larger id", "Equivocation", found["Equivocation"])]
