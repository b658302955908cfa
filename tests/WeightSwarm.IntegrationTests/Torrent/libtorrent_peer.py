"""A BitTorrent peer on 127.0.0.1, for tests: libtorrent_peer.py TORRENT FOLDER

Prints "port N", then "finished" when it has all pieces. Reads "connect PORT" from stdin; ends at its end."""
import os
import sys
import threading
import time

import libtorrent as lt

session = lt.session({
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
    "enable_outgoing_utp": False, "enable_incoming_utp": False,
    "allow_multiple_connections_per_ip": True,
    "alert_mask": lt.alert.category_t.all_categories,
})
torrent = session.add_torrent({"ti": lt.torrent_info(sys.argv[1]), "save_path": sys.argv[2]})
while session.listen_port() == 0:
    time.sleep(0.01)
print("port", session.listen_port(), flush=True)


def commands():
    for line in sys.stdin:
        torrent.connect_peer(("127.0.0.1", int(line.split()[1])))
    os._exit(0)


threading.Thread(target=commands, daemon=True).start()
said = False
while True:
    session.wait_for_alert(1000)
    session.pop_alerts()
    if not said and torrent.status().is_seeding:
        torrent.flush_cache()
        print("finished", flush=True)
        said = True
