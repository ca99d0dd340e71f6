"""Whatever is sent, it is answered with what was wrong, and the next picture is read."""
import base64
import json
import random
import re
import socket
import struct
import subprocess
import time

import httpx
import pytest
import requests
from PIL import Image

import answers
import drawn_pictures
import glyphd_server
import raw_socket

RECOGNITIONS = "/api/v1/recognitions"
MIB = 1 << 20
PICTURE = drawn_pictures.png("7")
KEPT_PICTURES = glyphd_server.SOURCE / "tests" / "data" / "pictures"
UNKNOWN_ID = "0192f0c1-2345-7abc-8def-0123456789ab"


@pytest.fixture(autouse=True)
def the_next_picture_is_read(request):
    """After whatever a test did, the same process still reads."""
    yield
    if "server" in request.fixturenames:
        server = request.getfixturevalue("server")
        assert answers.check_created(server.upload(PICTURE))["text"] == "7"


def post(server, body, content_type="image/png"):
    return server.session.post(RECOGNITIONS, data=body, headers={"Content-Type": content_type})


def post_json(server, body):
    return post(server, body, "application/json")


def form(*parts, boundary="frontier", end=True):
    """A multipart body of (header lines, content)."""
    body = b"".join(b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head.encode(), content)
                    for head, content in parts)
    return body + (b"--%s--\r\n" % boundary.encode() if end else b"")


def post_form(server, body, content_type="multipart/form-data; boundary=frontier"):
    return post(server, body, content_type)


def image_part(content, name="image"):
    return f'Content-Disposition: form-data; name="{name}"; filename="a.png"', content


# --- No picture ---


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", "application/json",
                                          "multipart/form-data; boundary=frontier"])
def test_an_empty_body_is_400(server, content_type):
    answers.check_problem(post(server, b"", content_type), 400)


def test_an_empty_part_is_400(server):
    answers.check_problem(post_form(server, form(image_part(b""))), 400)


def test_an_empty_part_among_several_is_named(server):
    body = form(image_part(PICTURE), image_part(b""))
    assert answers.check_problem(post_form(server, body), 400)["part"] == 2


@pytest.mark.parametrize("body", [b"hello", b"\0", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7\n",
                                  b"PK\3\4" + bytes(100), bytes(100_000), random.Random(1).randbytes(5000)])
def test_what_is_no_picture_is_415(server, body):
    answers.check_problem(post(server, body), 415)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "video/mp4",
                                          "multipart/mixed; boundary=frontier", "image", "nonsense"])
def test_a_request_of_another_type_is_415_and_told_which_are_taken(server, content_type):
    answers.check_problem(post(server, PICTURE, content_type), 415, "multipart/form-data",
                          "application/json", "image/*", "application/octet-stream")


# --- Damaged pictures ---

WHOLE_FILES = {
    **{name: make(drawn_pictures.draw("4711")) for name, (make, _) in drawn_pictures.FILES.items()},
    "HEIC": (KEPT_PICTURES / "rgb.heic").read_bytes(),
}
ONE_OF_EACH = ["grey PNG", "JPEG", "progressive JPEG", "WebP", "lossless WebP with alpha", "GIF", "BMP",
               "TIFF", "LZW TIFF", "HEIC"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_truncated_picture_is_422(server, name, share):
    whole = WHOLE_FILES[name]
    answers.check_problem(post(server, whole[:int(len(whole) * share)]), 422)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_picture_of_which_only_the_start_came_is_refused(server, name):
    for length in (1, 2, 4, 8, 12, 16, 24, 32, 48):
        response = post(server, WHOLE_FILES[name][:length])
        assert response.status_code in (415, 422)
        answers.check_problem(response, response.status_code)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_corrupt_picture_is_read_or_refused_but_never_our_fault(server, name):
    chance = random.Random(name)
    for _ in range(25):
        damaged = bytearray(WHOLE_FILES[name])
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        response = post(server, bytes(damaged))
        if response.status_code == 201:
            answers.check_created(response)
        else:
            assert response.status_code in (415, 422), response.text
            answers.check_problem(response, response.status_code)


def test_a_png_whose_pixels_fail_their_checksum_is_422(server):
    damaged = bytearray(PICTURE)
    damaged[damaged.index(b"IDAT") + 20] ^= 0xFF
    answers.check_problem(post(server, bytes(damaged)), 422)


# --- Too large ---

BEYOND_THE_LIMIT = 20 * MIB


def limit_is_named(problem):
    answers.check_problem_body(problem, 413)
    assert str(16 * MIB) in problem["detail"]


@pytest.mark.parametrize("expect", [{}, {"Expect": "100-continue"}])
def test_requests_is_told_413_while_it_still_sends(server, expect):
    response = server.session.post(RECOGNITIONS, data=bytes(BEYOND_THE_LIMIT),
                                   headers={"Content-Type": "image/png", **expect})
    answers.check_problem(response, 413, str(16 * MIB))


def test_requests_is_told_413_while_it_still_sends_a_chunked_body(server):
    response = server.session.post(RECOGNITIONS, data=(bytes(MIB) for _ in range(24)),
                                   headers={"Content-Type": "image/png"})
    answers.check_problem(response, 413, str(16 * MIB))


def test_requests_is_told_413_for_a_large_form(server):
    answers.check_problem(server.session.post(RECOGNITIONS, files={"image": bytes(BEYOND_THE_LIMIT)}), 413)


@pytest.mark.parametrize("expect", [{}, {"Expect": "100-continue"}])
@pytest.mark.parametrize("chunked", [False, True])
def test_httpx_is_told_413_while_it_still_sends(server, expect, chunked):
    content = (bytes(MIB) for _ in range(24)) if chunked else bytes(BEYOND_THE_LIMIT)
    response = httpx.post(server.base + RECOGNITIONS, content=content, trust_env=False,
                          headers={"Content-Type": "image/png", **expect}, timeout=glyphd_server.PATIENCE)
    answers.check_problem(response, 413, str(16 * MIB))


@pytest.mark.parametrize("flags", [["-H", "Expect:"], ["-H", "Expect: 100-continue"],
                                   ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"],
                                   ["-H", "Expect: 100-continue", "-H", "Transfer-Encoding: chunked"]])
def test_curl_is_told_413_while_it_still_sends(server, tmp_path, flags):
    file = tmp_path / "large"
    file.write_bytes(bytes(64 * MIB))
    said = subprocess.run(["curl", "-sS", "-H", "Content-Type: image/png", *flags, "--data-binary",
                           f"@{file}", server.base + RECOGNITIONS], capture_output=True,
                          timeout=glyphd_server.PATIENCE)
    assert said.returncode == 0, said.stderr
    limit_is_named(json.loads(said.stdout))


def test_an_expecting_client_is_refused_before_it_sends_its_body(server):
    head = raw_socket.post_head(server, f"Content-Length: {BEYOND_THE_LIMIT}", "Expect: 100-continue")
    with server.connect() as connection:
        connection.sendall(head)
        answers.check_problem(raw_socket.read_answer(connection), 413)


def test_a_body_of_exactly_the_limit_is_judged_as_a_picture(server):
    answers.check_problem(post(server, bytes(16 * MIB)), 415)
    answers.check_problem(post(server, bytes(16 * MIB + 1)), 413)


def test_a_length_beyond_all_numbers_is_refused(server):
    for length in ("18446744073709551615", "99999999999999999999999999", "-1", "1e3", "0x10", "ten"):
        answer = raw_socket.exchange(server, raw_socket.post_head(server, f"Content-Length: {length}"))
        assert answer.status_code in (400, 413)
        answers.check_problem(answer, answer.status_code)


@pytest.mark.parametrize("parts", [1001, 10_000])
def test_a_form_of_too_many_parts_is_413(server, parts):
    body = form(*[image_part(b"x", f"field{i}") for i in range(parts - 1)], image_part(PICTURE))
    answers.check_problem(post_form(server, body), 413, "1000")


def test_a_form_of_a_thousand_parts_is_taken(server):
    body = form(*[image_part(b"x", f"field{i}") for i in range(999)], image_part(PICTURE))
    assert answers.check_created(post_form(server, body))["text"] == "7"


# --- Pixel bombs ---


def test_a_header_that_promises_too_many_pixels_is_422_naming_the_limit(server):
    bomb = drawn_pictures.png_of_any_size(60_000, 60_000)
    answers.check_problem(post(server, bomb), 422, "50000000")


def test_a_small_file_of_too_many_pixels_is_422_naming_the_limit(server):
    bomb = drawn_pictures.png_of_any_size(10_000, 6_000, rows=6_000)
    assert len(bomb) < 100_000
    answers.check_problem(post(server, bomb), 422, "50000000")


def test_a_complete_bmp_of_too_many_pixels_is_422_naming_the_limit(server):
    answers.check_problem(post(server, drawn_pictures.bmp_of_one_bit(10_000, 6_000)), 422, "50000000")


@pytest.mark.parametrize("name", ["bomb.png", "bomb.jpg", "bomb.gif", "bomb.webp", "bomb.tif",
                                  "bomb.heic"])
def test_a_bomb_of_any_format_costs_no_memory(server, name):
    bomb = (KEPT_PICTURES / name).read_bytes()
    post(server, PICTURE)
    before = server.memory_kib("VmHWM")
    answers.check_problem(post(server, bomb), 422, "50000000")
    assert server.memory_kib("VmHWM") - before < 16 * 1024 or glyphd_server.UNDER_ASAN


@pytest.mark.parametrize("name", ["bomb-frame.gif", "tile-bomb.tif", "scan-bomb.jpg"])
def test_a_bomb_inside_a_picture_is_422(server, name):
    answers.check_problem(post(server, (KEPT_PICTURES / name).read_bytes()), 422)


def test_a_bomb_among_several_pictures_is_named(server):
    body = form(image_part(PICTURE), image_part(drawn_pictures.png_of_any_size(60_000, 60_000)))
    assert answers.check_problem(post_form(server, body), 422, "50000000")["part"] == 2


# --- Forms that cannot be taken apart ---


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=",
                                          'multipart/form-data; boundary=""', "multipart/form-data; charset=utf-8"])
def test_a_form_without_a_boundary_is_400(server, content_type):
    answers.check_problem(post_form(server, form(image_part(PICTURE)), content_type), 400, "boundary")


def test_a_form_without_an_image_part_is_400_and_told_what_it_has(server):
    answers.check_problem(post_form(server, form(image_part(PICTURE, "file"))), 400, "image", "file")


@pytest.mark.parametrize("body", [
    b"no delimiter at all", b"--frontier", b"--frontier--", b"--frontier\r\n", b"--frontier\r\n\r\n",
    form(image_part(PICTURE), boundary="another"),
    form(image_part(PICTURE), end=False),
    b'--frontier\r\nContent-Disposition: form-data; name="image"',
    form(("X" * 100_000, PICTURE)),
    form(("", PICTURE)),
    form(('Content-Disposition: form-data; name=image"', PICTURE)),
])
def test_a_form_that_is_broken_is_400(server, body):
    answers.check_problem(post_form(server, body), 400)


@pytest.mark.parametrize("options", [{"layout": "circle"}, {"reference": "x" * 201}, {"layout": ""}])
def test_a_bad_option_is_400_as_field_and_as_parameter(server, options):
    (name,) = options
    as_field = server.session.post(RECOGNITIONS, files={"image": PICTURE}, data=options)
    as_parameter = server.upload(PICTURE, params=options)
    for response in (as_field, as_parameter):
        answers.check_problem(response, 400, name)


@pytest.mark.parametrize("query", ["reference=%ff", "layout=digit&layout=line", "color=red",
                                   "limit=3", "Layout=digit"])
def test_a_bad_query_is_400(server, query):
    answers.check_problem(server.upload(PICTURE, f"{RECOGNITIONS}?{query}"), 400)


# --- Bad JSON ---

BASE64 = base64.b64encode(PICTURE).decode()


@pytest.mark.parametrize("body", [
    "{", "not json", "[]", "null", "3", '""', "{}", '{"image":3}', '{"image":null}', '{"image":{}}',
    '{"image":["%s"]}' % BASE64, '{"picture":"%s"}' % BASE64, '{"image":"%s"} trailing' % BASE64,
    '{"image":"%s","layout":7}' % BASE64, '{"image":"%s",}' % BASE64, "\ufeff", '{"image":"\ud800"}',
])
def test_json_that_cannot_be_used_is_400(server, body):
    answers.check_problem(post_json(server, body.encode("utf-8", "surrogatepass")), 400)


@pytest.mark.parametrize("text", ["!!!!", "abc", "abcd=", "ab==cd", "a\\u0000bc", "iVBORw0KGgo=\\n!", "=", "-_-_-"])
def test_bad_base64_is_400(server, text):
    answers.check_problem(post_json(server, '{"image":"%s"}' % text), 400)


@pytest.mark.parametrize("opening,closing", [("[", "]"), ('{"image":', "}")])
@pytest.mark.parametrize("depth", [100, 100_000, 1_000_000])
def test_deep_json_is_400(server, opening, closing, depth):
    answers.check_problem(post_json(server, opening * depth + '""' + closing * depth), 400)
    answers.check_problem(post_json(server, opening * depth), 400)


def test_a_deep_correction_is_400(server):
    record = answers.check_created(server.upload(PICTURE))
    response = server.session.put(f"{RECOGNITIONS}/{record['id']}/correction", data="[" * 100_000)
    answers.check_problem(response, 400)


# --- Slow and vanishing clients ---


def test_a_client_that_is_slow_with_its_header_is_408(start):
    server = start("--header-timeout", "300ms")
    with server.connect() as connection:
        connection.sendall(b"POST /api/v1/recognitions HTTP/1.1\r\nHost: x\r\n")
        answers.check_problem(raw_socket.read_answer(connection), 408)
    assert answers.check_created(server.upload(PICTURE))["text"] == "7"


def test_a_header_that_drips_in_is_408(start):
    server = start("--header-timeout", "400ms")
    with server.connect() as connection:
        for letter in b"GET /livez HTTP/1.1\r\nX-Dripping: ":
            connection.sendall(bytes([letter]))
            time.sleep(0.02)
        answers.check_problem(raw_socket.read_answer(connection), 408)


@pytest.mark.parametrize("head", [["Content-Length: 1000"], ["Transfer-Encoding: chunked"]])
def test_a_client_that_is_slow_with_its_body_is_408(start, head):
    server = start("--body-timeout", "300ms")
    with server.connect() as connection:
        connection.sendall(raw_socket.post_head(server, *head))
        answers.check_problem(raw_socket.read_answer(connection), 408)
    assert answers.check_created(server.upload(PICTURE))["text"] == "7"


def test_a_body_that_drips_in_is_408(start):
    server = start("--body-timeout", "400ms")
    with server.connect() as connection:
        connection.sendall(raw_socket.post_head(server, "Content-Length: 1000"))
        for _ in range(30):
            connection.sendall(b"x")
            time.sleep(0.03)
        answers.check_problem(raw_socket.read_answer(connection), 408)


def test_a_connection_that_stays_idle_is_closed(start):
    server = start("--idle-timeout", "300ms", "--header-timeout", "300ms")
    with server.connect() as connection:
        assert raw_socket.is_closed(connection, glyphd_server.PATIENCE)
    with server.connect() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw_socket.read_answer(connection).status_code == 200
        assert raw_socket.is_closed(connection, glyphd_server.PATIENCE)


def test_slow_clients_do_not_slow_the_others(start):
    server = start("--header-timeout", "5s", "--body-timeout", "5s")
    slow = [server.connect() for _ in range(100)]
    for connection in slow:
        connection.sendall(raw_socket.post_head(server, "Content-Length: 1000") + b"x")
    for number in range(20):
        assert server.upload(drawn_pictures.numbered_png(number)).status_code == 201
    for connection in slow:
        connection.close()


@pytest.mark.parametrize("reset", [False, True])
def test_clients_that_vanish_at_any_moment_leave_nothing_behind(server, reset):
    request = raw_socket.post_head(server, f"Content-Length: {len(PICTURE)}", "Content-Type: image/png") + PICTURE
    for length in range(1, len(request) + 1, max(1, len(request) // 60)):
        connection = server.connect()
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(request[:length])
        connection.close()
    glyphd_server.wait_until(lambda: server.metric("glyphd_http_connections") <= 2, "connections to end")
    glyphd_server.wait_until(lambda: server.metric("glyphd_memory_reserved_bytes") == 0, "memory to be free")


def test_a_client_that_ends_its_half_still_gets_its_answer(server):
    request = raw_socket.post_head(server, f"Content-Length: {len(PICTURE)}", "Content-Type: image/png") + PICTURE
    answers.check_created(raw_socket.exchange(server, request, half_close=True))


# --- Overload ---


def test_a_connection_beyond_the_limit_is_503_and_the_others_go_on(start):
    server = start("--max-connections", "4")
    tried = [(connection, alive_on(connection)) for connection in (server.connect() for _ in range(8))]
    taken = [connection for connection, answer in tried if answer.status_code == 200]
    refused = [answer for _, answer in tried if answer.status_code != 200]
    # The one by which the program found itself ready may still count when the first of ours come.
    assert 3 <= len(taken) <= 4
    for answer in refused:
        answers.check_problem(answer, 503, "4 connections")
    assert [alive_on(connection).status_code for connection in taken] == [200] * len(taken)
    for connection, _ in tried:
        connection.close()
    glyphd_server.wait_until(lambda: reads(server), "a free connection")


def alive_on(connection):
    try:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    except OSError:  # refused already: the answer is there to be read
        pass
    return raw_socket.read_answer(connection)


def reads(server):
    try:
        return server.new_session().post(RECOGNITIONS, data=PICTURE).status_code == 201
    except requests.ConnectionError:  # still one too many
        return False


def test_a_picture_that_the_memory_budget_cannot_hold_is_503(start):
    server = start("--memory-budget", "64MiB", "--queue-timeout", "300ms")
    wide = drawn_pictures.encoded(Image.new("RGB", (7_000, 7_000), "white"))
    answers.check_problem(post(server, wide), 503)
    assert answers.check_created(server.upload(PICTURE))["text"] == "7"


def test_pictures_wait_for_the_memory_budget_and_are_all_read(start):
    server = start("--memory-budget", "160MiB", "--queue-timeout", "1min")
    large = drawn_pictures.encoded(Image.new("RGB", (3_000, 3_000), "white"))
    before = server.memory_kib("VmHWM")
    senders = [subprocess.Popen(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@-",
                                 "-H", "Content-Type: image/png", server.base + RECOGNITIONS],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(8)]
    for sender in senders:
        sender.stdin.write(large)
        sender.stdin.close()
    assert [sender.stdout.read() for sender in senders] == [b"201"] * 8
    assert [sender.wait() for sender in senders] == [0] * 8
    assert server.memory_kib("VmHWM") - before < 192 * 1024 or glyphd_server.UNDER_ASAN


def test_bodies_beyond_the_memory_budget_are_503(start):
    server = start("--memory-budget", "64MiB", "--queue-timeout", "300ms", "--body-timeout", "30s")
    first = server.connect()
    first.sendall(raw_socket.post_head(server, f"Content-Length: {15 * MIB}") + b"x")
    glyphd_server.wait_until(lambda: server.metric("glyphd_memory_reserved_bytes") >= 15 * MIB, "the claim")
    with server.connect() as second:
        second.sendall(raw_socket.post_head(server, f"Content-Length: {15 * MIB}", "Expect: 100-continue"))
        answers.check_problem(raw_socket.read_answer(second), 503)
    first.close()
    glyphd_server.wait_until(lambda: server.metric("glyphd_memory_reserved_bytes") == 0, "memory to be free")
    assert answers.check_created(server.upload(PICTURE))["text"] == "7"


# --- Addresses and methods ---


@pytest.mark.parametrize("path", ["/nothing", "/api/v1", "/api/v2/recognitions", "/api/v1/recognitions/",
                                  "/api/v1/recognitions/x/y", "/%00", "/../etc/passwd", "/%2e%2e/etc/passwd"])
def test_an_unknown_address_is_404(server, path):
    answer = raw_socket.exchange(server, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.status_code in (404, 400) if "%00" in path else answer.status_code == 404
    answers.check_problem(answer, answer.status_code)


@pytest.mark.parametrize("identifier", ["1", "x" * 36, "0" * 5000, "%2e%2e", "%ff", UNKNOWN_ID, UNKNOWN_ID + "0",
                                        UNKNOWN_ID.replace("-", "")])
@pytest.mark.parametrize("method,rest", [("GET", ""), ("GET", "/image"), ("GET", "/corrections"), ("DELETE", "")])
def test_an_unknown_or_malformed_id_is_404(server, identifier, method, rest):
    answers.check_problem(server.session.request(method, f"{RECOGNITIONS}/{identifier}{rest}"), 404)


def test_a_correction_of_what_is_not_there_is_404(server):
    response = server.session.put(f"{RECOGNITIONS}/{UNKNOWN_ID}/correction", json={"text": "7"})
    answers.check_problem(response, 404)


@pytest.mark.parametrize("method,path,allowed", [
    ("DELETE", RECOGNITIONS, {"GET", "POST"}), ("PUT", RECOGNITIONS, {"GET", "POST"}),
    ("POST", f"{RECOGNITIONS}/{UNKNOWN_ID}", {"GET", "DELETE"}), ("GET", "/upload", {"POST"}),
    ("POST", f"{RECOGNITIONS}/{UNKNOWN_ID}/correction", {"PUT"}), ("POST", "/livez", {"GET"}),
    ("BREW", RECOGNITIONS, {"GET", "POST"}), ("PATCH", "/metrics", {"GET"})])
def test_another_method_is_405_and_told_which_fit(server, method, path, allowed):
    response = server.session.request(method, path)
    answers.check_problem(response, 405)
    assert allowed <= set(re.split(r",\s*", response.headers["Allow"]))
    assert method not in re.split(r",\s*", response.headers["Allow"])


def test_a_longer_address_than_any_of_ours_is_refused(server):
    answer = raw_socket.exchange(server, b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    answers.check_problem(answer, 414)


# --- Requests that are no HTTP ---


@pytest.mark.parametrize("request_bytes", [
    b"\0\0\0\0\r\n\r\n", b"hello\r\n\r\n", b"GET\r\n\r\n", b"GET /livez\r\n\r\n", b"GET /livez HTTP/9\r\n\r\n",
    b"GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost x\r\n\r\n",
    b"GET /livez HTTP/1.1\r\n: x\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost: x\r\nA\0b: c\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nBad Name: c\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET /livez HTTP/1.1\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET livez HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /api/v1/recognitions HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST /api/v1/recognitions HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/v1/recognitions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    b"POST /api/v1/recognitions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    b"POST /api/v1/recognitions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
])
def test_what_is_no_http_is_refused_with_a_problem(server, request_bytes):
    answer = raw_socket.exchange(server, request_bytes)
    assert answer.status_code in (400, 404, 501, 505), answer.text
    answers.check_problem(answer, answer.status_code)


@pytest.mark.parametrize("fields", ["X-Long: " + "x" * 100_000 + "\r\n",
                                    "".join(f"X-{i}: {'y' * 100}\r\n" for i in range(2_000))])
def test_a_header_that_is_too_large_is_431(server, fields):
    answer = raw_socket.exchange(server, f"GET /livez HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
    answers.check_problem(answer, 431)


def test_an_unknown_expectation_is_417(server):
    answers.check_problem(raw_socket.exchange(server, raw_socket.post_head(
        server, "Content-Length: 3", "Expect: miracles")), 417)


def test_an_unknown_transfer_encoding_is_501(server):
    answers.check_problem(raw_socket.exchange(server, raw_socket.post_head(
        server, "Transfer-Encoding: gzip, chunked")), 501)


def test_random_bytes_never_stop_the_server(server):
    chance = random.Random(3)
    for _ in range(100):
        with server.connect() as connection:
            connection.sendall(chance.randbytes(chance.randint(1, 3000)))
            connection.shutdown(socket.SHUT_WR)
            try:
                answer = raw_socket.read_answer(connection)
            except ConnectionResetError:
                continue
            assert answer is None or 400 <= answer.status_code < 600


def test_pipelined_requests_are_answered_in_their_order(server):
    upload = raw_socket.post_head(server, f"Content-Length: {len(PICTURE)}") + PICTURE
    with server.connect() as connection:
        connection.sendall(upload + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" +
                           b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        stream = connection.makefile("rb").read()
    assert re.findall(rb"HTTP/1\.1 (\d+)", stream) == [b"201", b"200", b"404"]


# --- The request's id ---


def test_the_clients_own_request_id_comes_back_and_is_in_the_log(server):
    response = server.session.get("/api/v1/nothing", headers={"X-Request-Id": "trace-4711"})
    assert answers.check_problem(response, 404)["request_id"] == "trace-4711"
    assert "id=trace-4711" in server.log()


@pytest.mark.parametrize("unfit", ["x" * 500, "two words", "quote\"", "a\tb"])
def test_an_unfit_request_id_is_replaced(server, unfit):
    response = server.session.get("/livez", headers={"X-Request-Id": unfit})
    assert response.headers["X-Request-Id"] not in ("", unfit)
