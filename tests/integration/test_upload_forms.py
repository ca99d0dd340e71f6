"""Every way to send a picture leads to the same answer, in exactly the documented shape."""
import base64
import hashlib
import json
import pathlib
import subprocess
import urllib.parse

import httpx
import pytest
from PIL import Image

import answers
import drawn_pictures
import glyphd_server

RECOGNITIONS = "/api/v1/recognitions"
PICTURE = drawn_pictures.png("4711")
KEPT_PICTURES = glyphd_server.SOURCE / "tests" / "data" / "pictures"


def read_back(server, record):
    response = server.session.get(f"{RECOGNITIONS}/{record['id']}/image")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == record["image"]["media_type"]
    return response.content


def multipart(server, parts, **kwargs):
    return server.session.post(RECOGNITIONS, files=parts, **kwargs)


def in_json(server, picture=PICTURE, **members):
    body = {"image": base64.b64encode(picture).decode(), **members}
    return server.session.post(RECOGNITIONS, json=body)


# --- One picture ---


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", None,
                                          "image/tiff", "IMAGE/JPEG; charset=x", "image/x-unheard-of"])
def test_a_raw_body_is_read_whatever_picture_its_type_names(server, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    record = answers.check_created(server.session.post(RECOGNITIONS, data=PICTURE, headers=headers))
    assert record["text"] == "4711"
    assert record["image"]["media_type"] == "image/png"


@pytest.mark.parametrize("declared", ["image/png", "text/plain", "application/x-msdownload", "image/gif"])
def test_a_part_is_read_whatever_its_type_and_name_say(server, declared):
    record = answers.check_created(multipart(server, {"image": ("setup.exe", PICTURE, declared)}))
    assert record["text"] == "4711"
    assert record["image"]["filename"] == "setup.exe"


def test_a_picture_comes_in_json_as_base64(server):
    record = answers.check_created(in_json(server))
    assert record["text"] == "4711"
    assert record["image"]["filename"] is None


def test_the_answer_describes_the_bytes_that_came(server):
    record = answers.check_created(server.upload(PICTURE))
    assert record["image"] == {"sha256": hashlib.sha256(PICTURE).hexdigest(), "filename": None,
                               "media_type": "image/png", "width": 320, "height": 80,
                               "bytes": len(PICTURE)}


def test_the_location_leads_to_the_record_and_to_the_very_bytes(server):
    response = server.upload(PICTURE)
    record = answers.check_created(response)
    path = urllib.parse.urlsplit(response.headers["Location"]).path
    assert server.session.get(path).json() == record
    assert read_back(server, record) == PICTURE


def test_every_upload_form_reads_the_same(server):
    ways = [server.upload(PICTURE), multipart(server, {"image": ("a.png", PICTURE)}), in_json(server),
            server.session.post("/upload", files={"image": PICTURE})]
    first, *others = [answers.what_was_read(answers.check_created(way)) for way in ways]
    assert all(other == first for other in others)


def test_glyphs_go_from_left_to_right_with_a_box_each(server):
    (line,) = answers.check_created(server.upload(PICTURE))["lines"]
    boxes = [glyph["box"] for glyph in line["glyphs"]]
    assert [glyph["label"] for glyph in line["glyphs"]] == list("4711")
    assert all(left["x"] + left["width"] <= right["x"] for left, right in zip(boxes, boxes[1:]))
    # Each digit was drawn in a cell of its own.
    assert [box["x"] // 80 for box in boxes] == [0, 1, 2, 3]


# --- What is read ---


@pytest.mark.parametrize("digit", sorted(drawn_pictures.STROKES))
def test_a_drawn_digit_is_read(server, digit):
    picture = drawn_pictures.png(digit, cell=120, pen=11)
    record = answers.check_created(server.upload(picture, RECOGNITIONS + "?layout=digit"))
    assert record["text"] == digit


@pytest.mark.parametrize("text", ["0123456789", "2024", "31415926"])
def test_a_drawn_number_is_read_as_text(server, text):
    assert answers.check_created(server.upload(drawn_pictures.png(text)))["text"] == text


def test_lines_of_a_page_are_joined_by_a_line_feed(server):
    picture = drawn_pictures.png("471\n290", cell=90)
    record = answers.check_created(server.upload(picture, RECOGNITIONS + "?layout=page"))
    assert record["text"] == "471\n290"
    assert [line["text"] for line in record["lines"]] == ["471", "290"]


def test_a_blank_picture_has_no_text_and_needs_review(server):
    blank = drawn_pictures.encoded(Image.new("L", (200, 100), 255))
    record = answers.check_created(server.upload(blank))
    assert (record["text"], record["lines"], record["confidence"]) == ("", [], None)
    assert record["needs_review"] is True


@pytest.mark.parametrize("name", sorted(drawn_pictures.FILES))
def test_every_kind_of_file_is_read_and_kept(server, name):
    make, media_type = drawn_pictures.FILES[name]
    picture = make(drawn_pictures.draw("4711"))
    record = answers.check_created(server.session.post(RECOGNITIONS, data=picture))
    assert record["text"] == "4711"
    assert (record["image"]["width"], record["image"]["height"]) == (320, 80)
    assert record["image"]["media_type"] == media_type
    assert read_back(server, record) == picture


@pytest.mark.parametrize("name", ["rgb.heic", "rgba.heic", "turned.heic"])
def test_a_heic_picture_is_taken_and_kept(server, name):
    picture = (KEPT_PICTURES / name).read_bytes()
    record = answers.check_created(server.session.post(RECOGNITIONS, data=picture))
    assert record["image"]["media_type"] == "image/heic"
    assert read_back(server, record) == picture


# --- Several pictures ---


def test_several_pictures_are_answered_in_their_order_without_a_location(server):
    pictures = [drawn_pictures.png(text) for text in ("47", "1", "90")]
    response = multipart(server, [("image", (f"{i}.png", picture)) for i, picture in enumerate(pictures)])
    assert response.status_code == 201 and "Location" not in response.headers
    assert set(response.json()) == {"recognitions"}
    records = [answers.check_recognition(record) for record in response.json()["recognitions"]]
    assert [record["text"] for record in records] == ["47", "1", "90"]
    assert [record["image"]["filename"] for record in records] == ["0.png", "1.png", "2.png"]
    assert [read_back(server, record) for record in records] == pictures


def test_one_bad_picture_of_several_keeps_none_and_is_named(server):
    reference = "all or nothing"
    parts = [("image", ("good.png", PICTURE)), ("image", ("bad.png", b"no picture")),
             ("image", ("good too.png", PICTURE))]
    problem = answers.check_problem(multipart(server, parts, data={"reference": reference}), 415, "bad.png")
    assert problem["part"] == 2
    listed = server.session.get(RECOGNITIONS, params={"reference": reference})
    assert listed.json()["recognitions"] == []


def test_a_hundred_pictures_come_in_one_request(server):
    parts = [("image", (f"{i}.png", drawn_pictures.numbered_png(i))) for i in range(100)]
    records = multipart(server, parts).json()["recognitions"]
    assert len({record["id"] for record in records}) == 100
    assert {record["text"] for record in records} == {"7"}


# --- Options and names ---


def test_options_are_form_fields_or_query_parameters_and_the_query_wins(server):
    fields = {"layout": "page", "reference": "of the form"}
    of_the_form = multipart(server, {"image": PICTURE}, data=fields).json()
    assert of_the_form["reference"] == "of the form"
    both = multipart(server, {"image": PICTURE}, data=fields, params={"reference": "of the query"}).json()
    assert both["reference"] == "of the query"
    assert in_json(server, reference="of the JSON").json()["reference"] == "of the JSON"


def test_the_layout_of_the_query_wins(server):
    stacked = drawn_pictures.png("4\n7", cell=90)
    fields = {"layout": "digit"}
    response = multipart(server, {"image": stacked}, data=fields, params={"layout": "page"})
    assert answers.check_created(response)["text"] == "4\n7"


@pytest.mark.parametrize("layout", ["digit", "line", "page", "auto"])
def test_every_layout_reads_a_single_digit(server, layout):
    response = server.upload(drawn_pictures.png("7"), f"{RECOGNITIONS}?layout={layout}")
    assert answers.check_created(response)["text"] == "7"


@pytest.mark.parametrize("reference", ["a", "漢" * 200, "line\nfeed", "\"quoted\" & <b>", "👍🏽"])
def test_a_reference_comes_back_as_it_was(server, reference):
    record = answers.check_created(server.upload(PICTURE, params={"reference": reference}))
    assert record["reference"] == reference
    assert server.session.get(f"{RECOGNITIONS}/{record['id']}").json()["reference"] == reference


@pytest.mark.parametrize("name", ["手写 数字.png", "my scan 1.png", "naïve.png", "semi;colon.png", "a+b%20c.png"])
def test_a_file_name_survives_from_every_client(server, name):
    by_requests = multipart(server, {"image": (name, PICTURE)})
    by_httpx = httpx.post(server.base + RECOGNITIONS, files={"image": (name, PICTURE)}, trust_env=False)
    for response in (by_requests, by_httpx):
        assert answers.check_created(response)["image"]["filename"] == name


def test_a_file_name_survives_from_curl(server, tmp_path):
    file = tmp_path / "手写 数字.png"
    file.write_bytes(PICTURE)
    said = subprocess.run(["curl", "-sS", "-F", f"image=@{file}", server.base + RECOGNITIONS],
                          capture_output=True, check=True, timeout=glyphd_server.PATIENCE)
    record = answers.check_recognition(json.loads(said.stdout))
    assert record["image"]["filename"] == "手写 数字.png"


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\scans\\passwd"])
def test_folders_are_no_part_of_a_file_name(server, name):
    assert multipart(server, {"image": (name, PICTURE)}).json()["image"]["filename"] == "passwd"


# --- Other clients ---


def test_curl_sends_a_raw_body_with_its_form_type_refused_and_a_picture_type_taken(server, tmp_path):
    file = pathlib.Path(tmp_path / "picture.png")
    file.write_bytes(PICTURE)
    command = ["curl", "-sS", "--data-binary", f"@{file}", server.base + RECOGNITIONS]
    taken = subprocess.run([*command, "-H", "Content-Type: image/png"], capture_output=True, check=True)
    assert answers.check_recognition(json.loads(taken.stdout))["text"] == "4711"
    refused = subprocess.run(command, capture_output=True, check=True)
    answers.check_problem_body(json.loads(refused.stdout), 415)


def test_curl_waits_for_100_continue_and_gets_its_answer(server, tmp_path):
    file = pathlib.Path(tmp_path / "picture.png")
    file.write_bytes(PICTURE)
    said = subprocess.run(
        ["curl", "-sS", "-v", "-H", "Expect: 100-continue", "-H", "Content-Type: image/png",
         "--data-binary", f"@{file}", server.base + RECOGNITIONS], capture_output=True, check=True)
    assert answers.check_recognition(json.loads(said.stdout))["text"] == "4711"
    assert b"< HTTP/1.1 100 Continue" in said.stderr


def test_a_chunked_body_is_read(server):
    pieces = (PICTURE[at:at + 100] for at in range(0, len(PICTURE), 100))
    response = server.session.post(RECOGNITIONS, data=pieces, headers={"Content-Type": "image/png"})
    assert answers.check_created(response)["text"] == "4711"


def test_httpx_reads_many_pictures_on_one_connection(server):
    with httpx.Client(base_url=server.base, trust_env=False) as client:
        for number in range(20):
            response = client.post(RECOGNITIONS, content=drawn_pictures.numbered_png(number))
            assert answers.check_created(response)["text"] == "7"
            assert response.headers.get("Connection", "keep-alive") != "close"


# --- The classic form ---


def test_the_classic_form_answers_json_as_the_api_does(server):
    response = server.session.post("/upload", files={"image": ("a.png", PICTURE)})
    assert answers.check_created(response)["text"] == "4711"


def test_the_classic_form_answers_a_browser_with_a_page(server):
    response = server.session.post("/upload", files={"image": ("a.png", PICTURE)}, headers={
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    assert response.status_code == 201
    assert response.headers["Content-Type"].startswith("text/html")
    assert "4711" in response.text


def test_a_file_name_cannot_become_part_of_the_page(server):
    response = server.session.post("/upload", files={"image": ("<script>alert(1)</script>", PICTURE)},
                                   headers={"Accept": "text/html"})
    assert response.status_code == 201
    assert "<script>" not in response.text
