"""The probe service on stock grpcio. Arguments: a folder for stubs, the address to listen on.

Prints the port once it listens, then "waiting" and "cancelled" for each call that waits. Ends when stdin closes.
"""
import sys
import threading
from concurrent import futures

import probe_stubs

import grpc

LIMIT = 100_000


def main(folder, address):
    messages, stubs = probe_stubs.load(folder)

    class Probe(stubs.ProbeServicer):
        def Unary(self, request, context):
            act(request, context)
            return reply(request, 0)

        def Collect(self, request_iterator, context):
            texts = []
            for request in request_iterator:
                act(request, context)
                texts.append(request.text)
                if request.act == "enough":
                    break
            return messages.ProbeReply(text=",".join(texts), index=len(texts))

        def Expand(self, request, context):
            for index in range(request.count):
                yield reply(request, index)
            act(request, context)

        def Chat(self, request_iterator, context):
            for index, request in enumerate(request_iterator):
                act(request, context)
                yield reply(request, index)

    def reply(request, index):
        data = bytes(request.reply_bytes) if request.reply_bytes else request.data
        return messages.ProbeReply(text=request.text, data=data, index=index)

    def act(request, context):
        if request.act == "fail":
            context.set_trailing_metadata((("reason-bin", bytes([0, 255, 7])),))
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, request.text)
        elif request.act == "crash":
            raise ValueError("crash")
        elif request.act == "hang":
            ended = threading.Event()
            context.add_callback(ended.set)
            print("waiting", flush=True)
            ended.wait()
            print("cancelled", flush=True)
        elif request.act == "mirror":
            mirrored = [item for item in context.invocation_metadata() if item[0].startswith("x-")]
            context.send_initial_metadata(mirrored)
            context.set_trailing_metadata(mirrored)
        elif request.act == "deadline":
            left = context.time_remaining()
            context.send_initial_metadata((("x-left", "none" if left is None or left > 1e9 else str(int(left))),))

    server = grpc.server(futures.ThreadPoolExecutor(16), options=[
        ("grpc.max_receive_message_length", LIMIT), ("grpc.max_send_message_length", LIMIT)])
    stubs.add_ProbeServicer_to_server(Probe(), server)
    port = server.add_insecure_port(address)
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(0)


main(*sys.argv[1:])
