"""What users read about the people of the host site, in French."""

ROLES = {
    "gestionnaire_principal": "gestionnaire principal",
    "gestionnaire_secondaire": "gestionnaire secondaire",
    "utilisateur": "utilisateur",
}

# Made-up people: name, role, structure.
CAMILLE = ("Camille Martin", "gestionnaire_principal", "Menuiserie Martin")
NADIA = ("Nadia Benali", "utilisateur", "Plomberie du Lac")
LOUIS = ("Louis Ferrand", "utilisateur", "Commune de Valfleury")
JEANNE = ("Jeanne Morel", "utilisateur", "Jeanne Morel, experte judiciaire")
