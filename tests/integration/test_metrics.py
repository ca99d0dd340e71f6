"""What the server says about itself: its state, its figures and its own description."""
import re

import pytest
from openapi_spec_validator import validate

import answers
import drawn_pictures

RECOGNITIONS = "/api/v1/recognitions"
SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text):
    """{(name, labels): value} and {family: type}; anything that is not the text format fails."""
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert family not in types and kind in ("counter", "gauge", "histogram")
            types[family] = kind
        elif line and not line.startswith("# HELP "):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            key = name, tuple(sorted(LABEL.findall(labels or "")))
            assert key not in samples, line
            samples[key] = float(value)
    assert text.endswith("\n")
    return samples, types


def scrape(server):
    response = server.session.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return parse_metrics(response.text)


def total(samples, family, **labels):
    return sum(value for (name, given), value in samples.items()
               if name == family and labels.items() <= dict(given).items())


# --- Metrics ---


def test_every_sample_belongs_to_a_family_of_a_type(server):
    server.upload(drawn_pictures.png("7"))
    samples, types = scrape(server)
    for name, _ in samples:
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        assert name in types or types.get(family) == "histogram", name
    for family, kind in types.items():
        assert kind != "counter" or family.endswith("_total"), family
        assert kind != "histogram" or family.endswith(("_seconds", "_pictures")), family


def test_histograms_are_whole(server):
    server.upload(drawn_pictures.png("7"))
    samples, types = scrape(server)
    series = {}
    for (name, labels), value in samples.items():
        if name.endswith("_bucket"):
            edge = float(dict(labels)["le"])
            rest = tuple(pair for pair in labels if pair[0] != "le")
            series.setdefault((name.removesuffix("_bucket"), rest), []).append((edge, value))
    assert series
    for (family, labels), buckets in series.items():
        edges, counts = zip(*sorted(buckets))
        assert edges[-1] == float("inf") and list(counts) == sorted(counts)
        assert counts[-1] == samples[family + "_count", labels]
        assert samples[family + "_sum", labels] >= 0


@pytest.mark.parametrize("stage", ["decode", "ink", "inference", "store", "total"])
def test_every_stage_is_timed(server, stage):
    before, _ = scrape(server)
    for number in range(5):
        server.upload(drawn_pictures.numbered_png(number))
    after, _ = scrape(server)
    moved = [total(each, "glyphd_stage_seconds_count", stage=stage) for each in (before, after)]
    assert moved[1] - moved[0] == 5


def test_requests_are_counted_by_route_method_and_status(server):
    before, _ = scrape(server)
    for _ in range(3):
        server.upload(b"no picture")
        server.session.get("/nothing")
        server.session.get(f"{RECOGNITIONS}/x")
    after, _ = scrape(server)

    def moved(**labels):
        return total(after, "glyphd_http_requests_total", **labels) - total(
            before, "glyphd_http_requests_total", **labels)

    assert moved(method="POST", status="415") == 3
    # The id is no label: a scanner must not make a new series with every address.
    assert moved(status="404") == 6
    assert not [labels for name, labels in after if "/x" in str(labels) or "/nothing" in str(labels)]


def test_the_store_and_the_model_are_shown(server):
    before, types = scrape(server)
    server.upload(drawn_pictures.png("7"))
    after, _ = scrape(server)
    assert total(after, "glyphd_store_records") == total(before, "glyphd_store_records") + 1
    assert total(after, "glyphd_model_info", name="default") == 1
    assert {"glyphd_queue_jobs", "glyphd_memory_reserved_bytes", "glyphd_http_connections"} <= set(types)
    assert total(after, "process_resident_memory_bytes") > 1 << 20


# --- Health ---


def test_the_server_is_alive_and_ready(server):
    assert server.session.get("/livez").status_code == 200
    response = server.session.get("/readyz")
    assert response.status_code == 200
    assert set(response.json()) == {"status", "checks"}
    assert response.json()["status"] == "ready"
    assert {"model", "store"} <= {check["name"] for check in response.json()["checks"]}
    for check in response.json()["checks"]:
        assert set(check) == {"name", "ok", "message"} and check["ok"] is True


# --- The description ---


@pytest.fixture(scope="module")
def description(server):
    response = server.session.get("/openapi.json")
    assert response.headers["Content-Type"].startswith("application/json")
    return response.json()


def operations(description):
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "delete"):
                yield method.upper(), path, operation


def test_the_description_is_valid(description):
    validate(description)


def test_the_description_knows_every_operation_of_the_api(description):
    known = {(method, path) for method, path, _ in operations(description)}
    one = RECOGNITIONS + "/{id}"
    assert known >= {("POST", RECOGNITIONS), ("GET", RECOGNITIONS), ("GET", one), ("DELETE", one),
                     ("GET", one + "/image"), ("PUT", one + "/correction"), ("GET", one + "/corrections"),
                     ("POST", "/upload"), ("GET", "/livez"), ("GET", "/readyz"), ("GET", "/metrics"),
                     ("GET", "/openapi.json"), ("GET", "/docs")}


def test_every_described_operation_is_there(server, description):
    record = answers.check_created(server.upload(drawn_pictures.png("7")))
    for method, path, _ in sorted(operations(description), key=lambda one: one[0] == "DELETE"):
        address = path.replace("{id}", record["id"]).replace("{slug}", "not-found")
        assert server.session.request(method, address).status_code not in (405, 501), (method, path)


def test_the_description_can_be_read_at_docs(server):
    response = server.session.get("/docs")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")


def test_the_list_takes_exactly_the_described_parameters(server, description):
    operation = description["paths"][RECOGNITIONS]["get"]
    named = {resolved(description, parameter)["name"] for parameter in operation["parameters"]}
    assert named >= {"limit", "cursor", "since", "until", "text", "filename", "reference", "model",
                     "min_confidence", "max_confidence", "needs_review", "corrected"}
    for name in named:
        problem = server.session.get(RECOGNITIONS, params={name: "\N{SNOWMAN}"})
        assert problem.status_code == 200 or problem.json()["type"] != "/problems/unknown-parameter"


def resolved(description, node):
    while "$ref" in node:
        target = description
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def documented_statuses(description, method, path):
    """The statuses of the operation that answers this address; None: there is none."""
    for known, template, operation in operations(description):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and known == {"HEAD": "GET"}.get(method, method):
            return set(operation["responses"])
    return None


@pytest.mark.last
def test_every_answer_seen_in_all_tests_is_of_a_documented_status(description):
    undocumented = set()
    for method, path, status in answers.noted:
        statuses = documented_statuses(description, method, path)
        if statuses is not None and not {str(status), f"{status // 100}XX", "default"} & statuses:
            undocumented.add((method, path, status))
    assert undocumented == set()
