#!/usr/bin/python3
"""A stock libtorrent client on loopback, with one peer given by its port.

fetch SOURCE FOLDER PORT   downloads a .torrent, or a magnet link, from 127.0.0.1:PORT, then ends
seed TORRENT FOLDER PORT   seeds the files in FOLDER to 127.0.0.1:PORT until stdin closes
"""

import select
import sys
import time

import libtorrent


def make_session():
    return libtorrent.session({
        "listen_interfaces": "127.0.0.1:0",
        "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
        "allow_multiple_connections_per_ip": True,
        # Between two ends of one machine uTP stalls.
        "enable_outgoing_utp": False, "enable_incoming_utp": False,
    })


def make_params(source, folder):
    if source.startswith("magnet:"):
        params = libtorrent.parse_magnet_uri(source)
    else:
        params = libtorrent.add_torrent_params()
        params.ti = libtorrent.torrent_info(source)
    params.save_path = folder
    return params


def fetch(torrent, peer):
    while not torrent.status().is_seeding:
        torrent.connect_peer(peer)
        time.sleep(0.2)
    hashes = torrent.torrent_file().info_hashes()
    print("v1" if hashes.has_v1() else "", "v2" if hashes.has_v2() else "")


def seed(torrent, peer):
    while not torrent.status().is_seeding:
        time.sleep(0.1)
    print("seeding", flush=True)
    while not select.select([sys.stdin], [], [], 0.3)[0]:
        torrent.connect_peer(peer)


def main():
    verb, source, folder, port = sys.argv[1:]
    session = make_session()
    torrent = session.add_torrent(make_params(source, folder))
    {"fetch": fetch, "seed": seed}[verb](torrent, ("127.0.0.1", int(port)))


if __name__ == "__main__":
    main()
