"""A wide area network between namespaces: packets are delayed, lost and cut off.

Each machine gets a TUN device; it is made here, and moved into the machine's namespace by whoever started this. The
kernel's own netem would do, where it is built; this works wherever there is /dev/net/tun.

Usage: wan.py DEVICE=ADDRESS...       prints "ready"; then reads commands, and answers each with one line:
  link A B MS JITTER                  packets between machines A and B take MS and up to JITTER more, each way
  loss PER_THOUSAND                   of all packets are lost
  sides S0 S1 ...                     machines with equal numbers reach each other
  sent PORT                           bytes of TCP from or to that port that each machine has sent
"""
import fcntl
import heapq
import os
import random
import selectors
import socket
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
TCP, LARGEST = 6, 65536


class Wan:
    def __init__(self, machines):
        self.devices = [open_tun(name) for name, _ in machines]
        self.machine_of = {socket.inet_aton(address): i for i, (_, address) in enumerate(machines)}
        count = len(machines)
        self.delay = [[(0.0, 0.0)] * count for _ in range(count)]
        self.free_at = [[0.0] * count for _ in range(count)]
        self.sides = [0] * count
        self.loss = 0.0
        self.random = random.Random(1)
        self.sent = [{} for _ in range(count)]
        self.under_way = []
        self.number = 0

    def take(self, source):
        while True:
            try:
                packet = os.read(self.devices[source], LARGEST)
            except BlockingIOError:
                return
            self.carry(source, packet)

    def carry(self, source, packet):
        if packet[0] >> 4 != 4:
            return
        self.count(source, packet)
        target = self.machine_of.get(packet[16:20])
        if target is None or self.sides[source] != self.sides[target] or self.random.random() < self.loss:
            return
        base, jitter = self.delay[source][target]
        # Packets of one way stay in order.
        at = max(time.monotonic() + base + self.random.random() * jitter, self.free_at[source][target])
        self.free_at[source][target] = at
        self.number += 1
        heapq.heappush(self.under_way, (at, self.number, target, packet))

    def count(self, source, packet):
        if packet[9] != TCP:
            return
        head = (packet[0] & 15) * 4
        for port in set(struct.unpack_from('!HH', packet, head)):
            self.sent[source][port] = self.sent[source].get(port, 0) + len(packet)

    def deliver(self):
        now = time.monotonic()
        while self.under_way and self.under_way[0][0] <= now:
            _, _, target, packet = heapq.heappop(self.under_way)
            try:
                os.write(self.devices[target], packet)
            except OSError:
                pass  # A device that is not up loses what comes, as a cable that is not plugged in does.

    def wait(self):
        return max(0.0, self.under_way[0][0] - time.monotonic()) if self.under_way else None

    def obey(self, words):
        if words[0] == 'link':
            a, b, base, jitter = (int(word) for word in words[1:])
            self.delay[a][b] = self.delay[b][a] = (base / 1000, jitter / 1000)
        elif words[0] == 'loss':
            self.loss = int(words[1]) / 1000
        elif words[0] == 'sides':
            self.sides = [int(word) for word in words[1:]]
        elif words[0] == 'sent':
            return 'sent ' + ' '.join(str(sent.get(int(words[1]), 0)) for sent in self.sent)
        else:
            raise SystemExit(f'unknown command {words[0]}')
        return 'done'


def open_tun(name):
    device = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def main():
    wan = Wan([argument.split('=') for argument in sys.argv[1:]])
    selector = selectors.DefaultSelector()
    for machine, device in enumerate(wan.devices):
        selector.register(device, selectors.EVENT_READ, machine)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    print('ready', flush=True)
    number = 0
    while True:
        for key, _ in selector.select(wan.wait()):
            if key.data is not None:
                wan.take(key.data)
                continue
            line = sys.stdin.readline()
            if not line:
                return
            number += 1
            print(number, wan.obey(line.split()), flush=True)
        wan.deliver()


main()
