"""Generates Python stubs of probe.proto into a folder and imports them."""
import os
import sys

try:
    import grpc  # noqa: F401
    from grpc_tools import protoc
except ImportError as error:
    sys.exit(f"missing: {error}; install the Debian packages python3-grpcio and python3-grpc-tools")


def load(folder):
    here = os.path.dirname(os.path.abspath(__file__))
    arguments = ["protoc", f"-I{here}", f"--python_out={folder}", f"--grpc_python_out={folder}", "probe.proto"]
    if protoc.main(arguments) != 0:
        sys.exit("protoc cannot make Python stubs of probe.proto")
    sys.path.insert(0, folder)
    import probe_pb2
    import probe_pb2_grpc

    return probe_pb2, probe_pb2_grpc
