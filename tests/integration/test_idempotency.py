"""A retry with the same Idempotency-Key is answered as the first try was, and kept once."""
import threading

import pytest

import answers
import drawn_pictures

RECOGNITIONS = "/api/v1/recognitions"
PICTURE = drawn_pictures.png("47")
OTHER_PICTURE = drawn_pictures.png("12")


def send(session, key, picture=PICTURE, **kwargs):
    return session.post(RECOGNITIONS, data=picture, headers={"Idempotency-Key": key}, **kwargs)


def kept(session, reference):
    listed = session.get(RECOGNITIONS, params={"reference": reference, "limit": 1000}).json()
    assert listed["next_cursor"] is None
    return listed["recognitions"]


def check_replayed(first, retry):
    assert retry.status_code == 201
    assert retry.headers["Idempotency-Replayed"] == "true"
    assert retry.content == first.content
    assert retry.headers["Location"] == first.headers["Location"]


def test_a_retry_gets_the_same_answer_and_makes_no_second_record(server):
    session, options = server.session, {"params": {"reference": "retried"}}
    first = send(session, "retry", **options)
    assert "Idempotency-Replayed" not in first.headers
    answers.check_created(first)
    for _ in range(3):
        check_replayed(first, send(session, "retry", **options))
    assert len(kept(session, "retried")) == 1


def test_without_a_key_every_request_makes_a_record(server):
    for _ in range(2):
        server.upload(PICTURE, params={"reference": "no key"})
    assert len(kept(server.session, "no key")) == 2


def test_different_keys_make_different_records(server):
    first, second = (send(server.session, key) for key in ("one", "two"))
    assert first.json()["id"] != second.json()["id"]


def test_the_same_key_with_other_bytes_is_422(server):
    first = send(server.session, "other bytes".replace(" ", "-"))
    answers.check_problem(send(server.session, "other-bytes", OTHER_PICTURE), 422)
    check_replayed(first, send(server.session, "other-bytes"))


def test_the_same_key_with_other_options_is_422(server):
    send(server.session, "options", params={"reference": "a"})
    answers.check_problem(send(server.session, "options", params={"reference": "b"}), 422)


def test_a_key_holds_through_restarts(start):
    server = start()
    first = send(server.session, "through-restarts", params={"reference": "restarted"})
    for end in (server.stop, server.kill):
        end()
        server.start()
        retry = send(server.session, "through-restarts", params={"reference": "restarted"})
        check_replayed(first, retry)
        answers.check_problem(send(server.session, "through-restarts", OTHER_PICTURE), 422)
    assert len(kept(server.session, "restarted")) == 1


def test_a_retry_of_several_pictures_gets_the_same_answer(server):
    parts = [("image", ("a.png", PICTURE)), ("image", ("b.png", OTHER_PICTURE))]
    first, retry = (server.session.post(RECOGNITIONS, files=parts, headers={"Idempotency-Key": "several"},
                                        data={"reference": "several"}) for _ in range(2))
    assert retry.headers["Idempotency-Replayed"] == "true"
    assert retry.content == first.content
    assert len(kept(server.session, "several")) == 2


def send_at_once(server, count, key, picture_of, reference):
    responses = [None] * count
    barrier = threading.Barrier(count)

    def send_one(i):
        session = server.new_session()
        barrier.wait()
        responses[i] = send(session, key, picture_of(i), params={"reference": reference})

    threads = [threading.Thread(target=send_one, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return responses


def test_duplicates_at_once_make_one_record(server):
    for attempt in range(10):
        responses = send_at_once(server, 12, f"at-once-{attempt}", lambda i: PICTURE, f"at once {attempt}")
        assert {response.status_code for response in responses} == {201}
        assert len({response.content for response in responses}) == 1
        assert sum("Idempotency-Replayed" not in response.headers for response in responses) == 1
        assert len(kept(server.session, f"at once {attempt}")) == 1


def test_of_different_pictures_at_once_under_one_key_one_wins(server):
    pictures = [PICTURE, OTHER_PICTURE]
    for attempt in range(10):
        responses = send_at_once(server, 8, f"race-{attempt}", lambda i: pictures[i % 2], f"race {attempt}")
        answered = [response for response in responses if response.status_code == 201]
        assert len({response.content for response in answered}) == 1 and len(answered) == 4
        for response in responses:
            if response.status_code != 201:
                answers.check_problem(response, 422)
        assert len(kept(server.session, f"race {attempt}")) == 1


def test_a_refused_request_does_not_use_up_its_key(server):
    answers.check_problem(send(server.session, "refused-first", b"no picture"), 415)
    answers.check_created(send(server.session, "refused-first"))


@pytest.mark.parametrize("key", ["x", "x" * 255, "!~{}\"'/\\"])
def test_any_visible_ascii_is_a_key(server, key):
    first = send(server.session, key)
    check_replayed(first, send(server.session, key))


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "caf\u00e9".encode(), "a\tb"])
def test_what_is_no_key_is_400(server, key):
    answers.check_problem(send(server.session, key), 400, "Idempotency-Key")
