"""Memory at rest stays where it is, whatever good and bad requests come."""
import base64
import itertools
import time

import pytest

import drawn_pictures
import glyphd_server

RECOGNITIONS = "/api/v1/recognitions"
UNKNOWN_ID = "0192f0c1-2345-7abc-8def-0123456789ab"
REQUESTS = 10_000
ALLOWED_KIB = 1024
RAW = {"Content-Type": "image/png"}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
JSON = {"Content-Type": "application/json"}
KEPT_PICTURES = glyphd_server.SOURCE / "tests" / "data" / "pictures"


def part(content, name="image"):
    return b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)


def uploads():
    """(body, headers, expected status)."""
    picture = drawn_pictures.png("4711")
    files = [make(drawn_pictures.draw("47")) for make, _ in drawn_pictures.FILES.values()]
    files.append((KEPT_PICTURES / "rgb.heic").read_bytes())
    end = b"--b--\r\n"
    yield from ((file, RAW, 201) for file in files)
    yield from ((file[:len(file) * 2 // 3], RAW, 422) for file in files)
    yield part(picture) + end, FORM, 201
    yield part(picture) * 5 + end, FORM, 201
    yield b'{"image":"' + base64.b64encode(picture) + b'"}', JSON, 201
    yield b"", RAW, 400
    yield b"no picture", RAW, 415
    yield bytes(1 << 20), RAW, 415
    yield picture, {"Content-Type": "text/plain"}, 415
    yield part(picture), {"Content-Type": "multipart/form-data"}, 400
    yield part(picture, "file") + end, FORM, 400
    yield part(picture), FORM, 400
    yield part(b"x", "field") * 10_000 + part(picture) + end, FORM, 413
    yield b'{"image":"!!!"}', JSON, 400
    yield b"[" * 100_000, JSON, 400
    yield b"{", JSON, 400
    yield drawn_pictures.png_of_any_size(60_000, 60_000), RAW, 422
    yield drawn_pictures.png("12", cell=400, pen=30), RAW, 201
    yield picture, {**RAW, "Idempotency-Key": "bad key"}, 400


def requests_of_the_list():
    """Functions of (session, number) that send one request and check its status."""
    def upload(body, headers, status):
        return lambda session, number: session.post(RECOGNITIONS, data=body, headers=headers).status_code == status

    def fetch(path, status):
        return lambda session, number: session.get(path).status_code == status

    def once(session, number):
        response = session.post(RECOGNITIONS, data=drawn_pictures.numbered_png(1),
                                headers={"Idempotency-Key": f"number-{number % 100}"})
        return response.status_code == 201

    def come_and_go(session, number):
        record = session.post(RECOGNITIONS, data=drawn_pictures.numbered_png(number)).json()
        path = f"{RECOGNITIONS}/{record['id']}"
        session.get(path + "/image")
        session.put(path + "/correction", json={"text": "1"})
        return session.delete(path).status_code == 204

    return [upload(*each) for each in uploads()] + [
        fetch(RECOGNITIONS + "?limit=5", 200), fetch(RECOGNITIONS + "?color=red", 400),
        fetch(RECOGNITIONS + "?cursor=forged", 400), fetch("/nothing", 404), fetch("/metrics", 200),
        fetch("/upload", 405), fetch(f"{RECOGNITIONS}/{UNKNOWN_ID}", 404), fetch(RECOGNITIONS + "/x", 404),
        fetch("/readyz", 200), fetch("/openapi.json", 200), once, come_and_go]


def memory_at_rest(server):
    server.session.close()
    glyphd_server.wait_until(lambda: server.metric("glyphd_memory_reserved_bytes") == 0, "memory to be free")
    time.sleep(1)
    return server.memory_kib("VmRSS")


@pytest.mark.skipif(glyphd_server.UNDER_ASAN, reason="ASan keeps what was freed")
def test_memory_at_rest_does_not_grow_over_ten_thousand_requests(start):
    server = start("--log-level", "warning")
    mix = requests_of_the_list()
    for number, send in enumerate(mix):
        assert send(server.session, number), number
    before = memory_at_rest(server)
    for number, send in zip(range(REQUESTS), itertools.cycle(mix)):
        assert send(server.session, number), number % len(mix)
    growth = memory_at_rest(server) - before
    assert growth < ALLOWED_KIB, f"{before} KiB grew by {growth}"
