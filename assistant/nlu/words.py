"""French words that the understanding needs to know: abbreviations, months, function words.

The only module of the bot side that holds French. Each list is lower case, with real accents.
"""

# What users type for short, and the words that it stands for. Ambiguous ones are left out: « vs »
# is « versus » in « émises vs travaux », « av » may be « avant » or « avec ».
ABBREVIATIONS: dict[str, str] = {
    # asking
    "pk": "pourquoi",
    "pq": "pourquoi",
    "pkoi": "pourquoi",
    "pourkoi": "pourquoi",
    "prquoi": "pourquoi",
    "cmt": "comment",
    "cmnt": "comment",
    "coment": "comment",
    "comen": "comment",
    "qd": "quand",
    "kan": "quand",
    "kand": "quand",
    "koi": "quoi",
    "ki": "qui",
    "ke": "que",
    "kel": "quel",
    "kelle": "quelle",
    "keske": "qu'est-ce que",
    "kesk": "qu'est-ce que",
    "keskon": "qu'est-ce qu'on",
    # somebody, something
    "kelkun": "quelqu'un",
    "qqn": "quelqu'un",
    "qq1": "quelqu'un",
    "qqun": "quelqu'un",
    "qqch": "quelque chose",
    "qqc": "quelque chose",
    # being, having, doing
    "c": "c'est",
    "cest": "c'est",
    "cetait": "c'était",
    "cé": "c'est",
    "g": "j'ai",
    "jé": "j'ai",
    "jai": "j'ai",
    "javais": "j'avais",
    "jaurai": "j'aurai",
    "jaurais": "j'aurais",
    "jarrive": "j'arrive",
    "jattends": "j'attends",
    "jattend": "j'attends",
    "jaimerais": "j'aimerais",
    "jaimerai": "j'aimerais",
    "jenvoie": "j'envoie",
    "jenvoi": "j'envoie",
    "chui": "je suis",
    "chuis": "je suis",
    "jsuis": "je suis",
    "jsui": "je suis",
    "jveu": "je veux",
    "jpe": "je peux",
    "jpeu": "je peux",
    "jpx": "je peux",
    "jsp": "je ne sais pas",
    "ya": "il y a",
    "y'a": "il y a",
    "yavait": "il y avait",
    "fo": "il faut",
    "faudrai": "il faudrait",
    # small words
    "ds": "dans",
    "pr": "pour",
    "ac": "avec",
    "avc": "avec",
    "ns": "nous",
    "ts": "tous",
    "tt": "tout",
    "tte": "toute",
    "ttes": "toutes",
    "dc": "donc",
    "mm": "même",
    "pa": "pas",
    "plu": "plus",
    "bcp": "beaucoup",
    "tjs": "toujours",
    "tjrs": "toujours",
    "tjr": "toujours",
    "jms": "jamais",
    "pcq": "parce que",
    "psk": "parce que",
    "parske": "parce que",
    "mtn": "maintenant",
    "mnt": "maintenant",
    "auj": "aujourd'hui",
    "ajd": "aujourd'hui",
    "pdt": "pendant",
    "tps": "temps",
    "lé": "les",
    "dé": "des",
    "cad": "c'est-à-dire",
    "nb": "nombre",
    "vrmt": "vraiment",
    "pê": "peut-être",
    # politeness
    "bjr": "bonjour",
    "bsr": "bonsoir",
    "cc": "coucou",
    "slt": "salut",
    "svp": "s'il vous plaît",
    "stp": "s'il te plaît",
    "mrc": "merci",
    "mci": "merci",
    "merki": "merci",
    "thx": "merci",
    "dsl": "désolé",
    "nn": "non",
    "nan": "non",
    "oué": "oui",
    "ouais": "oui",
    "oki": "d'accord",
    # the trade
    "fact": "facture",
    "fac": "facture",
    "facs": "factures",
    "cpt": "compte",
    "facts": "factures",
    "factu": "facture",
    "mdp": "mot de passe",
    "mp": "mot de passe",
    "rdv": "rendez-vous",
    "pj": "pièce jointe",
    "pjs": "pièces jointes",
    "pb": "problème",
    "pbm": "problème",
    "pbs": "problèmes",
    "msg": "message",
    "msgs": "messages",
    "tel": "téléphone",
    "tél": "téléphone",
    "num": "numéro",
    "n°": "numéro",
    "nº": "numéro",
    "ref": "référence",
    "réf": "référence",
    "notif": "notification",
    "notifs": "notifications",
    "doc": "document",
    "docs": "documents",
    "sst": "sous-traitant",
    "gp": "gestionnaire principal",
    "appli": "application",
    "pwd": "mot de passe",
    "cpte": "compte",
    "compt": "compte",
    "ladresse": "l'adresse",
    "lagent": "l'agent",
    "lenvoi": "l'envoi",
    "lenvoie": "l'envoie",
    "lenvoyer": "l'envoyer",
    "lassistant": "l'assistant",
    "lavancement": "l'avancement",
}

# « jveux », « jrecois »: « je » run into its verb. No French word starts with a j and a
# consonant; these come from elsewhere.
NOT_A_VERB = frozenset({"jpg", "jpeg", "json", "jdk", "jt", "jr", "js"})

MONTHS = (
    "janvier",
    "février",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "decembre",
)

CURRENCY = ("€", "euro", "euros", "eur")

INVOICE_WORDS = ("facture", "factures", "fact", "mémoire", "memoire")
NUMBER_WORDS = ("numéro", "numero", "num", "no", "n°", "nº")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that carry no subject and exist in one of the two languages only.
FRENCH_FUNCTION_WORDS = _words(
    """
    le la les un une des du de et est je j tu il elle nous vous ils mon ma mes ne n pas que qu qui
    quoi comment pour dans sur avec au aux ce cet cette ces ça ca où ou mais en y se sa ses votre
    vos notre nos leur suis ai as avez avons ont sont c d l s quand pourquoi combien quel quelle
    svp bonjour merci peux peut dois faut être avoir fait faire
    """
)
ENGLISH_FUNCTION_WORDS = _words(
    """
    the i my is are am do does did how what where when why who which can cannot could to of for
    from with it its you your we our us they them their he she his her have has had not and this
    that these those there here please would want need if should may might must was were be been
    being get got at by will in into out over under up about after before because between during
    until while than then so too very only just also all any both each few more most much many
    other some such same own one several another again once never always let make know find see
    don't doesn't didn't can't isn't won't i'm i've i'd it's what's hello hi hey thanks thank good
    morning evening bye
    """
)

# What may stand around a single word without making a question of it, accents folded.
AROUND_A_WORD = _words(
    """
    le la les l un une des du de d au aux mon ma mes notre nos votre vos ce cet cette ces ca son sa
    ses leur leurs pour sur dans en avec et ou il vous te plait bonjour bonsoir coucou merci salut
    the my an of for and please pls hello hi
    """
)

# Between two questions of one message: regular expressions of normalised text.
ASKING = (
    r"comment|ou|où|quand|pourquoi|combien|quel(?:le)?s?|qui|est-ce|puis-je|peut-on"
    r"|how|where|can|what"
)
AND = r"et|and"
WISHING = r"je (?:veux|voudrais|souhaite)|j'aimerais|passez|appelez|i (?:want|need)"
# « Je ne veux pas parler à un conseiller »; but « pas à un robot » and « il n'y a pas d'agent ? ».
_SOMEBODY = r"(?:conseill|agent|humain|quelqu|op[ée]rateur|personne|ticket|human|anyone|somebody)"
_TO = (
    r"(?:(?:de|d'un|d'une|d'|à|a|un|une|avec|me|qu'on|parler|proposer|passer|contacter|ouvrir) ?)"
    r"{1,5}"
)
REFUSED = (
    rf"(?:veu[xt]|voulons|voudrais|souhaite) (?:\w+ )?pas {_TO}{_SOMEBODY}"
    rf"|(?:pas besoin|pas envie|pas la peine|inutile) {_TO}{_SOMEBODY}"
    rf"|ne (?:me |nous )?(?:pass|mett|propos|appel|ouvr)\w* pas {_TO}{_SOMEBODY}"
    rf"|(?:(?<!a )(?<!ai )pas (?:de |d')|sans ){_SOMEBODY}"
    rf"|(?:don't|do not) (?:want|need) (?:(?:to|talk|speak|open|a|an|with|any) ){{0,4}}{_SOMEBODY}"
)
WANTED = (
    rf"{_SOMEBODY}|je (?:veux|voudrais|souhaite)|j'aimerais|passez|appelez|parler|i (?:want|need)"
)
PAST = r"j'ai (?:\w+ )?(?:parl|eu\b|ouvert|contact|appel|joint|[ée]crit)|d[ée]jà|already"
SOMETHING_ELSE = (
    r"et (?:aussi|[ée]galement|sinon|puis|autre chose|par ailleurs|au passage)|sinon"
    r"|autre (?:chose|question)|par ailleurs|au passage|aussi|de plus"
    r"|(?:et )?(?:pendant|tant) que [^,:.?!]{3,25}[,:]|ps|post-scriptum|also|by the way|\d\)|-|\+"
)
