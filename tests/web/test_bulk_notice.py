"""What the list says of a bulk act, by its address."""

from starlette.datastructures import QueryParams

from web.ticket_bulk_pages import bulk_notice


def test_the_address_of_a_list_says_nothing_that_is_not_ours() -> None:
    nasty = "<script>alert(1)</script>"
    for query in ("", "lot=x", f"lot={nasty}&faits=1"):
        assert bulk_notice(QueryParams(query)) is None
    said = bulk_notice(QueryParams(f"lot=take&faits=x&refus={nasty}-1&refus=a&refus=b-99999"))
    assert said == "1 ticket refusé."
