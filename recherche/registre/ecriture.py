"""Écrire un registre : listes déroulantes, formats, en-têtes figés, identifiants protégés."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from recherche.erreurs import ErreurRegistre
from recherche.modele.entretien import Atelier, Entretien, Participant, Registre, Source
from recherche.modele.etude import Reglages
from recherche.registre.colonnes import (
    AGE_MAXIMAL,
    AGE_MINIMAL,
    ATELIERS,
    DECISIONS,
    ENTRETIENS,
    LISTES,
    MODE_EMPLOI,
    Colonne,
    Genre,
    feuilles,
    valeurs,
)
from recherche.reglages import Etude

Valeurs = Mapping[str, object]
DERNIERE_LIGNE = 1000
FORMAT_DATE = "DD/MM/YYYY"
PARTICIPANTS_PREVUS = ("ANI", *(f"P{n}" for n in range(1, 9)))

_TITRE = Font(bold=True, color="FFFFFF")
_FOND_TITRE = PatternFill("solid", fgColor="1F4E79")
_FOND_PROTEGE = PatternFill("solid", fgColor="EDEDED")
_LIBRE = Protection(locked=False)
_HAUT = Alignment(vertical="top", wrap_text=True)


def ecrire_registre_vide(etude: Etude, fichier: Path) -> None:
    """Écrit le registre à remplir : identifiants prévus, territoires, profils.

    Lève `ErreurRegistre` si le fichier existe : un registre ne s'écrase pas.
    """
    ecrire_registre(etude.reglages, Registre((), ()), fichier)


def ecrire_registre(
    reglages: Reglages, registre: Registre, fichier: Path, *, remplacer: bool = False
) -> None:
    """Écrit un registre rempli, avec les lignes prévues qui ne le sont pas encore.

    D'un seul coup : un arrêt en cours n'abîme rien. Lève `ErreurRegistre` si le fichier existe et
    que `remplacer` est faux, ou s'il ne peut être écrit.
    """
    if fichier.exists() and not remplacer:
        raise ErreurRegistre(
            f"{fichier} existe déjà : un registre ne s'écrase pas.",
            "Complétez-le, ou renommez-le avant d'en écrire un autre.",
        )
    contenu = io.BytesIO()
    _classeur(reglages, registre).save(contenu)
    provisoire = fichier.with_name(f".{fichier.name}.provisoire")
    try:
        provisoire.touch(mode=0o600)
        provisoire.write_bytes(contenu.getvalue())
        provisoire.replace(fichier)
    except OSError as erreur:
        with suppress(OSError):
            provisoire.unlink(missing_ok=True)
        raise ErreurRegistre(
            f"{fichier} ne peut être écrit : {erreur}.",
            "Vérifiez que le dossier existe, que le disque n'est pas plein et que le classeur n'est "
            "ouvert nulle part.",
        ) from erreur


def _classeur(reglages: Reglages, registre: Registre) -> Workbook:
    classeur = Workbook()
    classeur.remove(classeur.worksheets[0])
    classeur.properties.creator = "recherche"
    classeur.properties.title = f"Registre - {reglages.etude.titre}"
    plages = _plages(valeurs(reglages))
    lignes = {
        ENTRETIENS: _lignes_entretiens(reglages, registre.entretiens),
        ATELIERS: _lignes_ateliers(reglages, registre.ateliers),
        DECISIONS: _lignes_decisions(registre.ateliers),
    }
    for nom, colonnes in feuilles(reglages).items():
        _remplir(classeur.create_sheet(nom), colonnes, lignes[nom])
        _valider(classeur[nom], colonnes, plages, reglages)
    _mode_emploi(classeur.create_sheet(MODE_EMPLOI), reglages)
    _listes(classeur.create_sheet(LISTES), valeurs(reglages))
    return classeur


def _lignes_entretiens(reglages: Reglages, entretiens: Iterable[Entretien]) -> Iterator[Valeurs]:
    faits = {entretien.id: entretien for entretien in entretiens}
    for territoire in reglages.territoires:
        for profil in reglages.profils:
            for numero in range(1, profil.quota + 1):
                identifiant = f"{territoire.code}-{profil.code}-{numero:02d}"
                if fait := faits.pop(identifiant, None):
                    yield _ligne_entretien(reglages, fait)
                else:
                    noms = {"territoire": territoire.nom, "profil": profil.nom}
                    yield {"identifiant": identifiant, **noms}
    for supplementaire in faits.values():
        yield _ligne_entretien(reglages, supplementaire)


def _ligne_entretien(reglages: Reglages, entretien: Entretien) -> Valeurs:
    return {
        **_ligne_source(reglages, entretien),
        **_ligne_participant(entretien.participant),
        "profil": reglages.profil(entretien.profil).nom,
        "enqueteur": entretien.enqueteur,
    }


def _lignes_ateliers(reglages: Reglages, ateliers: Iterable[Atelier]) -> Iterator[Valeurs]:
    faits = {atelier.id: atelier for atelier in ateliers}
    for prevu in reglages.ateliers:
        if fait := faits.pop(prevu.id, None):
            yield from _lignes_atelier(reglages, fait)
            continue
        nom = reglages.territoire(prevu.territoire).nom
        for locuteur in PARTICIPANTS_PREVUS:
            tete = {"identifiant": prevu.id, "titre": prevu.titre, "territoire": nom}
            yield {**tete, "locuteur": locuteur}
    for supplementaire in faits.values():
        yield from _lignes_atelier(reglages, supplementaire)


def _lignes_atelier(reglages: Reglages, atelier: Atelier) -> Iterator[Valeurs]:
    tete = {**_ligne_source(reglages, atelier), "titre": atelier.titre}
    for participant in atelier.participants:
        locuteur = {"locuteur": participant.locuteur}
        yield {**tete, **_ligne_participant(participant), **locuteur}


def _lignes_decisions(ateliers: Iterable[Atelier]) -> Iterator[Valeurs]:
    for atelier in ateliers:
        for decision in atelier.decisions:
            yield {"identifiant": atelier.id, "decision": decision}


def _ligne_source(reglages: Reglages, source: Source) -> Valeurs:
    return {
        "identifiant": source.id,
        "territoire": reglages.territoire(source.territoire).nom,
        "date": source.date,
        "lieu": source.lieu,
        "enregistrements": " ; ".join(source.enregistrements),
    }


def _ligne_participant(personne: Participant) -> Valeurs:
    accord = personne.consentement
    return {
        "prenom": personne.prenom,
        "nom": personne.nom,
        "sexe": personne.sexe,
        "age": personne.age,
        "quartier": personne.quartier,
        "situation": personne.situation,
        "fonction": personne.fonction,
        "structure": personne.structure,
        "consentement_enregistrement": _oui_non(accord.enregistrement),
        "consentement_citation": _oui_non(accord.citation),
        "consentement_archivage": _oui_non(accord.archivage),
        "consentement_date": accord.date,
        "representant_legal": accord.representant_legal,
        "echeance": accord.echeance,
    }


def _oui_non(valeur: bool | None) -> str | None:
    return None if valeur is None else "oui" if valeur else "non"


def _remplir(feuille: Worksheet, colonnes: Sequence[Colonne], lignes: Iterable[Valeurs]) -> None:
    for rang, colonne in enumerate(colonnes, 1):
        _entete(_cellule(feuille, 1, rang), colonne.titre)
        dimension = feuille.column_dimensions[get_column_letter(rang)]
        dimension.width = colonne.largeur
        dimension.protection = _LIBRE
        if colonne.genre in (Genre.DATE, Genre.DATE_ETUDE):
            dimension.number_format = FORMAT_DATE
    for numero, ligne in enumerate(lignes, 2):
        for rang, colonne in enumerate(colonnes, 1):
            _ecrire(_cellule(feuille, numero, rang), colonne, ligne.get(colonne.cle))
    feuille.freeze_panes = "B2"
    feuille.row_dimensions[1].height = 32
    feuille.print_title_rows = "1:1"
    feuille.page_setup.orientation = "landscape"
    feuille.protection.sheet = True
    for permis in ("formatColumns", "formatRows", "insertRows", "autoFilter"):
        setattr(feuille.protection, permis, False)


def _cellule(feuille: Worksheet, ligne: int, rang: int) -> Cell:
    cellule = feuille.cell(ligne, rang)
    assert isinstance(cellule, Cell), "rien n'est fusionné dans un classeur que nous écrivons"
    return cellule


def _entete(cellule: Cell, titre: str) -> None:
    cellule.value = titre
    cellule.font = _TITRE
    cellule.fill = _FOND_TITRE
    cellule.alignment = Alignment(vertical="center", wrap_text=True)


def _ecrire(cellule: Cell, colonne: Colonne, valeur: object) -> None:
    """Écrit une valeur ; un texte reste un texte, même s'il commence comme une formule."""
    if isinstance(valeur, str) and valeur:
        cellule.value = valeur
        cellule.data_type = "s"
        cellule.quotePrefix = valeur[0] in "=+-@"
    elif isinstance(valeur, date | int):
        cellule.value = valeur
    if colonne.genre in (Genre.DATE, Genre.DATE_ETUDE):
        cellule.number_format = FORMAT_DATE
    if colonne.protegee:
        cellule.fill = _FOND_PROTEGE
    else:
        cellule.protection = _LIBRE


def _plages(listes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """La plage de la feuille des listes où se trouve chaque liste ; les vides n'en ont pas."""
    lettres = {nom: get_column_letter(rang) for rang, nom in enumerate(listes, 1)}
    return {
        nom: f"{LISTES}!${lettres[nom]}$2:${lettres[nom]}${len(liste) + 1}"
        for nom, liste in listes.items()
        if liste
    }


def _listes(feuille: Worksheet, listes: Mapping[str, Sequence[str]]) -> None:
    for rang, (nom, liste) in enumerate(listes.items(), 1):
        feuille.cell(1, rang, nom)
        for numero, valeur in enumerate(liste, 2):
            _ecrire(_cellule(feuille, numero, rang), Colonne(nom, nom, ""), valeur)
    feuille.sheet_state = "hidden"
    feuille.protection.sheet = True


def _valider(
    feuille: Worksheet, colonnes: Sequence[Colonne], plages: Mapping[str, str], reglages: Reglages
) -> None:
    for rang, colonne in enumerate(colonnes, 1):
        regle = _regle(colonne, plages, reglages)
        if regle is None:
            continue
        lettre = get_column_letter(rang)
        regle.add(f"{lettre}2:{lettre}{DERNIERE_LIGNE}")
        feuille.add_data_validation(regle)


def _regle(colonne: Colonne, plages: Mapping[str, str], reglages: Reglages) -> DataValidation | None:
    """Ce qu'Excel laisse saisir dans une colonne ; None : tout."""
    regle: DataValidation | None = None
    if colonne.liste in plages:
        regle = DataValidation(type="list", formula1=plages[colonne.liste], allow_blank=True)
        regle.error = "Choisissez une valeur de la liste."
    elif colonne.genre is Genre.DATE_ETUDE:
        debut, fin = reglages.etude.debut, reglages.etude.fin
        bornes = [f"DATE({jour.year},{jour.month},{jour.day})" for jour in (debut, fin)]
        regle = DataValidation("date", bornes[0], bornes[1], operator="between")
        regle.error = f"Une date entre le {debut:%d/%m/%Y} et le {fin:%d/%m/%Y} est attendue."
    elif colonne.genre is Genre.DATE:
        regle = DataValidation("date", "DATE(1990,1,1)", operator="greaterThan")
        regle.error = "Une date (20/01/2010) est attendue."
    elif colonne.genre is Genre.AGE:
        regle = DataValidation("whole", str(AGE_MINIMAL), str(AGE_MAXIMAL), operator="between")
        regle.error = f"Un âge en années, de {AGE_MINIMAL} à {AGE_MAXIMAL}, est attendu."
    if regle is not None:
        regle.errorTitle = colonne.titre
        regle.showErrorMessage = colonne.genre is not Genre.SUGGESTION
        regle.allow_blank = True
    return regle


def _mode_emploi(feuille: Worksheet, reglages: Reglages) -> None:
    for texte in (
        f"Registre de l'étude « {reglages.etude.titre} »",
        "Ce classeur est nominatif : il ne quitte pas l'ordinateur de l'équipe.",
        "Une ligne par entretien dans « Entretiens », une ligne par participant dans « Ateliers ».",
        "Laissez vide la ligne d'un entretien qui n'a pas encore eu lieu.",
        "Un consentement vide n'est pas une erreur : il arrête seulement l'étape suivante pour cette "
        "personne.",
        "Pour ajouter une ligne, écrivez sous la dernière. Si Excel refuse une modification, ôtez la "
        "protection (menu Révision) : il n'y a pas de mot de passe.",
        "Fermez le classeur avant de lancer une commande « recherche ».",
    ):
        feuille.append([texte])
    feuille["A1"].font = Font(bold=True, size=14)
    entete = feuille.max_row + 2
    for rang, titre in enumerate(("feuille", "colonne", "ce qu'on y met"), 1):
        _entete(_cellule(feuille, entete, rang), titre)
    for nom, colonnes in feuilles(reglages).items():
        for colonne in colonnes:
            feuille.append([nom, colonne.titre, colonne.aide])
            feuille.cell(feuille.max_row, 3).alignment = _HAUT
    for lettre, largeur in (("A", 14), ("B", 28), ("C", 100)):
        feuille.column_dimensions[lettre].width = largeur
    feuille.protection.sheet = True
