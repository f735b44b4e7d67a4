"""Who the user is: answers that fit, a conversation that becomes connected, and signing out."""

from playwright.sync_api import expect

from tests.journeys.demo import Demo

FIELDS = ("booking-phone", "booking-email", "transcript-email")


def test_a_connected_gestionnaire_principal_gets_an_answer_that_fits(demo: Demo) -> None:
    demo.sign_in("Camille Martin")
    chat = demo.open_chat()
    expect(chat.account).to_contain_text("camille@example.org, Menuiserie Martin")
    expect(chat.messages.first).to_contain_text("Gestionnaire principal")
    chat.choice("Gestionnaire principal : notifications obligatoires").click()
    answer = chat.answer()
    expect(answer).to_contain_text("gestionnaire principal")
    chat.expect_source(answer, "notifications/gestionnaire_principal")


def test_a_conversation_becomes_connected_later(demo: Demo) -> None:
    chat = demo.open_chat()
    chat.ask("comment modifier mon adresse de connexion ?")
    before = chat.messages.count()
    demo.sign_in("Nadia Benali")
    expect(chat.account).to_contain_text("nadia@example.org")
    expect(chat.messages).to_have_count(before + 1)
    expect(chat.messages.last).to_contain_text("Vous êtes maintenant connecté(e)")
    expect(chat.messages.last.locator(".message__choice").first).to_be_enabled()
    demo.page.reload()
    demo.open_chat()
    expect(chat.account).to_contain_text("nadia@example.org")
    expect(chat.messages).to_have_count(before + 1)


def test_signing_out_on_the_host_page_ends_access(demo: Demo) -> None:
    demo.sign_in("Nadia Benali")
    chat = demo.open_chat()
    chat.ask("comment modifier mon adresse de connexion ?")
    demo.sign_out()
    expect(chat.messages).to_have_count(1)
    expect(chat.account).to_be_hidden()
    demo.page.reload()
    demo.open_chat()
    expect(chat.messages).to_have_count(1)


def test_signing_out_with_the_panel_never_opened_ends_access_too(demo: Demo) -> None:
    demo.sign_in("Nadia Benali")
    demo.open_chat().ask("comment modifier mon adresse de connexion ?")
    demo.page.reload()
    with demo.page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        demo.sign_out()
    assert ended.value.status == 204
    demo.open_chat()
    expect(demo.chat.messages).to_have_count(1)


def test_another_user_gets_another_conversation(demo: Demo, errors: list[str]) -> None:
    demo.sign_in("Nadia Benali")
    chat = demo.open_chat()
    chat.ask("comment modifier mon adresse de connexion ?")
    demo.sign_in("Louis Ferrand")
    expect(chat.account).to_contain_text("louis@example.org")
    expect(chat.messages).to_have_count(1)
    errors.clear()  # the browser's own line about the refusal (409)


def test_what_one_person_typed_in_a_window_is_not_left_for_the_next(demo: Demo) -> None:
    demo.sign_in("Nadia Benali")
    chat = demo.open_chat()
    chat.ask("comment modifier mon adresse de connexion ?")
    fields = [chat.place.locator(f"#{name}") for name in FIELDS]
    for field in fields:
        field.evaluate("(field) => (field.value = 'à Nadia')")
    demo.sign_out()
    expect(chat.account).to_be_hidden()
    for field in fields:
        expect(field).to_have_value("")
