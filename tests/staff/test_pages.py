"""The pages of the team: who may open them, what the cookie is, and where forms may come from."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from markupsafe import escape
from starlette.testclient import TestClient

from kit.settings import Settings
from staff.access import COOKIE
from staff.models import Role
from staff.words import VARIABLES
from tests.staff.people import ORIGIN, PASSWORD, Browser, Office
from tests.web.assistants import ScriptedAssistant
from tests.web.conftest import on_sqlite
from web.app import create_app

ANYBODY = frozenset(Role)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
PLANNERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
ABSENT = "00000000-0000-0000-0000-000000000000"

# Method, path: which roles pass. Without a login: the login page.
PAGES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/equipe"): ANYBODY,
    ("GET", "/equipe/mot-de-passe"): ANYBODY,
    ("POST", "/equipe/mot-de-passe"): ANYBODY,
    ("POST", "/equipe/deconnexion"): ANYBODY,
    ("GET", "/equipe/membres"): ADMINISTRATORS,
    ("POST", "/equipe/membres"): ADMINISTRATORS,
    ("GET", "/equipe/membres/{member_id}"): ADMINISTRATORS,
    ("POST", "/equipe/membres/{member_id}"): ADMINISTRATORS,
    ("POST", "/equipe/membres/{member_id}/desactivation"): ADMINISTRATORS,
    ("POST", "/equipe/membres/{member_id}/reactivation"): ADMINISTRATORS,
    ("GET", "/equipe/horaires"): ADMINISTRATORS,
    ("POST", "/equipe/horaires"): ADMINISTRATORS,
    ("POST", "/equipe/horaires/{exception_id}/suppression"): ADMINISTRATORS,
    ("GET", "/equipe/reponses"): ADMINISTRATORS,
    ("POST", "/equipe/reponses"): ADMINISTRATORS,
    ("GET", "/equipe/reponses/{reply_id}"): ADMINISTRATORS,
    ("POST", "/equipe/reponses/{reply_id}"): ADMINISTRATORS,
    ("POST", "/equipe/reponses/{reply_id}/suppression"): ADMINISTRATORS,
    ("GET", "/equipe/categories"): ADMINISTRATORS,
    ("GET", "/equipe/categories/{category}/{subcategory}"): ADMINISTRATORS,
    ("POST", "/equipe/categories/{category}/{subcategory}"): ADMINISTRATORS,
    ("POST", "/equipe/categories/{category}/{subcategory}/origine"): ADMINISTRATORS,
    ("GET", "/equipe/formations"): PLANNERS,
    ("GET", "/equipe/formations/nouvelle"): PLANNERS,
    ("POST", "/equipe/formations/nouvelle"): PLANNERS,
    ("GET", "/equipe/formations/{session_id}"): PLANNERS,
    ("POST", "/equipe/formations/{session_id}"): PLANNERS,
    ("GET", "/equipe/formations/{session_id}/annulation"): PLANNERS,
    ("POST", "/equipe/formations/{session_id}/annulation"): PLANNERS,
}
OPEN = {
    ("GET", "/equipe/connexion"),
    ("POST", "/equipe/connexion"),
    ("GET", "/equipe/invitation/{token}"),
    ("POST", "/equipe/invitation/{token}"),
}


def url_of(path: str) -> str:
    return re.sub(r"\{.*?\}", ABSENT, path)


@on_sqlite
def test_every_page_of_the_team_has_its_row(app: FastAPI) -> None:
    from tests.web.test_access_matrix import routes_of

    served = {(method, path) for method, path in routes_of(app) if path.startswith("/equipe")}
    assert served == PAGES.keys() | OPEN


@on_sqlite
@pytest.mark.parametrize("role", Role)
def test_each_role_opens_its_pages(
    browser: Browser, office: Office, role: Role, subtests: pytest.Subtests
) -> None:
    office.hire(role=role)
    browser.log_in()
    for (method, path), roles in PAGES.items():
        if path == "/equipe/deconnexion":
            continue
        with subtests.test(method=method, path=path):
            status = browser.ask(method, url_of(path)).status_code
            assert (status == 403) == (role not in roles)
            assert status in ({200, 303, 404, 422} if role in roles else {403})


@on_sqlite
def test_nobody_is_sent_to_the_login_page(browser: Browser, subtests: pytest.Subtests) -> None:
    for method, path in PAGES:
        with subtests.test(method=method, path=path):
            answer = browser.ask(method, url_of(path))
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/equipe/connexion")


@on_sqlite
def test_no_page_of_the_team_may_be_framed_or_kept(browser: Browser, office: Office) -> None:
    office.hire(role=Role.ADMINISTRATOR)
    for _ in range(2):
        for path in ("/equipe", "/equipe/membres", "/equipe/connexion"):
            answer = browser.get(path)
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
        browser.log_in()


# Login and logout --------------------------------------------------------------------------------


def test_somebody_logs_in_comes_back_to_their_page_and_logs_out(
    browser: Browser, office: Office
) -> None:
    office.hire()
    sent = browser.get("/equipe/mot-de-passe")
    assert sent.headers["location"] == "/equipe/connexion?suite=%2Fequipe%2Fmot-de-passe"
    assert 'value="/equipe/mot-de-passe"' in browser.get(sent.headers["location"]).text
    back = browser.post(
        "/equipe/connexion",
        email="Claire@exemple.fr ",
        password=PASSWORD,
        suite="/equipe/mot-de-passe",
    )
    assert (back.status_code, back.headers["location"]) == (303, "/equipe/mot-de-passe")
    assert "Bonjour Claire" in browser.get("/equipe").text
    kept = browser.cookie
    assert browser.post("/equipe/deconnexion").status_code == 303
    browser.cookie = kept
    assert browser.get("/equipe").status_code == 303


@on_sqlite
@pytest.mark.parametrize("suite", ["//ailleurs.example", "https://a.example", "/\\a.example", "x"])
def test_nobody_is_sent_to_another_site(browser: Browser, office: Office, suite: str) -> None:
    office.hire()
    form = {"email": "claire@exemple.fr", "password": PASSWORD, "suite": suite}
    assert browser.post("/equipe/connexion", **form).headers["location"] == "/equipe"


@on_sqlite
def test_logging_out_tells_whoever_listens(browser: Browser, office: Office, app: FastAPI) -> None:
    office.hire()
    browser.log_in()
    told: list[object] = []
    app.state.revocations.end = told.extend
    browser.post("/equipe/deconnexion")
    assert len(told) == 1


@on_sqlite
def test_whatever_is_wrong_the_answer_is_the_same(browser: Browser, office: Office) -> None:
    office.hire()
    office.invite("invite@exemple.fr")
    pages = set()
    for email in ("claire@exemple.fr", "inconnu@exemple.fr", "invite@exemple.fr"):
        answer = browser.log_in(email, "faux, et toujours faux")
        assert answer.status_code == 422
        assert COOKIE not in answer.cookies
        pages.add(answer.text.replace(email, ""))
    for _ in range(5):
        browser.log_in(password="faux, et toujours faux")
    pages.add(browser.log_in().text.replace("claire@exemple.fr", ""))
    assert len(pages) == 1
    assert 'aria-invalid="true"' in pages.pop()


@on_sqlite
@pytest.mark.parametrize(
    ("public_url", "secure"), [("", False), ("https://assistance.example", True)]
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(
    settings: Settings,
    assistant: ScriptedAssistant,
    office: Office,
    public_url: str,
    secure: bool,
) -> None:
    office.hire()
    changed = Settings(**settings.model_dump() | {"public_url": public_url})
    with TestClient(create_app(changed, assistant)) as client:
        cookie = Browser(client).log_in().headers["set-cookie"]
    flags = {each.strip().lower() for each in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    assert ("secure" in flags) is secure


@pytest.fixture
def limited(settings: Settings, assistant: ScriptedAssistant) -> Iterator[Browser]:
    changed = Settings(**settings.model_dump() | {"rate_limits": "on"})
    with TestClient(create_app(changed, assistant)) as client:
        yield Browser(client)


@on_sqlite
def test_an_address_that_tries_too_often_has_to_wait(limited: Browser) -> None:
    found = [limited.log_in().status_code for _ in range(31)]
    assert found == [422] * 30 + [429]


# Where forms come from ---------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("origin", [None, "null", "https://ailleurs.example"])
def test_a_form_of_another_site_changes_nothing(
    browser: Browser, office: Office, origin: str | None
) -> None:
    office.hire(role=Role.ADMINISTRATOR)
    browser.log_in()
    for path in ("/equipe/deconnexion", "/equipe/reponses", "/equipe/membres"):
        form = {"shortcut": "x", "title": "x", "text": "x", "email": "x@x.fr", "role": "advisor"}
        assert browser.post(path, origin, **form).status_code == 403
    assert browser.get("/equipe").status_code == 200
    assert "x@x.fr" not in browser.get("/equipe/membres").text


@on_sqlite
def test_the_pages_let_browsers_say_where_a_form_comes_from(
    browser: Browser, office: Office
) -> None:
    token = office.invite("claire@exemple.fr")
    for path in ("/equipe/connexion", f"/equipe/invitation/{token}"):
        assert browser.get(path).headers["referrer-policy"] == "strict-origin"


# Invitations -------------------------------------------------------------------------------------


def test_somebody_invited_chooses_a_name_and_a_password(browser: Browser, office: Office) -> None:
    token = office.invite("claire@exemple.fr")
    path = f"/equipe/invitation/{token}"
    assert "claire@exemple.fr" in browser.get(path).text
    form = {"name": "Claire", "password": PASSWORD, "again": PASSWORD}
    assert browser.post(path, **form | {"again": "autre"}).status_code == 422
    assert browser.post(path, **form | {"password": "court", "again": "court"}).status_code == 422
    assert browser.post(path, **form).headers["location"] == "/equipe"
    assert "Bonjour Claire" in browser.get("/equipe").text
    assert browser.get(path).status_code == 404
    assert browser.post(path, **form).status_code == 404


@on_sqlite
def test_no_password_comes_back_in_a_page(browser: Browser, office: Office) -> None:
    token = office.invite("claire@exemple.fr")
    form = {"name": "", "password": PASSWORD, "again": PASSWORD}
    assert PASSWORD not in browser.post(f"/equipe/invitation/{token}", **form).text
    assert PASSWORD not in browser.log_in().text


# Administration ----------------------------------------------------------------------------------


@pytest.fixture
def administrator(browser: Browser, office: Office) -> Browser:
    office.hire("admin@exemple.fr", Role.ADMINISTRATOR)
    browser.log_in("admin@exemple.fr")
    return browser


def test_an_administrator_invites_changes_and_deactivates(
    administrator: Browser, office: Office
) -> None:
    form = {"email": "claire@exemple.fr", "name": "Claire", "role": "advisor"}
    page = administrator.post("/equipe/membres", **form).text
    link = re.search(rf"{ORIGIN}(/equipe/invitation/[\w-]+)", page)
    assert link is not None
    claire = administrator.other()
    claire.post(link[1], name="Claire", password=PASSWORD, again=PASSWORD)
    member = re.search(r"(/equipe/membres/[\w-]{36})\">Claire", page)
    assert member is not None
    work = {"name": "Clara", "role": "advisor", "capacity": "5", "skills": "comptes, Factures"}
    assert administrator.post(member[1], **work).status_code == 303
    assert claire.get("/equipe").status_code == 200
    changed = administrator.get(member[1]).text
    assert all(each in changed for each in ("Clara", 'value="5"', "comptes, factures"))
    assert administrator.post(member[1], **work | {"capacity": "x"}).status_code == 422
    assert administrator.post(f"{member[1]}/desactivation").status_code == 303
    assert claire.get("/equipe").status_code == 303
    assert claire.log_in().status_code == 422
    assert administrator.post(f"{member[1]}/reactivation").status_code == 303
    assert claire.log_in().status_code == 303


@on_sqlite
def test_nobody_takes_their_own_rights_away(administrator: Browser) -> None:
    page = administrator.get("/equipe/membres").text
    me = re.search(r"/equipe/membres/[\w-]{36}", page)
    assert me is not None
    work = {"name": "Admin", "role": "advisor", "capacity": "3", "skills": ""}
    assert administrator.post(me[0], **work).status_code == 422
    assert administrator.post(f"{me[0]}/desactivation").status_code == 422
    form = {"email": "admin@exemple.fr", "name": "", "role": "support"}
    assert administrator.post("/equipe/membres", **form).status_code == 422
    assert administrator.get("/equipe/membres").status_code == 200


def test_an_administrator_plans_a_closure_and_takes_it_back(administrator: Browser) -> None:
    form = {"day": "2099-12-24", "kind": "closed", "reason": "grève"}
    assert administrator.post("/equipe/horaires", **form).status_code == 303
    wrong = (
        {"day": "demain"},
        {"reason": " "},
        {"start": "10:00"},
        {"start": "10:00", "end": "09:00"},
        {"kind": "open"},
    )
    for change in wrong:
        assert administrator.post("/equipe/horaires", **form | change).status_code == 422
    page = administrator.get("/equipe/horaires").text
    assert page.count("grève") == 2  # its row, and its button
    removal = re.search(r"/equipe/horaires/[\w-]{36}/suppression", page)
    assert removal is not None
    assert administrator.post(removal[0]).status_code == 303
    assert "24/12/2099" not in administrator.get("/equipe/horaires").text


def test_an_administrator_writes_changes_and_removes_a_reply(administrator: Browser) -> None:
    form = {"shortcut": "/Merci", "title": "Merci", "text": "Merci {{ structure | madame }} !"}
    assert administrator.post("/equipe/reponses", **form).status_code == 303
    assert administrator.post("/equipe/reponses", **form).status_code == 422
    for change in ({"shortcut": "a b"}, {"title": ""}, {"text": " "}, {"text": "a\x00"}):
        assert administrator.post("/equipe/reponses", **form | change).status_code == 422
    found = re.search(r"/equipe/reponses/[\w-]{36}", administrator.get("/equipe/reponses").text)
    assert found is not None
    assert administrator.post(found[0], **form | {"text": "Au revoir"}).status_code == 303
    assert "Au revoir" in administrator.get(found[0]).text
    assert administrator.post(f"{found[0]}/suppression").status_code == 303
    assert administrator.get(found[0]).status_code == 404


@on_sqlite
@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Bonjour {{ structure | madame, monsieur }}, ici {{conseiller}}.", 303),
        ("Votre adresse {{ adresse }}, votre rôle {{ role|inconnu }}, {{ organisation }}", 303),
        ("Une accolade { ou deux {} ne sont rien.", 303),
        ("Bonjour {{ prenom }}", 422),
        ("Bonjour {{ structure", 422),
        ("Bonjour structure }}", 422),
        ("Bonjour {{ structure | {{ adresse }} }}", 422),
        ("Bonjour {{ }}", 422),
    ],
)
def test_a_reply_holds_only_variables_that_exist(
    administrator: Browser, text: str, status: int
) -> None:
    answer = administrator.post("/equipe/reponses", shortcut="x", title="x", text=text)
    assert answer.status_code == status
    if status == 422:
        assert "conseiller, organisation, adresse, role, structure" in answer.text


def test_the_page_of_replies_says_which_variables_there_are(administrator: Browser) -> None:
    page = administrator.get("/equipe/reponses").text
    for name, meaning in VARIABLES.items():
        assert f"{{{{ {name} }}}}" in page and str(escape(meaning)) in page


@on_sqlite
def test_what_people_typed_is_never_code(administrator: Browser) -> None:
    attack = '"><script>alert(1)</script>'
    administrator.post("/equipe/membres", email="eve@exemple.fr", name=attack, role="advisor")
    administrator.post("/equipe/reponses", shortcut="x", title=attack, text=attack)
    administrator.post("/equipe/horaires", day="2099-01-02", kind="closed", reason=attack)
    wrong = administrator.post("/equipe/membres", email=attack, name=attack, role=attack).text
    pages = [administrator.get(f"/equipe/{p}").text for p in ("membres", "reponses", "horaires")]
    for page in (*pages, wrong, administrator.log_in(attack).text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
