#!/usr/bin/python3
"""Writes pickles of many shapes into a folder, and prints for each one a line: file, tab, what loading it would import.

What would be imported is what Python's own unpickler asks for; nothing is imported, for it gets a stand-in each time.
"""

import collections
import io
import os
import pathlib
import pickle
import pickletools
import random
import struct
import sys
import zipfile

HARMLESS = {"collections.OrderedDict", "builtins.set", "builtins.frozenset", "builtins.bytearray", "builtins.complex",
            "__builtin__.set", "__builtin__.frozenset", "__builtin__.bytearray", "__builtin__.complex",
            "_codecs.encode"}


class Call:
    """Pickles as a call of any callable."""

    def __init__(self, *reduced):
        self.reduced = reduced

    def __reduce__(self):
        return self.reduced


class Plain:
    def __init__(self, value):
        self.value = value


class StandIn:
    """Is every class and every function, and takes part in everything."""

    def __new__(cls, *arguments, **named):
        return object.__new__(cls)

    def __init__(self, *arguments, **named):
        self.items = []

    def __call__(self, *arguments, **named):
        return StandIn()

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass


class Recorder(pickle._Unpickler):
    def __init__(self, file):
        super().__init__(file)
        self.asked = set()

    def find_class(self, module, name):
        self.asked.add(f"{module}.{name}")
        return StandIn

    def persistent_load(self, key):
        return StandIn()


def value(source, depth=0):
    leaves = [
        lambda: None, lambda: True, lambda: source.randrange(-2**70, 2**70), lambda: source.randrange(300),
        lambda: source.random(), lambda: "text " * source.randrange(80), lambda: "os", lambda: "système\n",
        lambda: bytes(source.randrange(400)), lambda: bytearray(9), lambda: 1j,
        lambda: source.choice(["eval", "builtins"]),
    ]
    if depth > 3 or source.random() < 0.3:
        return source.choice(leaves)()
    some = [value(source, depth + 1) for _ in range(source.randrange(6))]
    keys = [f"layer.{source.randrange(9)}.{i}" for i in range(len(some))]
    return source.choice([
        lambda: some, lambda: tuple(some), lambda: dict(zip(keys, some)), lambda: set(keys), lambda: frozenset(keys),
        lambda: collections.OrderedDict(zip(keys, some)), lambda: [some, some, keys], lambda: Plain(some),
        lambda: Call(os.system, ("id",)), lambda: Call(eval, ("1",)), lambda: Call(getattr, (some, "x"), None),
        lambda: Call(collections.OrderedDict, (), {"state": some}),
    ])()


def pickled(source):
    protocol = source.randrange(6)
    buffer = io.BytesIO()
    pickler = source.choice([pickle.Pickler, pickle._Pickler])(buffer, protocol)
    pickler.fast = False
    pickler.dump(value(source))
    data = buffer.getvalue()
    return pickletools.optimize(data) if source.random() < 0.2 else data


def main():
    folder, seed, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    source = random.Random(seed)
    for number in range(count):
        data = pickled(source)
        recorder = Recorder(io.BytesIO(data))
        recorder.load()
        wrap = source.randrange(4)
        path = folder / f"{number}.{'pkl' if wrap else 'pt'}"
        if wrap:
            path.write_bytes(data)
        else:
            with zipfile.ZipFile(path, "w", source.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
                with archive.open("archive/data.pkl", "w", force_zip64=source.random() < 0.5) as member:
                    member.write(data)
                archive.writestr("archive/data/0", struct.pack("<I", number))
        print(f"{path.name}\t{','.join(sorted(recorder.asked - HARMLESS))}")


if __name__ == "__main__":
    main()
