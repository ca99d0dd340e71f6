"""Many callers at once get what one caller after another gets."""
import threading

import answers
import drawn_pictures

RECOGNITIONS = "/api/v1/recognitions"
THREADS = 16
REQUESTS = 200
TEXTS = ["0", "1", "2", "3", "47", "90", "123", "4711", "60842", "2024", "31415", "7777777"]


def test_sixteen_callers_at_once_get_the_answers_that_one_gets(server):
    pictures = [drawn_pictures.png(text, cell=40, pen=4) for text in TEXTS]
    pictures += [drawn_pictures.encoded(drawn_pictures.draw(text), "JPEG") for text in TEXTS]
    expected = [answers.what_was_read(answers.check_created(server.upload(picture))) for picture in pictures]
    seen, failures = [], []

    def call(thread):
        session = server.new_session()
        for number in range(REQUESTS):
            which = (thread * 5 + number) % len(pictures)
            response = session.post(RECOGNITIONS, data=pictures[which])
            if response.status_code != 201 or answers.what_was_read(response.json()) != expected[which]:
                failures.append((which, response.status_code, response.text))
            else:
                seen.append(response.json()["id"])

    threads = [threading.Thread(target=call, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(seen)) == THREADS * REQUESTS


def test_large_and_small_pictures_at_once_do_not_mix_up(server):
    small = drawn_pictures.png("47", cell=28, pen=3)
    large = drawn_pictures.png("12", cell=900, pen=80)
    expected = {small: "47", large: "12"}
    failures = []

    def call(picture, count):
        session = server.new_session()
        for _ in range(count):
            text = session.post(RECOGNITIONS, data=picture).json().get("text")
            if text != expected[picture]:
                failures.append(text)

    threads = [threading.Thread(target=call, args=(large, 5)) for _ in range(3)]
    threads += [threading.Thread(target=call, args=(small, 100)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
