"""Each fault of the proxy is a fault, and ends when it is mended."""

import socket
import struct
import sys
import threading
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the servers behind it aren't made for Windows")

SHORT_S = 0.3  # for what never comes
LONG_S = 10.0


class Echo:
    """A server that sends back what it gets; it keeps what came."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got = b""
        self.ended = []  # how each connection ended
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    def _echo(self, connection):
        with connection:
            try:
                while data := connection.recv(65_536):
                    self.got += data
                    connection.sendall(data)
            except ConnectionResetError:
                self.ended.append("reset")
            else:
                self.ended.append("closed")


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.listener.close()


@pytest.fixture
def proxy(proxies, echo):
    return proxies(echo)


@pytest.fixture
def connect(proxy):
    """Return ``connect()``, which opens a connection through the proxy."""
    opened = []

    def connect(timeout_s=LONG_S):
        connection = socket.create_connection(("127.0.0.1", proxy.port), timeout_s)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.close()


def ask(connection, data=b"hello", timeout_s=LONG_S):
    """Send, and return what comes back."""
    connection.settimeout(timeout_s)
    connection.sendall(data)
    back = b""
    while len(back) < len(data) and (chunk := connection.recv(len(data) - len(back))):
        back += chunk
    return back


def until(holds):
    deadline = time.monotonic() + LONG_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_passes_on_both_ways_and_counts(proxy, connect, echo):
    one, other = connect(), connect()
    large = bytes(range(256)) * 4_000
    assert ask(one) == b"hello"
    assert ask(other, large) == large
    assert (proxy.accepted, proxy.open) == (2, 2)
    assert proxy.passed == {"up": len(large) + 5, "down": len(large) + 5}
    one.close()
    until(lambda: echo.ended == ["closed"])
    until(lambda: proxy.open == 1)


def test_who_connects_is_refused(proxy, connect):
    open_already = connect()
    assert ask(open_already) == b"hello"
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connect()
    with pytest.raises(ConnectionResetError):
        ask(open_already)
    proxy.mend()
    assert ask(connect()) == b"hello"


def test_a_reset_is_a_reset_at_both_ends(proxy, connect, echo):
    open_already = connect()
    assert ask(open_already) == b"hello"
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        open_already.recv(1)
    until(lambda: echo.ended == ["reset"])
    with pytest.raises(ConnectionResetError):
        ask(connect())
    proxy.mend()
    assert ask(connect()) == b"hello"


def test_what_is_open_can_be_reset_alone(proxy, connect):
    open_already = connect()
    assert ask(open_already) == b"hello"
    proxy.break_open()
    with pytest.raises(ConnectionResetError):
        ask(open_already)
    assert ask(connect()) == b"hello"


def test_a_blackhole_accepts_and_never_answers(proxy, connect, echo):
    open_already = connect()
    proxy.blackhole()
    for connection in (open_already, connect()):
        with pytest.raises(TimeoutError):
            ask(connection, timeout_s=SHORT_S)
    assert echo.got == b""
    proxy.mend()
    open_already.settimeout(LONG_S)
    assert open_already.recv(5) == b"hello", "what was held comes at last, as by TCP's resending"


@pytest.mark.parametrize(("way", "got"), [("up", b""), ("down", b"hello")])
def test_one_direction_alone_can_be_dead(proxy, connect, echo, way, got):
    connection = connect()
    proxy.blackhole(way)
    with pytest.raises(TimeoutError):
        ask(connection, timeout_s=SHORT_S)
    assert echo.got == got


def test_a_stranded_link_stays_half_open_and_new_ones_work(proxy, connect):
    stranded = connect()
    assert ask(stranded) == b"hello"
    proxy.strand()
    assert ask(connect()) == b"hello"
    proxy.mend()
    with pytest.raises(TimeoutError):
        ask(stranded, timeout_s=SHORT_S)
    proxy.break_open()
    with pytest.raises(ConnectionResetError):
        stranded.recv(1)


def test_latency_comes_on_top_each_way(proxy, connect):
    connection = connect()
    proxy.delay(0.2)
    began = time.monotonic()
    assert ask(connection) == b"hello"
    assert 0.4 <= time.monotonic() - began < 5
    proxy.mend()
    began = time.monotonic()
    assert ask(connection) == b"hello"
    assert time.monotonic() - began < 0.4


def test_a_message_is_cut_in_the_middle(proxy, connect):
    connection = connect()
    proxy.cut_after(8)
    assert ask(connection) == b"hello"
    connection.sendall(b"world")
    assert connection.recv(3, socket.MSG_WAITALL) == b"wor"
    with pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert ask(connect()) == b"hello", "the cut is one"


def test_a_client_that_resets_is_passed_on(proxy, connect, echo):
    connection = connect()
    assert ask(connection) == b"hello"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    until(lambda: echo.ended == ["reset"])


def test_without_a_server_behind_it_a_connection_is_reset(proxy, connect, echo):
    echo.listener.shutdown(socket.SHUT_RDWR)
    echo.listener.close()
    with pytest.raises(ConnectionResetError):
        ask(connect())


def test_it_leaves_no_thread(proxy, connect):
    def threads():
        return [thread for thread in threading.enumerate() if thread.name.startswith(f"proxy {proxy.port}")]

    assert ask(connect()) == b"hello"
    proxy.blackhole()
    connect().sendall(b"held")
    until(lambda: len(threads()) == 5)
    proxy.close()
    until(lambda: not threads())
