"""Makes the test vectors of docs/protocol.md without the product's code: compares them with those kept, or writes them.

    vectors.py FOLDER           exit code 0 when every file in the folder is what this script makes
    vectors.py FOLDER --write   makes them
"""
import json
import pathlib
import struct
import sys

import content
import leases
import progress
import reconcile
import records
import timed
import wire

WIDTH, DAY_MS = 96, 86_400_000


def keys(cast):
    addresses = [(bytes([192, 0, 2, 1]), 6890), (bytes.fromhex("20010db8000000000000000000000001"), 443)]
    return {
        "note": "Keys made for these tests: the secret is SHA-256 of the name. The founder's id is the network's.",
        "keys": [{"name": k.name, "pkcs8": k.pkcs8, "spki": k.spki, "id": k.id, "text": wire.base32(k.id)}
                 for k in cast.keys],
        "network": cast.network,
        "base32": [{"bytes": bytes(range(n)), "text": wire.base32(bytes(range(n)))} for n in range(7)],
        "invites": [{"addresses": [{"ip": ip, "port": port} for ip, port in addresses[:n]],
                     "text": wire.invite(cast.network, addresses[:n])} for n in range(3)],
    }


def models(cast):
    entry = cast.entry
    runs = [content.slice_runs(cast.files, cast.piece_length, cast.per_slice, s)
            for s in range(len(entry["slice_leaves"]))]
    return {
        "note": "Byte i of file number seed: SHA-256(u32 seed | u32 i/32), little-endian, its byte i mod 32.",
        "name": "org--model", "piece_length": cast.piece_length, "pieces_per_slice": cast.per_slice,
        "files": [{"path": f.path, "seed": f.seed, "bytes": f.bytes, "sha256": wire.sha256(f.data),
                   "pieces_root": f.root, "piece_layer": b"".join(f.layer), "pieces": f.pieces} for f in cast.files],
        "info_hash_v1": entry["info_hash_v1"], "info_hash_v2": cast.model,
        "metainfo_bytes": len(cast.torrent), "metainfo_hash": entry["metainfo_hash"],
        "manifest": cast.manifest, "manifest_hash": entry["manifest_hash"],
        "slice_leaves": entry["slice_leaves"],
        "slices": [[{"file": f, "first_leaf": first, "leaves": count} for f, first, count in parts] for parts in runs],
        "proofs": [{"file": f, "leaf": leaf, "uncles": cast.files[f].uncles(leaf)}
                   for f, leaf in [(0, 0), (3, 1), (4, 2), (5, 4), (6, 0), (6, 23)]],
    }


def scores(cast):
    uniforms = [0, 1, 2, 3, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, 0x9E3779B97F4A7C15, 0xC000000000000000,
                content.MASK - 1, content.MASK]
    rooms = [0, 1, (1 << 20) - 1, 1 << 20, 3 << 20, 1 << 30, 1519 << 20, 1 << 40, (1 << 60) - 1]
    salt = wire.sha256(b"weightswarm epoch 0")
    drawn = []
    for key, number, room in [(cast.node, 0, 1 << 38), (cast.node, 7, 1 << 38), (cast.node, 8, 1 << 38),
                              (cast.founder, 2, 5 << 30), (cast.curator, 4095, 0)]:
        for size in (cast.entry["bytes"], 501 << 30):
            group = content.group_key(cast.model, number, size)
            uniform, heavy = content.lot(salt, group, key.id), content.weight(room)
            drawn.append({"node": key.id, "model": cast.model, "model_bytes": size, "slice": number,
                          "free_bytes": room, "group_key": group, "lot": uniform, "weight": heavy,
                          "score": content.score(uniform, heavy)})
    members = [wire.sha256(b"member %d" % i) for i in range(24)]
    return {
        "neg_log2": [{"uniform": u, "value": content.neg_log2(u)} for u in uniforms],
        "weights": [{"free_bytes": r, "weight": content.weight(r)} for r in rooms],
        "epoch": 0, "epoch_salt": salt, "scores": drawn,
        "members": members,
        "monitors": [{"subject": s, "monitors": content.monitors(s, members)} for s in members[:3]],
    }


def buckets(cast):
    models = [cast.model] + [wire.sha256(b"model %d" % i) for i in range(5)]
    nodes = [key.id for key in cast.keys] + [wire.sha256(b"member %d" % i) for i in range(5)]
    return {"models": [{"model": m, "bucket": content.bucket(m)} for m in models],
            "duties": [{"node": n, "bucket": content.duty(n), "score": content.bucket_score(n, content.duty(n))}
                       for n in nodes]}


def reconciliations(cast):
    def item(number):
        return 20_800 + number // 200, wire.sha256(b"weightswarm item %d" % number)

    salt = bytes(range(16))
    y, z = reconcile.key(salt)
    ids = [item(n)[1] for n in range(40)]
    # Numbers of the items that only one side has.
    cases = [("both empty", range(0), [], []), ("in sync", range(40), [], []),
             ("a few items on one side", range(10), range(10), []), ("short lists", range(41), [3, 17, 18], [40, 0]),
             ("two levels, over days", range(1000), [5, 555, 999], [6, 199, 200, 998])]
    return {
        "note": "Item n: day 20800 + n/200, id SHA-256('weightswarm item n' in ASCII).",
        "salt": salt, "y": y.to_bytes(16, "big"), "z": z.to_bytes(16, "big"),
        "fingerprints": [{"items": n, "fingerprint": reconcile.fingerprint((y, z), ids[:n])} for n in (0, 1, 2, 40)],
        "transcripts": [{
            "name": name, "items": len(all_), "only_initiator": list(first), "only_responder": list(second),
            "session": 77, "salt": salt,
            "steps": reconcile.transcript([item(n) for n in all_ if n not in second],
                                          [item(n) for n in all_ if n not in first], 77, salt),
        } for name, all_, first, second in cases],
    }


def audits(cast):
    nonce = bytes(range(100, 116))
    slices = len(cast.entry["slice_leaves"])
    draws = []
    for number, count in [(s, c) for s in range(slices) for c in (1, 3, 8)]:
        runs = content.slice_runs(cast.files, cast.piece_length, cast.per_slice, number)
        draws.append({"slice": number, "leaves": count, "drawn": [
            {"file": f, "leaf": leaf} for f, leaf in content.draw(runs, nonce, cast.model, number, count)]})
    members = [wire.sha256(b"member %d" % i) for i in range(24)]
    period, duties = DAY_MS, []
    for holder, number, epoch in [(members[0], 0, 20833), (members[0], 1, 20833), (members[1], 0, 20833),
                                  (members[0], 0, 20834), (members[23], 4095, 0)]:
        start, due = content.audit_times(holder, cast.model, number, epoch, period)
        duties.append({"holder": holder, "slice": number, "epoch": epoch, "start_ms": start, "first_due_ms": due,
                       "auditors": content.auditors(holder, cast.model, number, epoch, members)})
    return {"nonce": nonce, "model": cast.model, "draws": draws, "members": members, "duties": duties,
            "answers": [answer(cast, nonce, 0, 3, 0), answer(cast, nonce, 1, 1, 0), answer(cast, nonce, 3, 1, 5)]}


def answer(cast, nonce, state, count, ticket):
    """For slice 0, of which the file 'a' is the first leaf: proofs of one byte, and no megabytes in this file."""
    challenge = {"nonce": nonce, "model": cast.model, "slice": 0, "leaves": count}
    runs = content.slice_runs(cast.files, cast.piece_length, cast.per_slice, 0)
    proofs = []
    if state == 1:
        while content.draw(runs, challenge["nonce"], cast.model, 0, count) != [(0, 0)]:
            challenge["nonce"] = wire.sha256(challenge["nonce"])[:16]
        proofs = [{"block": cast.files[0].data, "uncles": cast.files[0].uncles(0)}]
    data = (b"weightswarm/answer/1\0" + cast.network + challenge["nonce"] + cast.model
            + struct.pack("<IIQ", 0, state, ticket) + b"".join(wire.sha256(p["block"]) for p in proofs))
    said = {"nonce": challenge["nonce"], "state": state, "proofs": proofs, "ticket_ms": ticket,
            "author": cast.node.spki, "signature": cast.node.sign(data)}
    return {"challenge": wire.message("Frame", {"challenge": challenge}), "state": state, "ticket_ms": ticket,
            "signed_bytes": data, "answer": wire.message("Frame", {"answer": said})}


def frames(cast):
    kinds = [("hello", {"network_id": cast.network, "protocol": 1, "gossip_port": 6890,
                        "observed_ip": bytes([192, 0, 2, 7]), "version": "1.0"}),
             ("push", {"envelopes": [b"\x0a\x00", b"\x0a\x01\x01"]}), ("i_have", {"ids": [1, 1 << 63]}),
             ("graft", {"ids": [0x0123456789ABCDEF]}), ("prune", {}), ("ping", {"nonce": 300, "unix_ms": 1}),
             ("pong", {"nonce": content.MASK}), ("reconcile", {"session": 1, "answer": True}),
             ("want", {"ids": bytes(range(64))}), ("content_get", {"hash": cast.model, "offset": 131072}),
             ("content_part", {"hash": cast.model, "offset": 131072, "total": 131074, "data": b"ab"}),
             ("neighbour", {"active": True, "urgent": True}), ("close", {"reason": "idle"}),
             ("challenge", {"nonce": bytes(16), "model": cast.model, "slice": 3, "leaves": 3}),
             ("answer", {"nonce": bytes(16), "state": 4}), ("reached", {"dialled": True}),
             ("call", {"model": cast.model, "port": 6891})]
    return {"frames": [{"kind": name, "fields": fields, "frame": wire.message("Frame", {name: fields})}
                       for name, fields in kinds],
            "short_id": {"id": cast.model, "value": int.from_bytes(cast.model[:8], "big"),
                         "frame": wire.message("Frame", {"i_have": {"ids": [int.from_bytes(cast.model[:8], "big")]}})}}


def plain(value):
    """As JSON has it: bytes are hexadecimal, on several lines where they are long."""
    if isinstance(value, bytes):
        text = value.hex()
        return text if len(text) <= WIDTH else [text[i:i + WIDTH] for i in range(0, len(text), WIDTH)]
    if isinstance(value, int) and not isinstance(value, bool) and value > 2 ** 53:
        return str(value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


def show(value, indent=""):
    """JSON with short values on one line."""
    line = json.dumps(value)
    if len(indent) + len(line) <= 112 or not isinstance(value, (dict, list)):
        return line
    inner = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + show(v, inner) for v in value) + "\n" + indent + "]"
    parts = [inner + json.dumps(k) + ": " + show(v, inner) for k, v in value.items()]
    return "{\n" + ",\n".join(parts) + "\n" + indent + "}"


def main(folder, write):
    cast, wrong = records.Cast(), []
    made = {"keys": keys(cast), "models": models(cast), "scores": scores(cast),
            "catalogue-records": {"now_ms": records.ISSUED, "accepted": records.accepted(cast)[0]},
            "node-records": {"now_ms": records.ISSUED, "accepted": records.accepted(cast)[1]},
            "refusals": {"now_ms": records.ISSUED, "offered": records.refused(cast)},
            "leases": {"steps": leases.steps(cast, records.sealed, records.ISSUED)},
            "reconciliation": reconciliations(cast), "audits": audits(cast), "frames": frames(cast),
            "buckets": buckets(cast), "timed": timed.vectors(cast), "progress": progress.vectors(cast)}
    for name, value in made.items():
        path, text = pathlib.Path(folder, name + ".json"), show(plain(value)) + "\n"
        if write:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            wrong.append(path.name)
    wrong += sorted(p.name for p in pathlib.Path(folder).iterdir() if p.stem not in made)
    print(" ".join(wrong) if wrong else f"{len(made)} files agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--write" in sys.argv[2:]))
