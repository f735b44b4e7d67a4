"""The mail with the link that activates an account, sent once more."""

from actions import words
from actions.account_links import ADDRESS, AddressKnown, AskAddress, AskedForMail, ReadAddress
from actions.forms import ACTIVATION
from chorus.account_models import AccountRequestKind

INTENT = "lien_activation.renvoyer"


class ResendActivation(AskedForMail):
    title = "action_activation"
    form = ACTIVATION
    intent = INTENT
    kind = AccountRequestKind.ACTIVATION
    label = words.RESEND_ACTIVATION


class AskSignUpAddress(AskAddress):
    title = f"action_ask_{ACTIVATION.name}_{ADDRESS}"
    form = ACTIVATION
    intent = INTENT
    text = words.WHICH_SIGN_UP_ADDRESS


class ReadSignUpAddress(ReadAddress):
    form = ACTIVATION


class SendActivation(AddressKnown):
    title = "action_activation_send"
    form = ACTIVATION
    kind = AccountRequestKind.ACTIVATION


ACTIONS = (ResendActivation, AskSignUpAddress, ReadSignUpAddress, SendActivation)
