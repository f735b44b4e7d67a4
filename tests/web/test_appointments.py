"""Phone appointments over the wire: the user's calls, the secret page, the advisors' calls."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar, Event
from starlette.testclient import TestClient

from staff.models import Role
from tests.clock import Clock, clock
from tests.staff.people import Browser, Office
from tests.web.conftest import on_sqlite
from tests.web.talks import Json, Talk, new_id, open_talk
from tests.web.test_console import claire, office, screen, serve

__all__ = ["claire", "clock", "office"]

MORNING = datetime(2026, 11, 24, 8, 55, tzinfo=UTC)  # a Tuesday, five to ten in Paris
FOURTEEN, FIFTEEN = "2026-11-24T13:00:00Z", "2026-11-24T14:00:00Z"
MOBILE = "06 12 34 56 78"

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    clock.put_at(MORNING)


def offer(client: TestClient, claire: Browser, talk: Talk) -> Json:
    """The message with which Claire proposes fourteen and fifteen o'clock, over her socket."""
    with screen(client, claire.cookie) as line:
        chat = serve(line, talk)
        starts = [FOURTEEN, FIFTEEN]
        line.send("propose", chat_id=chat["id"], client_id=new_id(), starts=starts)
        line.hear_until("stored")
    return next(event for event in reversed(talk.read()) if event.get("slots"))


def book(talk: Talk, offered: Json, number: int = 0, **other: str) -> Json:
    answer = talk.post("appointments", choice(offered, number) | other)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def choice(offered: Json, number: int = 0) -> Json:
    return {
        "client_id": new_id(),
        "proposal": offered["proposal"],
        "start": offered["slots"][number]["start"],
        "phone": MOBILE,
    }


@pytest.fixture
def offered(client: TestClient, claire: Browser, talk: Talk) -> Json:
    return offer(client, claire, talk)


@pytest.fixture
def page(talk: Talk, offered: Json) -> str:
    """The path of the secret page of an appointment at fourteen o'clock."""
    return path_of(book(talk, offered))


def path_of(booked: Json) -> str:
    return urlsplit(str(booked["url"])).path


def test_a_user_books_and_sees_their_appointment(talk: Talk, offered: Json) -> None:
    booked = book(talk, offered, email="a.dupont@exemple.fr")
    assert (booked["start"], booked["end"]) == (FOURTEEN, "2026-11-24T13:20:00Z")
    assert (booked["state"], booked["phone_masked"]) == ("booked", "06 •• •• •• 78")
    found = talk.client.get(f"{talk.path}/appointments", headers=talk.headers).json()
    assert found == {"appointments": [booked]}
    event = next(event for event in talk.read() if event["type"] == "appointment")
    assert (event["id"], event["phone"]) == (booked["id"], "06 •• •• •• 78")


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"phone": "0899 12 34 56"}, 422, "phone_costly"),
        ({"phone": "3949"}, 422, "phone_invalid"),
        ({"email": "personne"}, 422, "email_invalid"),
        ({"start": "2026-11-24T13:07:00Z"}, 409, "slot_taken"),
    ],
)
def test_a_refusal_has_a_code_and_repeats_nothing(
    talk: Talk, offered: Json, wrong: dict[str, str], status: int, code: str
) -> None:
    answer = talk.post("appointments", choice(offered) | wrong)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert not any(value in answer.text for value in wrong.values())


@pytest.mark.parametrize(
    "start", ["2026-11-24T13:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "demain"]
)
def test_an_instant_that_cannot_be_reckoned_with_is_refused(
    talk: Talk, offered: Json, start: str
) -> None:
    answer = talk.post("appointments", choice(offered) | {"start": start})
    assert answer.status_code == 422


def test_a_slot_that_was_taken_is_a_conflict_and_the_rest_can_be_asked_for(
    client: TestClient, claire: Browser, talk: Talk, offered: Json
) -> None:
    other = open_talk(client)
    late = offer(client, claire, other)
    book(talk, offered)
    answer = other.post("appointments", choice(late))
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    slots = f"slots?proposal={late['proposal']}"
    left = client.get(f"{other.path}/{slots}", headers=other.headers).json()["slots"]
    starts = [slot["start"] for slot in left]
    assert FIFTEEN in starts and FOURTEEN not in starts
    foreign = client.get(f"{talk.path}/{slots}", headers=talk.headers)
    assert foreign.status_code == 404


# The secret page -------------------------------------------------------------------------


def test_the_page_tells_what_when_and_where_without_a_login_or_a_script(
    client: TestClient, page: str
) -> None:
    answer = client.get(page, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "mardi 24 novembre à 14 h" in answer.text and "heure de Paris" in answer.text
    assert "06 •• •• •• 78" in answer.text and "0612345678" not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"] and 'content="noindex' in answer.text
    # Never the path of the page; a form of a page with `no-referrer` would come from nowhere.
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert scripts == ['<script src="/static/color-scheme.js">']


def test_an_appointment_is_moved_with_a_plain_form(client: TestClient, page: str) -> None:
    form = client.get(f"{page}/deplacement").text
    values = re.findall(r'name="start" value="([^"]+)"', form)
    assert values and not any(value.startswith("2026-11-24T13:00") for value in values)
    moved = client.post(f"{page}/deplacement", data={"start": values[-1]}, follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (303, f"{page}?fait=deplacement")
    shown = client.get(moved.headers["location"]).text
    assert "Votre rendez-vous est déplacé." in shown and "vendredi 4 décembre" in shown


@pytest.mark.parametrize("start", ["", "demain", "2026-11-25T09:00:00", "9999-12-31T23:59:59Z"])
def test_no_choice_is_asked_for_again(client: TestClient, page: str, start: str) -> None:
    answer = client.post(f"{page}/deplacement", data={"start": start})
    assert answer.status_code == 422 and "Choisissez un horaire" in answer.text


def test_a_time_that_is_not_free_shows_those_that_are(client: TestClient, page: str) -> None:
    answer = client.post(f"{page}/deplacement", data={"start": "2026-11-24T22:00:00Z"})
    assert answer.status_code == 409
    assert "vient d’être pris" in answer.text and 'name="start"' in answer.text


def test_cancelling_is_asked_once_more_and_a_get_changes_nothing(
    client: TestClient, talk: Talk, page: str
) -> None:
    asked = client.get(f"{page}/annulation")
    assert "Annuler votre rendez-vous ?" in asked.text.replace("\u00a0", " ")
    assert [event["state"] for event in talk.read() if event["type"] == "appointment"] == ["booked"]
    client.post(f"{page}/annulation")
    assert "est annulé" in client.get(page).text
    assert client.post(f"{page}/annulation").status_code == 409


def test_too_late_is_said_kindly(client: TestClient, page: str, clock: Clock) -> None:
    clock.put_at(datetime(2026, 11, 24, 12, 50, tzinfo=UTC))
    assert "ne peut plus être déplacé" in client.get(f"{page}/deplacement").text
    answer = client.post(f"{page}/annulation")
    assert answer.status_code == 409 and "moins de 15 minutes" in answer.text


def test_the_calendar_file_is_read_by_calendars(client: TestClient, page: str) -> None:
    answer = client.get(f"{page}/calendrier.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "attachment" in answer.headers["Content-Disposition"]
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert isinstance(event, Event)
    assert event.start == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert page in str(event["URL"])


def test_every_link_that_does_not_hold_gives_the_same_page(
    client: TestClient, talk: Talk, offered: Json, clock: Clock
) -> None:
    first = path_of(book(talk, offered))
    second = path_of(book(talk, offered, 1, email="b@exemple.fr"))
    forged = f"{second[:-1]}{'A' if second[-1] != 'A' else 'B'}"
    answers = [
        client.get(each) for each in (first, forged, "/rendez-vous/x", forged + "/annulation")
    ]
    clock.put_at(datetime(2026, 12, 2, 14, tzinfo=UTC))
    answers.append(client.get(second))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_another_site_cannot_post_to_a_page(client: TestClient, page: str) -> None:
    for origin in ("https://elsewhere.example", "null"):
        answer = client.post(f"{page}/annulation", headers={"Origin": origin})
        assert answer.status_code == 403
    same = client.post(f"{page}/annulation", headers={"Origin": "http://testserver"})
    assert same.status_code == 200


# The advisors' calls ---------------------------------------------------------------------


def test_an_advisor_sees_free_slots_by_day_and_their_appointments(
    claire: Browser, talk: Talk, page: str
) -> None:
    days = claire.get("/api/agents/slots").json()
    assert days[0]["day"] == "2026-11-24" and days[0]["label"] == "mardi 24 novembre"
    assert FOURTEEN not in [slot["start"] for slot in days[0]["slots"]]
    (mine,) = claire.get("/api/agents/appointments").json()
    assert (mine["phone_shown"], mine["conversation_id"]) == (MOBILE, talk.id)
    foreign = claire.get(f"/api/agents/slots?chat_id={new_id()}")
    assert foreign.status_code == 404


def test_the_outcome_is_refused_to_colleagues_and_without_an_origin(
    claire: Browser, office: Office, page: str, clock: Clock
) -> None:
    (mine,) = claire.get("/api/agents/appointments").json()
    outcome = f"/api/agents/appointments/{mine['id']}/outcome"
    office.hire("david@exemple.fr")
    david = claire.other()
    david.log_in("david@exemple.fr")
    done = {"outcome": "done"}
    assert david.ask("POST", outcome, json=done).status_code == 404
    take = outcome.replace("outcome", "take")
    assert david.ask("POST", take, json={}).status_code == 404
    assert claire.ask("POST", outcome, None, json=done).status_code == 403
    assert claire.ask("POST", outcome, json=done).status_code == 409
    clock.put_at(datetime(2026, 11, 24, 13, 1, tzinfo=UTC))
    claire.log_in()  # hours have passed
    assert claire.ask("POST", outcome, json=done).status_code == 204
    assert claire.get("/api/agents/appointments").json()[0]["state"] == "done"


def test_a_callback_is_answered_with_a_proposal(
    client: TestClient, claire: Browser, office: Office, talk: Talk
) -> None:
    talk.click("act:callback")
    (asked,) = claire.get("/api/agents/callbacks").json()
    path = f"/api/agents/callbacks/{asked['reference']}/proposal"
    assert claire.ask("POST", path, json={"starts": [FOURTEEN]}).status_code == 201
    offered = next(event for event in talk.read() if event.get("slots"))
    book(talk, offered)
    assert claire.get("/api/agents/callbacks").json() == []
    assert claire.ask("POST", path, json={"starts": [FOURTEEN]}).status_code == 404


def test_support_staff_have_no_appointments(client: TestClient, office: Office) -> None:
    office.hire("sam@exemple.fr", Role.SUPPORT)
    sam = Browser(client)
    sam.log_in("sam@exemple.fr")
    for path in ("appointments", "slots", "callbacks"):
        assert sam.get(f"/api/agents/{path}").status_code == 403
