"""A BitTorrent peer of libtorrent's own Python client: libtorrent_peer.py TORRENT FOLDER ADDRESS

Its settings are libtorrent's defaults, but that nothing leaves the machine and that uTP, which stalls over loopback,
is off. Says "port N", "ready" (its folder is checked), "progress 0.5" every half second, and "finished" when every
byte is in the files. Reads "connect ADDRESS PORT", "rest" (closes its files) and "wake" from stdin; ends at its end."""
import os
import sys
import threading
import time

import libtorrent as lt

torrent_file, folder, address = sys.argv[1:]
session = lt.session({
    "listen_interfaces": address + ":0",
    "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
    "enable_outgoing_utp": False, "enable_incoming_utp": False,
    "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.storage_notification
    | lt.alert.category_t.error_notification,
})
torrent = session.add_torrent({"ti": lt.torrent_info(torrent_file), "save_path": folder})
torrent.unset_flags(lt.torrent_flags.auto_managed)
torrent.resume()


def say(*words):
    print(*words, flush=True)


def commands():
    for line in sys.stdin:
        command = line.split()
        if command[0] == "connect":
            torrent.connect_peer((command[1], int(command[2])))
        elif command[0] == "rest":
            torrent.pause()
        else:
            torrent.resume()
    os._exit(0)


while session.listen_port() == 0:
    time.sleep(0.01)
say("port", session.listen_port())
threading.Thread(target=commands, daemon=True).start()
ready = finished = False
said = 0.0
while True:
    session.wait_for_alert(100)
    for alert in session.pop_alerts():
        ready = ready or isinstance(alert, lt.torrent_checked_alert)
        if isinstance(alert, lt.torrent_checked_alert):
            say("ready")
        elif isinstance(alert, lt.torrent_paused_alert):
            say("resting")
        elif isinstance(alert, lt.torrent_finished_alert) and ready and not finished:
            finished = True
            torrent.flush_cache()
        elif isinstance(alert, lt.cache_flushed_alert) and finished:
            say("finished")
        elif isinstance(alert, (lt.file_error_alert, lt.torrent_error_alert)):
            say("error", alert.message())
    if ready and not finished and time.monotonic() - said > 0.5:
        said = time.monotonic()
        say("progress", torrent.status().progress)
