"""A user and an advisor, each in a browser of their own: from a wish for a person to the end."""

import pytest
from playwright.sync_api import expect

from tests.journeys.chat import Chat
from tests.journeys.conftest import Hire, NewContext, exceptional_hours
from tests.journeys.service import Service
from tests.journeys.test_dissatisfaction import QUESTION, thumb_down_and_explain
from tests.kit.test_file_kinds import PDF, image

pytestmark = pytest.mark.usefixtures("open_throughout", "nobody_left_over")

GRACE_MS = 40_000  # a lost advisor is noticed within 15 s, and the user told within 30


def test_from_a_red_thumb_to_the_rating(chat: Chat, hire: Hire, service: Service) -> None:
    """The whole way: queue, advisor, files, a phone call, wrap-up, rating, and a copy of it all."""
    claire = hire("Claire")
    thumb_down_and_explain(chat)
    chat.choice("Parler à un conseiller").click()
    chat.wait_for_queue()
    claire.accept_offer()
    expect(claire.dossier).to_contain_text("grisé chez moi")
    expect(claire.thread).to_contain_text(QUESTION)
    chat.wait_for_advisor("Claire")
    claire.note("compte verrouillé ?")
    claire.say("Bonjour, je regarde avec vous.")
    expect(chat.advisor_says("je regarde avec vous")).to_contain_text("Claire")
    chat.say("merci beaucoup")
    expect(claire.messages.last).to_contain_text("merci beaucoup")
    chat.expect_read()

    chat.attach("capture d’écran.png", image("PNG", size=(400, 300)))
    picture = claire.messages.last.get_by_role("link", name="capture d’écran.png")
    expect(picture.locator("img")).to_have_js_property("naturalWidth", 400)
    claire.attach("guide.pdf", PDF)
    assert chat.download("guide.pdf") == PDF

    claire.propose_appointment()
    chat.choose_time(phone="06 12 34 56 78", email="camille@exemple.fr")
    expect(chat.messages.last).to_contain_text("Claire vous appellera")
    expect(claire.appointments.get_by_role("listitem")).to_contain_text("06 12 34 56 78")
    claire.finish("appointment")
    chat.rate(5)
    chat.ask_for_transcript("camille@exemple.fr")
    read_mail(chat, service, "Votre rendez-vous téléphonique", "Un conseiller vous appellera")
    read_mail(chat, service, "Votre conversation avec l’assistance", "je regarde avec vous")
    assert not any("compte verrouillé" in text for text in chat.texts())
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")


def read_mail(chat: Chat, service: Service, subject: str, text: str) -> None:
    """The last one of that subject, where mails are shown as long as no server sends them."""
    page = chat.page.context.new_page()
    page.goto(f"{service.address}/courriels")
    page.get_by_role("link", name=subject).first.click()
    expect(page.get_by_role("main")).to_contain_text(text)
    page.close()


def test_who_waits_is_told_their_place_goes_on_asking_and_may_leave(chat: Chat, hire: Hire) -> None:
    hire("Claire").set_status("away")
    chat.ask_for_a_person()
    assert chat.queue_text()
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")
    chat.leave_queue()
    expect(chat.messages.last).to_contain_text("quitté la file")


def test_a_message_is_taken_back_on_both_sides(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    said = claire.say("mauvaise fenêtre")
    chat.advisor_says("mauvaise fenêtre")
    claire.retract(said)
    expect(chat.messages.last).to_contain_text("retiré par son auteur")
    assert "mauvaise fenêtre" not in " ".join(chat.texts())


def test_a_chat_is_handed_to_a_colleague_with_a_note(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    david = hire("David")
    claire.transfer(colleague="David", note="il attend son code service")
    david.accept_offer()
    expect(david.notes).to_contain_text("il attend son code service")
    david.say("Je prends la suite.")
    expect(chat.advisor_says("Je prends la suite.")).to_contain_text("David")


def test_a_killed_browser_gives_the_chat_to_a_colleague(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    david = hire("David")
    claire.page.close()
    told = chat.place.locator("#messages")
    expect(told).to_contain_text("La connexion de votre conseiller est coupée", timeout=GRACE_MS)
    david.accept_offer()
    david.say("Je reprends votre discussion.")
    chat.advisor_says("Je reprends votre discussion.")


def test_a_file_that_is_refused_is_told_a_picture_is_pasted_and_a_note_takes_none(
    chat: Chat, hire: Hire, errors: list[str]
) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    chat.attach("virus.exe", b"MZ\x00\x01")
    expect(chat.place.get_by_role("alert")).to_contain_text("PNG, JPEG, PDF et texte")
    errors.clear()  # the browser notes the refusal as well
    chat.paste_picture(image("PNG"), beside="Total : 12 €")  # from a spreadsheet: a text
    chat.paste_picture(image("PNG"))
    expect(claire.messages.filter(has_text="collage.png")).to_have_count(1)
    claire.page.get_by_role("radio", name="Note interne", exact=True).check()
    expect(claire.attach_button).to_be_hidden()
    claire.page.get_by_role("radio", name="Message", exact=True).check()
    expect(claire.attach_button).to_be_visible()
    claire.attach("guide.pdf", PDF)
    chat.advisor_says("guide.pdf")
    chat.page.reload()
    expect(chat.advisor_says("guide.pdf")).to_be_visible()


def test_files_go_to_whom_they_were_chosen_for_whatever_is_opened_meanwhile(
    chat: Chat, hire: Hire, service: Service, new_context: NewContext
) -> None:
    claire = hire("Claire")
    other = Chat.open(new_context().new_page(), service.address)
    other.ask_for_a_person()
    claire.accept_offer()
    other.wait_for_advisor("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    other.say("je suis l’autre")
    with claire.page.expect_request("**/files"):
        claire.choose_files({f"piece-{number}.pdf": PDF for number in range(3)})
    claire.open_chat("je suis l’autre")
    for number in range(3):
        chat.advisor_says(f"piece-{number}.pdf")
    assert not any("piece-" in text for text in other.texts())


def test_an_appointment_is_proposed_taken_found_again_and_called_off(
    chat: Chat, hire: Hire, errors: list[str]
) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    claire.propose_appointment(times=2)
    expect(chat.choice("Choisir un horaire")).to_be_enabled()
    chat.say("je regarde mon agenda")
    expect(claire.messages.last).to_contain_text("je regarde mon agenda")
    claire.finish("appointment")
    dialog = chat.choose_time(phone="12")  # whatever was said since
    expect(dialog.get_by_role("alert")).to_contain_text("n’est pas reconnu")
    errors.clear()  # the browser notes the refusal as well
    chat.choose_time(phone="06 12 34 56 78", email="camille@exemple.fr")
    expect(chat.messages.last).to_contain_text("Claire vous appellera")
    expect(claire.appointments.get_by_role("listitem")).to_contain_text("06 12 34 56 78")
    assert "06 12 34 56 78" not in " ".join(chat.texts())
    page = chat.open_appointment()
    expect(page.get_by_role("heading", level=1)).to_contain_text("rendez-vous téléphonique")
    page.get_by_role("link", name="Annuler").click()
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_role("main")).to_contain_text("annulé")
    expect(chat.messages.last).to_contain_text("est annulé")
    expect(claire.appointments).to_be_hidden()


def test_who_asked_to_be_called_back_is_proposed_times(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    claire.set_status("away")
    chat.ask_for_a_person()
    chat.choose_in_queue("Être rappelé(e)")
    claire.page.reload()
    claire.expect_connected()
    claire.propose_callback()
    chat.choose_time(phone="+33 6 12 34 56 78")
    expect(chat.messages.last).to_contain_text("Claire vous appellera")
    claire.page.reload()
    expect(claire.appointments.get_by_role("listitem")).to_contain_text("06 12 34 56 78")


def test_both_sides_reload_in_mid_chat_and_find_everything(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.say("je suis là")
    expect(claire.messages.last).to_contain_text("je suis là")
    claire.say("avant le rechargement")
    chat.advisor_says("avant le rechargement")
    chat.page.reload()
    chat.advisor_says("avant le rechargement")
    chat.expect_read()
    claire.page.reload()
    claire.expect_connected()
    expect(claire.thread).to_contain_text("avant le rechargement")
    claire.say("et après")
    chat.advisor_says("et après")


def test_the_user_ends_the_talk_and_the_assistant_answers_again(chat: Chat, hire: Hire) -> None:
    claire = hire("Claire")
    chat.ask_for_a_person()
    claire.accept_offer()
    chat.wait_for_advisor("Claire")
    chat.end_chat()
    chat.rate(2)
    expect(claire.to_conclude).to_be_visible()
    claire.page.reload()
    claire.expect_connected()
    claire.to_conclude.get_by_role("button").first.click()
    claire.finish("abandoned")
    expect(claire.to_conclude).to_be_hidden()
    chat.expect_source(chat.ask(QUESTION), "adresses/modifier_connexion")


def test_closing_time_tells_who_waits_and_keeps_their_request(chat: Chat, service: Service) -> None:
    chat.ask_for_a_person()
    with exceptional_hours(service, "close"):  # the last journey: it takes the opening away too
        expect(chat.messages.last).to_contain_text("TK-")
        expect(chat.messages.last).to_contain_text("Les conseillers reviennent")
