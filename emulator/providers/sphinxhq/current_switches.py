"""The guesses about the current generation that a user may turn."""

from emulator.web.extras import Switch

CURRENT_SWITCHES = (
    Switch(
        "token-error",
        ("oauth", "detail"),
        "the answer to a wrong `client_secret`",
        breaks="Code that reads `error`, as OAuth2 has it, and finds no such key.",
        holds="Decide by the status; log the body.",
        recipe="""
            if answer.status_code == 401:
                raise NotAllowed(answer.text)
        """,
    ),
    Switch(
        "token-life",
        ("3600", "60"),
        "how many seconds an access token lives, which `expires_in` says",
        breaks="Code that keeps a token for an hour without reading `expires_in`.",
        holds="Keep a token for as long as `expires_in` says, less a margin, and ask for another after a 401.",
        recipe="""
            token = answer.json()["access_token"]
            until = now() + timedelta(seconds=0.9 * answer.json()["expires_in"])
        """,
    ),
    Switch(
        "token-type",
        ("Bearer", "bearer"),
        "how `token_type` is spelled",
        breaks="Code that compares `token_type` letter by letter.",
        holds="Compare it without regard to case, as RFC 6749 has it, or not at all.",
        recipe="""
            assert answer.json()["token_type"].lower() == "bearer"
        """,
    ),
    Switch(
        "restart-flag",
        ("either", "body", "query"),
        "where `allow_restart` is read",
        breaks="Code that sends it in one place: where it is not read, a finished case is not started again.",
        holds="Send it in the body and in the query.",
        recipe="""
            url = f"{base}/api/cases/{case_id}/start/?allow_restart=true"
            answer = requests.post(url, json={"allow_restart": True}, headers=key)
        """,
    ),
    Switch(
        "start-status",
        ("200", "202"),
        "the status of a start that began something",
        breaks="Code that takes 202 for a start without effect.",
        holds="Take any 2xx, and read `action_taken`.",
        recipe="""
            assert answer.ok
            began = not answer.json()["action_taken"].startswith("noop")
        """,
    ),
    Switch(
        "queued-check",
        ("PENDING", "SUBMITTED"),
        "the `status` of a check that was started and is not worked on yet",
        breaks="Code that waits for PENDING to go, or knows four states of the six.",
        holds="Look for DECIDED and ERROR; anything else is not ready.",
        recipe="""
            ready = check["status"] in ("DECIDED", "ERROR")
        """,
    ),
    Switch(
        "patch-metadata",
        ("replace", "merge"),
        "what a PATCH does with keys of `metadata` that it does not send",
        breaks="Code that sends the keys that change and counts on the others staying, or going.",
        holds="Read the object, change it, and send it whole; empty a key with null instead of leaving it out.",
        recipe="""
            metadata = {**read_case(case_id)["metadata"], "shelf": "B2", "old": None}
            requests.patch(f"{base}/api/cases/{case_id}/", json={"metadata": metadata}, headers=key)
        """,
    ),
)
