"""HTTP without a library, to send what no library would send."""
import json
import socket


class Answer:
    def __init__(self, status_code, headers, body):
        self.status_code, self.headers, self.body = status_code, headers, body

    @property
    def text(self):
        return self.body.decode(errors="replace")

    def json(self):
        return json.loads(self.body)


class Headers(dict):
    def __getitem__(self, name):
        return super().__getitem__(name.lower())

    def __contains__(self, name):
        return super().__contains__(name.lower())


def read_answer(connection):
    """One answer, interim ones (1xx) left out; None: the connection was closed without one."""
    stream = connection.makefile("rb")
    while True:
        status_line = stream.readline()
        if not status_line:
            return None
        version, status, _ = status_line.decode().split(" ", 2)
        assert version == "HTTP/1.1"
        headers = Headers()
        while (line := stream.readline().decode().strip()):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if int(status) >= 200:
            body = stream.read(int(headers.get("content-length", "0")))
            return Answer(int(status), headers, body)


def exchange(server, request, half_close=False):
    with server.connect() as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return read_answer(connection)


def post_head(server, *lines, path="/api/v1/recognitions"):
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *lines, "", ""]
    return "\r\n".join(head).encode()


def is_closed(connection, limit):
    """True once the other side has closed; a byte that comes instead is a failure."""
    connection.settimeout(limit)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
