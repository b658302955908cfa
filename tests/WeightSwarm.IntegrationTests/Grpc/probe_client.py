"""One check against a probe service from stock grpcio. Arguments: a folder for stubs, the target, the check's name.

Prints one JSON object: what came back.
"""
import json
import sys

import probe_stubs

import grpc

LIMIT = 100_000


class Checks:
    def __init__(self, messages, stub):
        self.messages = messages
        self.stub = stub

    def request(self, text="", **fields):
        return self.messages.ProbeRequest(text=text, **fields)

    def unary(self):
        return {"text": self.stub.Unary(self.request("one")).text}

    def collect(self):
        return {"text": self.stub.Collect(self.request(text) for text in "abc").text}

    def collect_enough(self):
        return {"text": self.stub.Collect(self.request(text, act="enough") for text in "abc").text}

    def expand(self):
        return {"indices": [reply.index for reply in self.stub.Expand(self.request(count=50))]}

    def chat(self):
        requests = (self.request(str(number)) for number in range(50))
        return {"texts": [reply.text for reply in self.stub.Chat(requests)]}

    def fail(self):
        return self.stub.Unary(self.request("naïve 100 %, 雪\nnext", act="fail"))

    def fail_late(self):
        for _ in self.stub.Expand(self.request("late", act="fail", count=3)):
            pass

    def crash(self):
        return self.stub.Unary(self.request(act="crash"))

    def deadline(self):
        # The handler must have begun when it comes.
        return self.stub.Unary(self.request(act="hang"), timeout=3)

    def cancel(self):
        call = self.stub.Chat(iter([self.request("first"), self.request(act="hang")]))
        next(call)
        call.cancel()
        next(call)

    def metadata(self):
        sent = (("x-text", "a, b"), ("x-data-bin", bytes([0, 1, 255])), ("x-data-bin", b""))
        reply, call = self.stub.Unary.with_call(self.request(act="mirror"), metadata=sent)
        return {"headers": shown(call.initial_metadata()), "trailers": shown(call.trailing_metadata())}

    def large(self):
        data = bytes(range(256)) * 256
        return {"same": self.stub.Unary(self.request(data=data)).data == data, "bytes": len(data)}

    def request_over_limit(self):
        return self.stub.Unary(self.request(data=bytes(LIMIT + 1)))

    def response_over_limit(self):
        return self.stub.Unary(self.request(reply_bytes=LIMIT + 1))

    def compressed(self):
        return self.stub.Unary(self.request("x" * 1000), compression=grpc.Compression.Gzip)


def shown(metadata):
    return [[key, value.hex() if isinstance(value, bytes) else value]
            for key, value in metadata if key.startswith(("x-", "reason-"))]


def main(folder, target, check):
    messages, stubs = probe_stubs.load(folder)
    limit = LIMIT if check == "response_over_limit" else -1
    with grpc.insecure_channel(target, options=[("grpc.max_receive_message_length", limit)]) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=60)
            result = getattr(Checks(messages, stubs.ProbeStub(channel)), check)()
            print(json.dumps({"code": "OK", **result}))
        except grpc.RpcError as error:
            print(json.dumps({
                "code": error.code().name,
                "details": error.details(),
                "trailers": shown(error.trailing_metadata() or ()),
            }))


main(*sys.argv[1:])
