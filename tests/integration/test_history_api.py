"""What was kept can be listed, filtered, walked, corrected and deleted."""
import datetime
import threading
import time

import pytest

import answers
import drawn_pictures
import glyphd_server

RECOGNITIONS = "/api/v1/recognitions"
UNSURE = drawn_pictures.encoded(drawn_pictures.draw("8").rotate(97, fillcolor=255))


def add(server, text="7", filename=None, reference=None, session=None):
    session = session or server.session
    response = session.post(RECOGNITIONS, files={"image": (filename or "x.png", drawn_pictures.png(text))},
                            data={"reference": reference} if reference else None)
    return answers.check_created(response)


def listed(server, **filters):
    response = server.session.get(RECOGNITIONS, params=filters)
    assert response.status_code == 200, response.text
    assert set(response.json()) == {"recognitions", "next_cursor"}
    return [answers.check_recognition(record) for record in response.json()["recognitions"]]


def ids(records):
    return [record["id"] for record in records]


def walk(session, **parameters):
    """All pages, one after another."""
    found, cursor = [], None
    while True:
        page = session.get(RECOGNITIONS, params={**parameters, **({"cursor": cursor} if cursor else {})}).json()
        found += page["recognitions"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


# --- Listing ---


def test_an_empty_history_is_an_empty_list(start):
    server = start()
    assert server.session.get(RECOGNITIONS).json() == {"recognitions": [], "next_cursor": None}


def test_the_newest_comes_first_and_is_the_record_that_was_answered(server):
    added = [add(server, reference="order") for _ in range(5)]
    assert listed(server, reference="order") == added[::-1]


def test_fifty_are_listed_unless_another_number_is_asked_for(server):
    for number in range(60):
        add(server, reference="sixty")
    assert len(listed(server, reference="sixty")) == 50
    assert len(listed(server, reference="sixty", limit=1)) == 1
    assert len(listed(server, reference="sixty", limit=1000)) == 60


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_follow_each_other_without_gaps_or_doubles(start, limit):
    server = start()
    added = ids(add(server) for _ in range(23))
    assert ids(walk(server.session, limit=limit)) == added[::-1]


def test_a_walk_while_pictures_come_in_sees_every_earlier_one_once(start):
    server = start()
    before = ids(add(server) for _ in range(60))
    stop = threading.Event()

    def keep_adding():
        session = server.new_session()
        while not stop.is_set():
            add(server, session=session)

    threads = [threading.Thread(target=keep_adding) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        found = ids(walk(server.session, limit=7))
        assert len(found) == len(set(found))
        assert [one for one in found if one in set(before)] == before[::-1]
    stop.set()
    for thread in threads:
        thread.join()


def test_a_walk_goes_on_when_the_record_at_its_cursor_is_deleted(start):
    server = start()
    added = ids(add(server) for _ in range(10))
    page = server.session.get(RECOGNITIONS, params={"limit": 4}).json()
    server.session.delete(f"{RECOGNITIONS}/{page['recognitions'][-1]['id']}")
    rest = walk(server.session, limit=4, cursor=page["next_cursor"])
    assert ids(rest) == added[5::-1]


def test_a_walk_keeps_its_filter(start):
    server = start()
    wanted = [add(server, reference="wanted")["id"] for _ in range(7) if add(server, reference="other")]
    assert ids(walk(server.session, limit=2, reference="wanted")) == wanted[::-1]


# --- Filters ---


@pytest.fixture(scope="module")
def varied(tmp_path_factory):
    """A server with records that differ in all that can be asked for."""
    with glyphd_server.running(tmp_path_factory.mktemp("varied")) as server:
        add(server, "47", "first.png", "invoice 1")
        add(server, "12", "手写.png", "invoice 2")
        add(server, "47", "first.png")
        server.upload(UNSURE, RECOGNITIONS + "?layout=digit")
        corrected = add(server, "7", "corrected.png")
        server.session.put(f"{RECOGNITIONS}/{corrected['id']}/correction", json={"text": "1"})
        yield server


FILTERS = [
    ("text", "47", lambda record: record["text"] == "47"),
    ("text", "4", lambda record: record["text"] == "4"),
    ("filename", "first.png", lambda record: record["image"]["filename"] == "first.png"),
    ("filename", "手写.png", lambda record: record["image"]["filename"] == "手写.png"),
    ("reference", "invoice 2", lambda record: record["reference"] == "invoice 2"),
    ("min_confidence", "0.9", lambda record: (record["confidence"] or 0) >= 0.9),
    ("max_confidence", "0.9", lambda record: record["confidence"] is not None and record["confidence"] <= 0.9),
    ("needs_review", "true", lambda record: record["needs_review"]),
    ("needs_review", "false", lambda record: not record["needs_review"]),
    ("corrected", "true", lambda record: record["correction"] is not None),
    ("corrected", "false", lambda record: record["correction"] is None),
    ("model", "default", lambda record: record["model"]["name"] == "default"),
    ("model", "no such model", lambda record: False),
]


@pytest.mark.parametrize("name,value,fits", FILTERS)
def test_a_filter_finds_what_fits_and_nothing_else(varied, name, value, fits):
    everything = listed(varied)
    assert ids(listed(varied, **{name: value})) == ids(record for record in everything if fits(record))


def test_filters_together_are_all_held_to(varied):
    expected = [record for record in listed(varied) if record["text"] == "47" and record["reference"] == "invoice 1"]
    assert len(expected) == 1
    assert listed(varied, text="47", reference="invoice 1") == expected


def test_since_includes_its_moment_and_until_does_not(varied):
    everything = listed(varied)
    middle = everything[2]["created_at"]
    assert ids(listed(varied, since=middle)) == ids(everything[:3])
    assert ids(listed(varied, until=middle)) == ids(everything[3:])
    assert listed(varied, since=middle, until=middle) == []


def test_a_time_may_have_an_offset(varied):
    middle = datetime.datetime.fromisoformat(listed(varied)[2]["created_at"].replace("Z", "+00:00"))
    elsewhere = middle.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    assert len(listed(varied, since=elsewhere.isoformat())) == 3


def test_times_that_were_answered_lie_between_those_around_the_upload(varied):
    before = datetime.datetime.now(datetime.timezone.utc).isoformat()
    time.sleep(0.01)
    record = add(varied)
    assert ids(listed(varied, since=before)) == [record["id"]]
    varied.session.delete(f"{RECOGNITIONS}/{record['id']}")


@pytest.mark.parametrize("query", [
    "limit=0", "limit=1001", "limit=-1", "limit=ten", "limit=", "limit=5.5", "limit=99999999999999999999",
    "since=yesterday", "until=2026-13-01T00:00:00Z", "since=", "min_confidence=2", "max_confidence=-1",
    "min_confidence=nan", "needs_review=maybe", "corrected=1", "text=%ff", "cursor=", "cursor=forged",
    "cursor=%00", "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "limit=1&limit=2"])
def test_a_bad_value_is_400_and_named(server, query):
    response = server.session.get(f"{RECOGNITIONS}?{query}")
    answers.check_problem(response, 400, query.partition("=")[0])


@pytest.mark.parametrize("name", ["color", "Limit", "offset", "x" * 300, "text[]"])
def test_an_unknown_parameter_is_400_and_named(server, name):
    answers.check_problem(server.session.get(RECOGNITIONS, params={name: "1"}), 400, name[:50])


def test_a_changed_cursor_is_400(server):
    for _ in range(3):
        add(server)
    cursor = server.session.get(RECOGNITIONS, params={"limit": 1}).json()["next_cursor"]
    for at in range(len(cursor)):
        changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1:]
        response = server.session.get(RECOGNITIONS, params={"limit": 1, "cursor": changed})
        # The last character of base64 may have bits that mean nothing.
        if at < len(cursor) - 1 or response.status_code != 200:
            answers.check_problem(response, 400, "cursor")


def test_a_cursor_of_another_server_is_400(server, start):
    other = start()
    for _ in range(2):
        add(other)
    cursor = other.session.get(RECOGNITIONS, params={"limit": 1}).json()["next_cursor"]
    answers.check_problem(server.session.get(RECOGNITIONS, params={"cursor": cursor}), 400, "cursor")


# --- Deleting ---


def test_what_is_deleted_is_404_everywhere(server):
    record = add(server, reference="deleted")
    path = f"{RECOGNITIONS}/{record['id']}"
    server.session.put(path + "/correction", json={"text": "1"})
    response = server.session.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    for rest in ("", "/image", "/corrections"):
        answers.check_problem(server.session.get(path + rest), 404)
    answers.check_problem(server.session.put(path + "/correction", json={"text": "1"}), 404)
    answers.check_problem(server.session.delete(path), 404)
    assert listed(server, reference="deleted") == []


def test_what_is_deleted_stays_deleted_through_a_restart(start):
    server = start()
    kept, gone = add(server), add(server)
    assert server.session.delete(f"{RECOGNITIONS}/{gone['id']}").status_code == 204
    server.kill()
    server.start()
    assert listed(server) == [kept]


# --- Corrections ---


def correct(server, record, text):
    return server.session.put(f"{RECOGNITIONS}/{record['id']}/correction", json={"text": text})


def corrections(server, record):
    return server.session.get(f"{RECOGNITIONS}/{record['id']}/corrections").json()["corrections"]


def test_corrections_are_appended_and_the_record_shows_the_latest(server):
    record = add(server)
    assert corrections(server, record) == []
    for text in ("1", None, "17"):
        response = correct(server, record, text)
        assert response.status_code == 200
        assert answers.check_recognition(response.json())["correction"]["text"] == text
    assert [one["text"] for one in corrections(server, record)] == ["1", None, "17"]
    shown = server.session.get(f"{RECOGNITIONS}/{record['id']}").json()
    assert shown["correction"] == corrections(server, record)[-1]
    assert shown["text"] == record["text"]


def test_a_correction_survives_a_restart(start):
    server = start()
    record = add(server)
    correct(server, record, "1")
    server.kill()
    server.start()
    assert [one["text"] for one in corrections(server, record)] == ["1"]


@pytest.mark.parametrize("text", ["", "1\n2", "x" * 1000, "汉字"])
def test_any_text_up_to_a_length_is_a_correction(server, text):
    record = add(server)
    assert correct(server, record, text).json()["correction"]["text"] == text


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"text":7}', '{"text":"1","more":1}', '{"text":"%s"}' % ("x" * 1001),
                                  '{"text":', '"7"', '{"text":"\\ud800"}'])
def test_a_correction_that_is_none_is_400(server, body):
    record = add(server)
    answers.check_problem(server.session.put(f"{RECOGNITIONS}/{record['id']}/correction", data=body), 400)
    assert corrections(server, record) == []


def test_corrections_at_once_are_all_kept(server):
    record = add(server)

    def correct_from_another_connection(text):
        assert server.new_session().put(f"{RECOGNITIONS}/{record['id']}/correction",
                                        json={"text": text}).status_code == 200

    threads = [threading.Thread(target=correct_from_another_connection, args=(str(i),)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one["text"] for one in corrections(server, record)) == sorted(map(str, range(12)))


# --- The picture ---


def test_a_picture_that_the_client_has_is_not_sent_again(server):
    path = f"{RECOGNITIONS}/{add(server)['id']}/image"
    first = server.session.get(path)
    again = server.session.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_head_answers_as_get_does_without_the_body(server):
    path = f"{RECOGNITIONS}/{add(server)['id']}/image"
    got, head = server.session.get(path), server.session.head(path)
    assert head.status_code == 200 and head.content == b""
    assert head.headers["Content-Length"] == str(len(got.content))
