"""Hashes a folder as libtorrent's own creation of a hybrid torrent does. hash_with_libtorrent.py FOLDER PIECE_LENGTH"""

import os
import sys

import libtorrent as lt

folder = sys.argv[1]
storage = lt.file_storage()
lt.add_files(storage, folder)
torrent = lt.create_torrent(storage, int(sys.argv[2]))
lt.set_piece_hashes(torrent, os.path.dirname(folder))
info = lt.torrent_info(lt.bencode(torrent.generate()))
print(info.info_hashes().v1, info.info_hashes().v2)
