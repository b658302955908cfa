"""A peer written from docs/protocol.md and grpcio alone: joins a network, gossips and reconciles with a daemon.

    peer.py PORT NETWORK_ID_HEX SERVER_CERTIFICATE SERVER_NAME OWN_CERTIFICATE OWN_KEY     (PEM files)

Prints what it saw as JSON; exit code 0 when everything was as the document says.
"""
import json
import os
import queue
import sys
import time

import grpc

import reconcile
import wire

WAIT = 60


def fields(data):
    """Number and value of every field of a message, in order; values are numbers or bytes."""
    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value
    at, found = 0, []
    while at < len(data):
        tag = number()
        if tag & 7 == 0:
            value = number()
        else:
            length = {1: 8, 5: 4}.get(tag & 7) or (number() if tag & 7 == 2 else None)
            value, at = data[at:at + length], at + length
        found.append((tag >> 3, value))
    return found


class Peer:
    def __init__(self, arguments):
        port, network, server, name, certificate, key = arguments
        self.network, self.key = bytes.fromhex(network), wire.Key("weightswarm test key: node")
        read = [open(path, "rb").read() for path in (server, key, certificate)]
        options = [("grpc.ssl_target_name_override", name), ("grpc.enable_http_proxy", 0)]
        channel = grpc.secure_channel(f"127.0.0.1:{port}", grpc.ssl_channel_credentials(*read), options)
        self.sending, self.seen, self.session = queue.Queue(), [], 0
        call = channel.stream_stream("/weightswarm.v1.Gossip/Session", lambda b: b, lambda b: b)
        self.stream = call(iter(self.sending.get, None), timeout=WAIT)

    def send(self, kind, values):
        self.sending.put(wire.message("Frame", {kind: values}))

    def until(self, kind):
        """Reads frames up to the next of that kind; answers pings on the way, as every node must."""
        for frame in self.stream:
            number, value = fields(frame)[0]
            name = wire.MESSAGES["Frame"][number - 1][1]
            self.seen.append(name)
            if name == "ping":
                self.send("pong", {"nonce": dict(fields(value)).get(1, 0), "unix_ms": int(time.time() * 1000)})
            if name == kind:
                return fields(value)
        raise EOFError(f"the stream ended before a frame '{kind}'; seen: {self.seen}")

    def reconciled(self, salt, ranges):
        """The ranges of the answer to a message of a session of its own."""
        self.session += 1
        self.send("reconcile", {"session": self.session, "salt": salt, "ranges": reconcile.write(ranges)})
        while True:
            answer = self.until("reconcile")
            if (4, 1) in answer and (1, self.session.to_bytes(8, "little")) in answer:
                return [value for number, value in answer if number == 3]

    def record(self, kind, body, subject=b""):
        now = int(time.time() * 1000)
        data = wire.signed_bytes(self.network, self.key.spki, kind, subject, now, now, 30, body)
        return wire.sha256(data), wire.message("Envelope", {
            "author": self.key.spki, "kind": kind, "subject": subject, "seq": now, "issued_ms": now, "ttl_s": 30,
            "body": body, "signature": self.key.sign(data)})

    def id_of(self, envelope):
        f = dict(fields(envelope))
        return wire.sha256(wire.signed_bytes(self.network, f[1], f[2], f.get(3, b""), f[4], f[5], f[6], f.get(7, b"")))


def listed(peer, salt):
    """The ids that the daemon has: it says them to a fingerprint that is none of its."""
    ranges = peer.reconciled(salt, [(reconcile.START, None, "fingerprint", bytes(12))])
    assert len(ranges) == 1, ranges
    ids = dict(fields(ranges[0]))[5]
    return [ids[i:i + 32] for i in range(0, len(ids), 32)]


def main(arguments):
    peer = Peer(arguments)
    peer.send("hello", {"network_id": peer.network, "protocol": 2, "version": "a second implementation"})
    hello = dict(peer.until("hello"))
    assert hello[1] == peer.network and hello[2] == 1, hello
    # A node record, and one of a kind that the daemon does not know; then both are asked for again.
    sent = [peer.record(3, wire.message("Node", {"version": "2"}) + wire.field(200, "s", "later")),
            peer.record(999, b"what this is, a later version knows", b"subject")]
    peer.send("push", {"envelopes": [envelope for _, envelope in sent]})
    peer.send("want", {"ids": b"".join(identity for identity, _ in sent)})
    back = [value for number, value in peer.until("push") if number == 1]
    assert back == [envelope for _, envelope in sent], "the records did not come back byte for byte"
    # An empty set against the daemon's, which pushes all that it has and has nothing to add.
    salt = os.urandom(16)
    empty = reconcile.Side([]).expand(reconcile.key(salt), reconcile.START, None, 0, 0)
    assert not peer.reconciled(salt, empty), "the daemon has something to say to an empty list"
    # The daemon renews its records every few seconds: what was listed may be gone when it is asked for.
    settled = False
    for _ in range(10):
        ids = listed(peer, salt)
        assert ids == sorted(ids) and all(identity in ids for identity, _ in sent), "its own records are not listed"
        peer.send("want", {"ids": b"".join(ids)})
        got = [peer.id_of(value) for number, value in peer.until("push") if number == 1]
        assert set(got) <= set(ids), "what came is not what the ids name"
        # The fingerprint of all these, by the formula alone, settles the whole.
        right = [(reconcile.START, None, "fingerprint", reconcile.fingerprint(reconcile.key(salt), ids))]
        # What a renewal keeps comes behind it.
        settled = sorted(got) == ids and not peer.reconciled(salt, right)
        if settled:
            break
    peer.send("close", {"reason": "done"})
    peer.sending.put(None)
    print(json.dumps({"id": wire.base32(peer.key.id), "records": len(ids), "settled": settled, "seen": peer.seen}))
    return 0 if settled else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
