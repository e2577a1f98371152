"""stomp_py.py PORT TOKEN TOKEN: two users of the stomp.py library meet on a broker. Ends with 0 if all was well."""
import sys
import threading

import stomp

PATIENCE = 30
TOPIC = "/topic/open/python"


class Listener(stomp.ConnectionListener):
    def __init__(self):
        self.changed = threading.Condition()
        self.messages, self.receipts, self.errors, self.gone = [], [], [], 0

    def note(self, add):
        with self.changed:
            add()
            self.changed.notify_all()

    def on_message(self, frame):
        self.note(lambda: self.messages.append(frame.body))

    def on_receipt(self, frame):
        self.note(lambda: self.receipts.append(frame.headers["receipt-id"]))

    def on_error(self, frame):
        self.note(lambda: self.errors.append((frame.headers, frame.body)))

    def on_disconnected(self):
        def add():
            self.gone += 1
        self.note(add)

    def wait(self, what, condition):
        with self.changed:
            assert self.changed.wait_for(lambda: self.errors or condition(), PATIENCE), "waited in vain for " + what
            assert not self.errors, self.errors


class User:
    def __init__(self, kind, port, token, **options):
        self.listener, self.token = Listener(), token
        self.connection = kind([("127.0.0.1", port)], **options)
        self.connection.set_listener("", self.listener)

    def enter(self):
        self.connection.connect("user", self.token, wait=True)
        receipt = "in-%d" % len(self.listener.receipts)
        self.connection.subscribe(TOPIC, id="1", headers={"receipt": receipt})
        self.listener.wait("the RECEIPT of SUBSCRIBE", lambda: receipt in self.listener.receipts)

    def send(self, body):
        self.connection.send(TOPIC, body, content_type="application/octet-stream")


def main():
    port = int(sys.argv[1])
    # Bodies stay octets, so that binary ones can be sent.
    alice = User(stomp.Connection12, port, sys.argv[2], auto_decode=False, heartbeats=(1000, 1000))
    bob = User(stomp.Connection11, port, sys.argv[3], auto_decode=False)
    alice.enter()
    bob.enter()

    bodies = []
    for i in range(200):
        sender = alice if i % 2 else bob
        text = "%d grüße 你好 🌍\n\\n:" % i
        body = text.encode() if i % 4 else bytes(range(256)) * (i % 8) + b"%d" % i
        bodies.append(body)
        sender.send(body)
    for user in (alice, bob):
        user.listener.wait("200 messages", lambda: len(user.listener.messages) == 200)
        assert sorted(user.listener.messages) == sorted(bodies)
        # In the order in which each of the two sent them.
        for parity in (0, 1):
            assert [m for m in user.listener.messages if m in bodies[parity::2]] == bodies[parity::2]

    alice.connection.send(TOPIC, "with a receipt", headers={"receipt": "r1"})
    alice.listener.wait("the RECEIPT of SEND", lambda: "r1" in alice.listener.receipts)

    # Silence for longer than the heart-beats agreed on: both sides keep their promise, so nobody leaves.
    with alice.listener.changed:
        assert not alice.listener.changed.wait_for(lambda: alice.listener.gone > 0, 5), "the heart-beats failed"

    bob.connection.disconnect(receipt="bye")
    bob.listener.wait("the end", lambda: bob.listener.gone > 0)
    bob.enter()
    alice.send(b"welcome back")
    bob.listener.wait("a message after coming back", lambda: b"welcome back" in bob.listener.messages)
    for user in (alice, bob):
        user.connection.disconnect()


main()
