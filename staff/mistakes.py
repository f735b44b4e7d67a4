"""What may be wrong in a form of the team's pages. `words.py` says each of them in French."""

from enum import StrEnum

from kit.errors import Invalid


class Mistake(StrEnum):
    EMAIL = "This is not an e-mail address."
    ROLE = "A role is advisor, support, supervisor or administrator."
    NAME = "A name has 1 to 60 characters."
    SHORT_PASSWORD = "A password has at least 12 characters."
    LONG_PASSWORD = "A password has at most 200 characters."
    EMAIL_AS_PASSWORD = "A password is not the e-mail address."
    OTHER_PASSWORD = "The two passwords differ."
    WRONG_LOGIN = "The address or the password is wrong."
    WRONG_PASSWORD = "The present password is wrong."
    CAPACITY = "A capacity is a number from 0 to 20."
    SKILLS = "At most 20 skills, each of at most 40 characters."
    OWN_ROLE = "Nobody takes their own rights away."
    DAY = "A day is written YYYY-MM-DD."
    SPAN = "Give both hours, the first before the second; an opening has its hours."
    REASON = "A reason has 1 to 120 characters."
    SHORTCUT = "A shortcut has 1 to 40 letters, digits or hyphens."
    TAKEN_SHORTCUT = "This shortcut is taken."
    TITLE = "A title has 1 to 120 characters."
    TEXT = "A text has 1 to 4,000 characters."
    VARIABLE = "Braces hold a variable that exists."


class Mistaken(Invalid):
    """A field that cannot be taken as it is; `field` is its name in the form."""

    def __init__(self, field: str, mistake: Mistake) -> None:
        super().__init__(mistake.value)
        self.field = field
        self.mistake = mistake
