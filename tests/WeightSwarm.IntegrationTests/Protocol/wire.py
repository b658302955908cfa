"""Bytes of the protocol, from docs/protocol.md alone: protobuf, keys, signatures, base32. Standard library only."""
import hashlib
import hmac
import struct


def sha256(data):
    return hashlib.sha256(data).digest()


def base32(data):
    bits, count, text = 0, 0, ""
    for byte in data:
        bits, count = bits << 8 | byte, count + 8
        while count >= 5:
            count -= 5
            text += "abcdefghijklmnopqrstuvwxyz234567"[bits >> count & 31]
    return text + ("abcdefghijklmnopqrstuvwxyz234567"[bits << 5 - count & 31] if count else "")


# NIST P-256 (FIPS 186-5), and RFC 6979 for signatures that are the same in every run.
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def _add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _times(k, point):
    total = None
    while k:
        if k & 1:
            total = _add(total, point)
        point, k = _add(point, point), k >> 1
    return total


class Key:
    """A P-256 key whose secret is SHA-256 of a name: for tests, and no secret at all."""

    def __init__(self, name):
        self.name, self.secret = name, int.from_bytes(sha256(name.encode()), "big") % N
        x, y = _times(self.secret, G)
        point = b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
        algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
        self.spki = b"\x30\x59" + algorithm + b"\x03\x42\x00" + point
        inner = b"\x30\x6b\x02\x01\x01\x04\x20" + self.secret.to_bytes(32, "big") + b"\xa1\x44\x03\x42\x00" + point
        self.pkcs8 = b"\x30\x81\x87\x02\x01\x00" + algorithm + b"\x04\x6d" + inner
        self.id = sha256(self.spki)

    def sign(self, data):
        h = sha256(data)
        for k in self._nonces(h):
            r = _times(k, G)[0] % N
            s = pow(k, -1, N) * (int.from_bytes(h, "big") + r * self.secret) % N
            if r and s:
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _nonces(self, h):
        seed = self.secret.to_bytes(32, "big") + (int.from_bytes(h, "big") % N).to_bytes(32, "big")
        v, k = b"\1" * 32, b"\0" * 32
        for mark in (b"\0", b"\1"):
            k = hmac.digest(k, v + mark + seed, "sha256")
            v = hmac.digest(k, v, "sha256")
        while True:
            v = hmac.digest(k, v, "sha256")
            if 0 < int.from_bytes(v, "big") < N:
                yield int.from_bytes(v, "big")
            k = hmac.digest(k, v + b"\0", "sha256")
            v = hmac.digest(k, v, "sha256")


# Messages: number, name, type. v: varint, o: bool, f: fixed64, s: string, b: bytes; * before it: repeated; ! before
# it: of a oneof, so written even when it is empty.
MESSAGES = {name: [field.split() for field in fields.split(",")] for name, fields in {
    "Envelope": "1 author b,2 kind v,3 subject b,4 seq v,5 issued_ms v,6 ttl_s v,7 body b,8 signature b",
    "Charter": "1 name s,2 curators *Curator,3 policy Policy",
    "Curator": "1 key b,2 expires_ms v,3 scope s,4 budget_bytes v",
    "Policy": "1 copies v,2 pace v,3 domains v,4 slice_bytes v",
    "Entry": "1 model s,2 revision s,3 info_hash_v1 b,4 info_hash_v2 b,5 manifest_hash b,6 piece_length v,7 pieces v,"
             "8 pieces_per_slice v,9 bytes v,10 files v,11 licence s,12 source s,13 copies v,14 state v,"
             "15 slice_leaves *v,16 metainfo_bytes v,17 metainfo_hash b,18 facts Facts,19 origin s",
    "Facts": "1 parameters v,2 dtypes *DtypeCount,3 architecture s,4 shards_present v,5 shards_expected v,"
             "6 hazards *s,7 broken_files v",
    "DtypeCount": "1 dtype s,2 parameters v,3 bytes v",
    "Proposal": "1 entry Entry,2 note s",
    "Refusal": "1 model s,2 reason s",
    "Endpoint": "1 ip b,2 gossip_port v,3 torrent_port v",
    "Node": "1 endpoints *Endpoint,2 donated_bytes v,3 free_bytes v,4 operator s,5 site s,6 draining o,"
            "7 accepts_nothing_new o,8 version s,9 started_ms v,10 declines *Decline,11 buckets *v,"
            "12 asn v,13 country s",
    "Decline": "1 licence s,2 larger_than v,3 name s,4 hazard s,5 reason s",
    "Holding": "1 verified b,2 releasing b,3 last_scrub_day v,4 in_place o,5 trash b,6 away b,7 away_since_ms v",
    "Claim": "1 epoch v,2 score v,3 progress_percent v,4 eta_s v,5 cancelled o,6 claimed_ms v,7 parts b",
    "ReleaseIntent": "1 ticket_ms v,2 reason s,3 cancelled o,4 unproven o,5 copies_left v",
    "Observation": "1 down o,2 since_ms v",
    "AuditReport": "1 passes *AuditPass", "AuditPass": "1 copy f,2 slices b,3 ago v",
    "Renewal": "1 records *f",
    "Manifest": "1 files *ManifestFile",
    "ManifestFile": "1 path s,2 bytes v,3 sha256 b,4 pieces_root b",
    "Frame": "1 hello Hello,2 push Push,3 i_have IHave,4 graft Graft,5 prune Prune,6 ping Ping,7 pong Pong,"
             "8 reconcile Reconcile,9 want Want,10 content_get ContentGet,11 content_part ContentPart,"
             "12 neighbour Neighbour,13 close Close,14 challenge Challenge,15 answer Answer,"
             "16 reached Reached,17 call Call",
    "Reached": "1 dialled o", "Call": "1 model b,2 port v",
    "Hello": "1 network_id b,2 protocol v,3 gossip_port v,4 observed_ip b,5 version s",
    "Push": "1 envelopes *b",
    "IHave": "1 ids *f",
    "Graft": "1 ids *f",
    "Prune": "",
    "Ping": "1 nonce v,2 unix_ms v",
    "Pong": "1 nonce v,2 unix_ms v",
    "Reconcile": "1 session f,2 salt b,3 ranges *Range,4 answer o,5 scope v",
    "Range": "1 until_days v,2 until_id b,3 skip !o,4 fingerprint !b,5 ids !b",
    "Want": "1 ids b",
    "ContentGet": "1 hash b,2 offset v",
    "ContentPart": "1 hash b,2 offset v,3 total v,4 data b",
    "Neighbour": "1 active o,2 urgent o",
    "Close": "1 reason s",
    "Challenge": "1 nonce b,2 model b,3 slice v,4 leaves v,5 spans v,6 parts b",
    "Answer": "1 nonce b,2 state v,3 proofs *LeafProof,4 ticket_ms v,5 author b,6 signature b,"
              "7 hash b",
    "LeafProof": "1 block b,2 uncles b",
}.items()}


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def field(number, kind, value):
    """One field with its tag."""
    if kind in "vo":
        return varint(number << 3) + varint(int(value))
    if kind == "f":
        return varint(number << 3 | 1) + struct.pack("<Q", value)
    data = value.encode() if kind == "s" else value if kind == "b" else message(kind, value)
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(name, values):
    """A message in its canonical form: fields ascending, defaults left out, numbers packed."""
    out, known = b"", set()
    for number, key, kind in (f for f in MESSAGES[name] if f):
        if key not in values:
            continue
        known.add(key)
        value, number = values[key], int(number)
        if kind == "*v" and value:
            out += field(number, "b", b"".join(map(varint, value)))
        elif kind == "*f" and value:
            out += field(number, "b", b"".join(struct.pack("<Q", v) for v in value))
        elif kind[0] == "*":
            out += b"".join(field(number, kind[1:], v) for v in value)
        elif kind[0] == "!" or value or isinstance(value, dict):
            out += field(number, kind.lstrip("!"), value)
    if set(values) - known:
        raise KeyError(f"{name} has no {set(values) - known}")
    return out


def signed_bytes(network, author, kind, subject, seq, issued_ms, ttl_s, body):
    """What the signature of an envelope covers."""
    return (b"weightswarm/1\0" + network + struct.pack("<H", len(author)) + author
            + struct.pack("<HH", kind, len(subject)) + subject
            + struct.pack("<QQII", seq, issued_ms, ttl_s, len(body)) + body)


def invite(network, addresses):
    """The text of an invite; an address is (ip, port)."""
    data = network + bytes([len(addresses)])
    for ip, port in addresses:
        data += bytes([len(ip)]) + ip + struct.pack(">H", port)
    return "wsw1" + base32(data + sha256(data)[:4])
