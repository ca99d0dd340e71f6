"""What every answer has to look like, as the API is described."""
import math
import re
import uuid

RECOGNITION_MEMBERS = {"id", "created_at", "text", "confidence", "needs_review", "lines", "rejected",
                       "model", "image", "reference", "timing_ms", "correction"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

noted = set()  # (method, path, status) of every answer that came to one of our sessions


def note(method, url, status):
    noted.add((method.upper(), url.partition("?")[0], status))


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def check_probability(value):
    assert is_number(value) and 0 <= value <= 1


def check_box(box, image):
    assert set(box) == {"x", "y", "width", "height"}
    assert all(type(value) is int for value in box.values())
    assert box["x"] >= 0 and box["y"] >= 0 and box["width"] >= 1 and box["height"] >= 1
    assert box["x"] + box["width"] <= image["width"]
    assert box["y"] + box["height"] <= image["height"]


def check_glyph(glyph, image):
    expected = {"label", "confidence", "box", "alternatives"}
    if glyph["label"] is None:
        expected.add("reason")
        assert isinstance(glyph["reason"], str) and glyph["reason"]
    assert set(glyph) == expected
    check_probability(glyph["confidence"])
    check_box(glyph["box"], image)
    if glyph["label"] is not None:
        assert re.fullmatch(r"\d", glyph["label"])
        assert len(glyph["alternatives"]) == 3
    for alternative in glyph["alternatives"]:
        assert set(alternative) == {"label", "confidence"}
        assert alternative["label"] != glyph["label"]
        check_probability(alternative["confidence"])


def check_line(line, image):
    assert set(line) == {"text", "confidence", "glyphs"}
    check_probability(line["confidence"])
    assert line["text"] == "".join(glyph["label"] or "?" for glyph in line["glyphs"])
    assert line["glyphs"]
    for glyph in line["glyphs"]:
        check_glyph(glyph, image)


def check_image(image):
    assert set(image) == {"sha256", "filename", "media_type", "width", "height", "bytes"}
    assert re.fullmatch(r"[0-9a-f]{64}", image["sha256"])
    assert image["filename"] is None or isinstance(image["filename"], str)
    assert re.fullmatch(r"image/(png|jpeg|webp|bmp|gif|tiff|heic)", image["media_type"])
    assert all(type(image[name]) is int and image[name] > 0 for name in ("width", "height", "bytes"))


def check_summary(record):
    if not record["lines"]:
        assert (record["text"], record["confidence"], record["needs_review"]) == ("", None, True)
        return
    assert record["text"] == "\n".join(line["text"] for line in record["lines"])
    check_probability(record["confidence"])
    assert record["needs_review"] == (record["confidence"] < 0.9)


def check_recognition(record):
    assert set(record) == RECOGNITION_MEMBERS
    assert uuid.UUID(record["id"]).version == 7 and record["id"] == str(uuid.UUID(record["id"]))
    assert TIME.fullmatch(record["created_at"])
    check_image(record["image"])
    for line in record["lines"]:
        check_line(line, record["image"])
    for rejected in record["rejected"]:
        assert set(rejected) == {"box", "reason"} and rejected["reason"]
        check_box(rejected["box"], record["image"])
    check_summary(record)
    assert set(record["model"]) == {"name", "version"} and all(record["model"].values())
    assert record["reference"] is None or isinstance(record["reference"], str)
    assert record["timing_ms"] and all(is_number(ms) and ms >= 0 for ms in record["timing_ms"].values())
    return record


def check_created(response):
    assert response.status_code == 201, response.text
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Request-Id"]
    record = check_recognition(response.json())
    assert response.headers["Location"].endswith(f"/api/v1/recognitions/{record['id']}")
    return record


def check_problem_body(problem, status):
    assert {"type", "title", "status", "detail", "request_id"} <= set(problem)
    assert set(problem) <= {"type", "title", "status", "detail", "request_id", "part"}
    assert problem["status"] == status
    assert problem["type"] and problem["title"] and problem["detail"] and problem["request_id"]


def check_problem(response, status, *words):
    """`response` is one of requests, httpx or raw_socket.Answer."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    check_problem_body(problem, status)
    assert response.headers["X-Request-Id"] == problem["request_id"]
    if status == 503:
        assert int(response.headers["Retry-After"]) > 0
    for word in words:
        assert word.lower() in problem["detail"].lower(), problem["detail"]
    return problem


def what_was_read(record):
    """All of a record that depends on nothing but its picture."""
    return {name: record[name] for name in
            ("text", "confidence", "needs_review", "lines", "rejected", "model")}
