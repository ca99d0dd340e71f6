"""Who may do what: with API keys, without them, and when the server listens elsewhere."""
import subprocess

import pytest

import answers
import drawn_pictures
import glyphd_server

RECOGNITIONS = "/api/v1/recognitions"
PICTURE = drawn_pictures.png("7")
SCOPES = ("read", "write", "admin")


def keys(*arguments):
    return subprocess.run([glyphd_server.PROGRAM, "keys", *arguments], check=True, capture_output=True,
                          text=True, env=glyphd_server.clean_environment(),
                          timeout=glyphd_server.PATIENCE).stdout


def create_key(file, name, scopes):
    return keys("create", "--file", str(file), "--name", name, "--scopes", scopes).strip()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server with keys: (server, scope -> token, id of a record)."""
    folder = tmp_path_factory.mktemp("guarded")
    tokens = {scope: create_key(folder / "keys", scope, scope) for scope in SCOPES}
    tokens["revoked"] = create_key(folder / "keys", "revoked", "admin")
    keys("revoke", "--file", str(folder / "keys"), tokens["revoked"].split("_")[1])
    with glyphd_server.running(folder, "--api-keys", str(folder / "keys")) as server:
        record = answers.check_created(upload(server, tokens["write"]))
        yield server, tokens, record["id"]


def upload(server, token):
    return server.session.post(RECOGNITIONS, data=PICTURE, headers=bearer(token))


def ask(server, identifier, what, headers):
    session = server.session
    path = f"{RECOGNITIONS}/{identifier}"
    return {
        "list": lambda: session.get(RECOGNITIONS, headers=headers),
        "find": lambda: session.get(path, headers=headers),
        "picture": lambda: session.get(path + "/image", headers=headers),
        "corrections": lambda: session.get(path + "/corrections", headers=headers),
        "submit": lambda: session.post(RECOGNITIONS, data=PICTURE, headers=headers),
        "form": lambda: session.post("/upload", files={"image": PICTURE}, headers=headers),
        "correct": lambda: session.put(path + "/correction", json={"text": "7"}, headers=headers),
        "delete": lambda: session.delete(path, headers=headers),
    }[what]()


NEEDED = {"list": "read", "find": "read", "picture": "read", "corrections": "read", "submit": "write",
          "form": "write", "correct": "write", "delete": "admin"}


@pytest.mark.parametrize("what", NEEDED)
def test_without_a_key_everything_is_401(guarded, what):
    server, _, identifier = guarded
    response = ask(server, identifier, what, {})
    answers.check_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Bearer nonsense", "Basic dXNlcjpwdw==",
                                           "Bearer glyphd_k000000000000_" + "A" * 43, "Bearer " + "x" * 5000])
def test_a_wrong_key_is_401(guarded, authorization):
    server, _, identifier = guarded
    answers.check_problem(ask(server, identifier, "list", {"Authorization": authorization}), 401)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("what", NEEDED)
def test_a_key_does_what_its_scopes_say_and_else_403(guarded, scope, what):
    server, tokens, identifier = guarded
    if (scope, what) == ("admin", "delete"):
        identifier = answers.check_created(upload(server, tokens["write"]))["id"]
    response = ask(server, identifier, what, bearer(tokens[scope]))
    if scope in (NEEDED[what], "admin"):
        assert response.status_code in (200, 201, 204), response.text
    else:
        answers.check_problem(response, 403, NEEDED[what])


def test_a_revoked_key_is_401(guarded):
    server, tokens, identifier = guarded
    answers.check_problem(ask(server, identifier, "find", bearer(tokens["revoked"])), 401)


def test_a_key_with_a_changed_secret_is_401(guarded):
    server, tokens, identifier = guarded
    changed = tokens["admin"][:-1] + ("A" if tokens["admin"][-1] != "A" else "B")
    answers.check_problem(ask(server, identifier, "find", bearer(changed)), 401)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json", "/docs", "/"])
def test_what_says_nothing_about_pictures_needs_no_key(guarded, path):
    server, _, _ = guarded
    assert server.session.get(path).status_code == 200


def test_a_refusal_comes_before_a_large_body_is_read(guarded):
    server, _, _ = guarded
    answers.check_problem(server.session.post(RECOGNITIONS, data=bytes(10 << 20)), 401)


def test_keys_of_two_callers_do_not_share_idempotency_keys(guarded):
    server, tokens, _ = guarded
    first, second = (
        server.session.post(RECOGNITIONS, data=PICTURE,
                            headers={**bearer(tokens[scope]), "Idempotency-Key": "the-same"})
        for scope in ("write", "admin"))
    assert first.json()["id"] != second.json()["id"]


def test_no_token_is_in_the_log_or_the_key_file(guarded):
    server, tokens, _ = guarded
    kept = server.log() + (server.folder / "keys").read_text()
    assert not [token for token in tokens.values() if token.split("_", 2)[2] in kept]


# --- Without keys ---


def test_elsewhere_without_keys_reading_and_writing_work_and_deleting_is_403(start):
    server = start("--host", "0.0.0.0")
    record = answers.check_created(server.upload(PICTURE))
    for what in ("list", "find", "picture", "correct", "corrections", "form"):
        assert ask(server, record["id"], what, {}).status_code in (200, 201)
    answers.check_problem(ask(server, record["id"], "delete", {}), 403, "--api-keys")
    assert ask(server, record["id"], "find", {}).status_code == 200


def test_the_log_says_why_deleting_is_refused_elsewhere(start):
    assert "without API keys" in start("--host", "0.0.0.0").log()


def test_on_this_machine_everything_works_without_keys(server):
    record = answers.check_created(server.upload(PICTURE))
    assert ask(server, record["id"], "delete", {}).status_code == 204


@pytest.mark.parametrize("headers", [{"Host": "attacker.example"}, {"Origin": "https://attacker.example"}])
def test_a_page_of_another_site_cannot_make_the_browser_write_here(server, headers):
    answers.check_problem(ask(server, "x", "submit", headers), 403)


def test_the_own_page_may_write(server):
    headers = {"Origin": server.base}
    answers.check_created(ask(server, "x", "submit", headers))
