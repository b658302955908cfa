"""Makes a hybrid torrent of a folder with libtorrent's own code, as any user of libtorrent would.

make_torrent.py FOLDER NAME PIECE_LENGTH OUT    writes the torrent, prints both info-hashes
make_torrent.py --read TORRENT                  reads a torrent, prints both info-hashes and every path
"""

import os
import sys

import libtorrent as lt


def show(info):
    print(info.info_hashes().v1, info.info_hashes().v2)


def make(folder, name, piece_length, out):
    storage = lt.file_storage()
    for parent, _, names in os.walk(folder):
        for file in names:
            path = os.path.join(parent, file)
            storage.add_file(os.path.join(name, os.path.relpath(path, folder)), os.path.getsize(path))
    torrent = lt.create_torrent(storage, piece_length)
    # libtorrent looks for the files under the torrent's name.
    link = os.path.join(out + ".d", name)
    os.makedirs(os.path.dirname(link))
    os.symlink(folder, link)
    lt.set_piece_hashes(torrent, os.path.dirname(link))
    with open(out, "wb") as file:
        file.write(lt.bencode(torrent.generate()))
    show(lt.torrent_info(out))


def read(path):
    info = lt.torrent_info(path)
    show(info)
    files = info.files()
    for i in range(files.num_files()):
        if not files.file_flags(i) & lt.file_flags_t.flag_pad_file:
            print(files.file_path(i))


if sys.argv[1] == "--read":
    read(sys.argv[2])
else:
    make(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
