"""Messages between two processes: whole, within bounds, and none for whoever does not send one."""

from __future__ import annotations

import socket
import struct
import threading
import time
from math import inf
from typing import TYPE_CHECKING

import pytest

from belljar.runtime._channel import Channel
from belljar.safety._lockdown import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

LONGEST = 5 << 20


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_messages_of_every_size_arrive_whole_and_in_order(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = (Channel(end.fileno(), bounded, LONGEST) for end, bounded in zip(ends, (True, False), strict=True))
    sizes = [0, 1, 7, 1016, 1017, 16_376, 16_377, 1 << 20, LONGEST, 3]
    messages = [bytes([number]) * size for number, size in enumerate(sizes)]

    def send() -> None:
        for message in messages:
            theirs.send(message, inf)

    sender = threading.Thread(target=send)
    sender.start()
    got = [ours.receive(time.monotonic() + 60) for _ in messages]
    sender.join()
    assert got == messages


def test_a_message_that_comes_in_drops_is_put_together(ends: tuple[socket.socket, socket.socket]) -> None:
    ours = Channel(ends[0].fileno(), True, LONGEST)
    data = struct.pack("<II", 3, 0) + b"abc" + struct.pack("<II", 2, 1 << 31) + b"de"  # whatever core it says

    def drip() -> None:
        for place in range(len(data)):
            ends[1].sendall(data[place : place + 1])

    dripping = threading.Thread(target=drip)
    dripping.start()
    assert ours.receive(time.monotonic() + 60) == b"abc"
    assert ours.receive(time.monotonic() + 60) == b"de"
    dripping.join()


def test_what_is_no_message_is_an_error(ends: tuple[socket.socket, socket.socket]) -> None:
    ours = Channel(ends[0].fileno(), True, LONGEST)
    with pytest.raises(TimeoutError):
        ours.receive(time.monotonic())
    with pytest.raises(ValueError, match="more than a message may hold"):
        ours.send(bytes(LONGEST + 1), inf)
    ends[1].sendall(struct.pack("<II", LONGEST + 1, 0))
    with pytest.raises(ValueError, match="more than a message may hold"):
        ours.receive(inf)
    again = Channel(ends[0].fileno(), True, LONGEST)
    ends[1].sendall(struct.pack("<II", 100, 0) + b"not a hundred")
    with pytest.raises(TimeoutError):
        again.receive(time.monotonic())
    ends[1].close()
    with pytest.raises(EOFError):
        again.receive(inf)


def test_a_closed_channel_touches_no_socket(ends: tuple[socket.socket, socket.socket]) -> None:
    ours = Channel(ends[0].fileno(), True, LONGEST)
    ends[1].sendall(struct.pack("<II", 1, 0) + b"x")
    ours.close()
    with pytest.raises(OSError, match="broken"):
        ours.receive(inf)
    with pytest.raises(OSError, match="broken"):
        ours.send(b"x", inf)
    assert len(ends[0].recv(100)) == 9


def test_who_does_not_read_is_not_waited_for(ends: tuple[socket.socket, socket.socket]) -> None:
    ours = Channel(ends[0].fileno(), True, LONGEST)
    with pytest.raises(TimeoutError):
        ours.send(bytes(LONGEST), time.monotonic())
    ends[1].close()
    with pytest.raises(OSError, match="broken"):
        ours.send(b"anything", inf)
