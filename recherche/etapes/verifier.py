"""Ce qu'il faut écouter avant de croire une transcription : rapport par enregistrement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recherche.entrepot import Entrepot, sorties, transcriptions, verifications
from recherche.entrepot.verifications import DouteRange
from recherche.erreurs import ErreurEntrepot
from recherche.etapes.seance import seance
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import Mot, Transcription
from recherche.modele.verification import EtatDoute
from recherche.reglages import Etude

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

ETAPE = "verifier"
FICHIER = "verification.xlsx"
MOTS_PEU_SURS = 2
ECART_MOTS_S = 1.0


@dataclass(frozen=True, slots=True)
class Endroit:
    """Un passage à écouter ; `numero` est celui du doute, None pour des mots peu sûrs."""

    debut_s: float
    fin_s: float
    raison: str
    texte: str
    issue: str = ""
    numero: int | None = None


@dataclass(frozen=True, slots=True)
class Rapport:
    """Ce que vaut la transcription courante d'un enregistrement.

    `part_sure` : part, de 0 à 1, des mots dont la confiance atteint le seuil (None si aucune n'est
    connue) ; `regles` : passages que le programme a relus avec succès ; `paroles` : part du temps de
    parole de chaque locuteur ; `chevauchements_s` : secondes à plusieurs voix (None si inconnu).
    """

    source_id: str
    nature: str
    duree_s: float
    mots: int
    part_sure: float | None
    endroits: tuple[Endroit, ...]
    regles: int
    verifies: int
    paroles: Mapping[str, float]
    chevauchements_s: float | None

    @property
    def a_ecouter_s(self) -> float:
        """Secondes à écouter en tout."""
        return sum(endroit.fin_s - endroit.debut_s for endroit in self.endroits)


def rapports(etude: Etude, sources: Sequence[str] | None = None) -> tuple[Rapport, ...]:
    """Un rapport par transcription datée, la plus courte liste d'endroits à écouter d'abord.

    Lève `ErreurEntrepot` si une source demandée n'a pas de transcription datée.
    """
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        return _rapports(cx, sources, etude.reglages.seuils.confiance_mot)


def verifier(etude: Etude, *, sources: Sequence[str] | None = None) -> tuple[Bilan, tuple[Rapport, ...]]:
    """Les rapports, écrits aussi dans `exports/prive/verification.xlsx` (nominatif)."""
    with seance(etude, ETAPE) as entrepot:
        with entrepot.lire() as cx:
            faits = _rapports(cx, sources, etude.reglages.seuils.confiance_mot)
        if not faits:
            return Bilan(ETAPE), ()
        fichier = etude.exports / "prive" / FICHIER
        etude.exports.mkdir(exist_ok=True)
        fichier.parent.mkdir(mode=0o700, exist_ok=True)
        octets = _classeur(faits)
        chemin = fichier.relative_to(etude.chemin).as_posix()
        if fichier.exists() and fichier.read_bytes() == octets:
            return Bilan(ETAPE, passes=(chemin,)), faits
        ecrire_atomique(fichier, octets, mode=0o600)
        with entrepot.ecrire(ETAPE) as ecriture:
            sorties.noter(ecriture, "privé", [(rapport.source_id, chemin) for rapport in faits])
    return Bilan(ETAPE, (chemin,)), faits


def marquer_verifies(etude: Etude, numeros: Sequence[int], *, auteur: str | None = None) -> Bilan:
    """Note qu'une personne a écouté ces passages ; journalisé, annulable. Lève `ErreurEntrepot`."""
    return _marquer(etude, numeros, EtatDoute.VERIFIE, auteur)


def marquer_a_verifier(etude: Etude, numeros: Sequence[int], *, auteur: str | None = None) -> Bilan:
    """Remet ces passages à écouter ; journalisé, annulable. Lève `ErreurEntrepot`."""
    return _marquer(etude, numeros, EtatDoute.A_VERIFIER, auteur)


def _marquer(etude: Etude, numeros: Sequence[int], etat: EtatDoute, auteur: str | None) -> Bilan:
    with seance(etude, ETAPE) as entrepot, entrepot.ecrire(ETAPE, auteur=auteur) as ecriture:
        changes = [n for n in numeros if verifications.marquer(ecriture, n, etat)]
    faits = tuple(f"passage {n} : {etat.value}" for n in changes)
    return Bilan(ETAPE, faits, tuple(str(n) for n in numeros if n not in changes))


def a_verifier(etude: Etude) -> dict[str, int]:
    """Combien de passages douteux attendent d'être écoutés, par source."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        return {
            source: sum(d.doute.etat is EtatDoute.A_VERIFIER for d in doutes)
            for source, doutes in _doutes(cx).items()
        }


def _doutes(cx: Connection) -> dict[str, list[DouteRange]]:
    """Les doutes de la dernière transcription automatique de chaque source."""
    cles = {
        version.source_id: version.cle
        for version in transcriptions.versions(cx)
        if version.nature == transcriptions.AUTOMATIQUE
    }
    groupes: dict[str, list[DouteRange]] = {}
    for doute in verifications.lire(cx, cles=cles.values()):
        groupes.setdefault(doute.source_id, []).append(doute)
    return groupes


def _rapports(cx: Connection, sources: Sequence[str] | None, seuil: float) -> tuple[Rapport, ...]:
    courantes = transcriptions.courantes(cx)
    doutes = _doutes(cx)
    faits = []
    for source in sorted(courantes) if sources is None else sources:
        version = courantes.get(source)
        texte = None if version is None else transcriptions.lire(cx, version.id)
        if version is None or texte is None or texte.duree_s is None:
            if sources is None:
                continue
            raise ErreurEntrepot(
                f"{source} n'a pas de transcription datée : rien ne dit où écouter.",
                f"Lancez « recherche transcrire {source} » ou « recherche aligner {source} ».",
            )
        faits.append(_rapport(texte, version.nature, doutes.get(source, []), seuil))
    return tuple(sorted(faits, key=lambda r: (len(r.endroits), r.a_ecouter_s, r.source_id)))


def _rapport(texte: Transcription, nature: str, doutes: Sequence[DouteRange], seuil: float) -> Rapport:
    mots = [mot for tour in texte.tours for mot in tour.mots]
    connues = [mot.confiance for mot in mots if mot.confiance is not None]
    restants = [d for d in doutes if d.doute.etat is EtatDoute.A_VERIFIER]
    endroits = [_endroit(d) for d in restants]
    for peu_sur in _peu_surs(mots, seuil):
        if not any(peu_sur.debut_s < e.fin_s and peu_sur.fin_s > e.debut_s for e in endroits):
            endroits.append(peu_sur)
    chevauchements = texte.provenance.reglages.get("chevauchements")
    return Rapport(
        source_id=texte.source_id,
        nature=nature,
        duree_s=texte.duree_s or 0.0,
        mots=len(mots),
        part_sure=sum(c >= seuil for c in connues) / len(connues) if connues else None,
        endroits=tuple(sorted(endroits, key=lambda e: (e.debut_s, e.fin_s, e.raison))),
        regles=sum(d.doute.etat is EtatDoute.REGLE for d in doutes),
        verifies=sum(d.doute.etat is EtatDoute.VERIFIE for d in doutes),
        paroles=_parts(texte),
        chevauchements_s=_total(chevauchements) if isinstance(chevauchements, list) else None,
    )


def _endroit(range_: DouteRange) -> Endroit:
    doute = range_.doute
    return Endroit(
        doute.debut_s, doute.fin_s, doute.raison.value, doute.texte, doute.issue.value, range_.id
    )


def _peu_surs(mots: Iterable[Mot], seuil: float) -> Iterator[Endroit]:
    """Les suites d'au moins `MOTS_PEU_SURS` mots voisins dont la confiance est sous le seuil."""
    suite: list[Mot] = []
    for mot in (*mots, Mot("")):
        bas = mot.confiance is not None and mot.confiance < seuil and mot.debut_s is not None
        proche = not suite or (mot.debut_s or 0.0) - (suite[-1].fin_s or 0.0) < ECART_MOTS_S
        if bas and proche:
            suite.append(mot)
            continue
        if len(suite) >= MOTS_PEU_SURS:
            texte = " ".join(m.texte for m in suite)
            yield Endroit(suite[0].debut_s or 0.0, suite[-1].fin_s or 0.0, "mots peu sûrs", texte)
        suite = [mot] if bas else []


def _parts(texte: Transcription) -> dict[str, float]:
    """Part du temps de parole de chaque locuteur, d'après les temps des mots."""
    durees: dict[str, float] = {}
    for tour in texte.tours:
        durees.setdefault(tour.locuteur, 0.0)
        for mot in tour.mots:
            if mot.debut_s is not None and mot.fin_s is not None:
                durees[tour.locuteur] += mot.fin_s - mot.debut_s
    total = sum(durees.values()) or 1.0
    return {qui: duree / total for qui, duree in durees.items()}


def _total(intervalles: Iterable[Sequence[float]]) -> float:
    return sum(fin - debut for debut, fin in intervalles)


def horodater(secondes: float) -> str:
    """« 00:12:31 »."""
    minutes, s = divmod(int(secondes), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{s:02d}"


def _classeur(faits: Sequence[Rapport]) -> bytes:
    """Deux feuilles : un enregistrement par ligne, et les endroits à écouter."""
    from recherche.publication.formats import en_xlsx

    return en_xlsx({"enregistrements": table_rapports(faits), "à écouter": table_endroits(faits)})


def table_rapports(faits: Sequence[Rapport]) -> pd.DataFrame:
    """Une ligne par enregistrement."""
    import pandas as pd

    lignes = [
        {
            "source": r.source_id,
            "version": r.nature,
            "durée": horodater(r.duree_s),
            "mots": r.mots,
            "compris avec confiance (%)": None if r.part_sure is None else round(100 * r.part_sure, 1),
            "endroits à écouter": len(r.endroits),
            "secondes à écouter": round(r.a_ecouter_s, 1),
            "réglés par relecture": r.regles,
            "vérifiés": r.verifies,
            "locuteurs": len(r.paroles),
            "parts de parole (%)": ", ".join(f"{q} {100 * p:.0f}" for q, p in r.paroles.items()),
            "chevauchements (s)": None if r.chevauchements_s is None else round(r.chevauchements_s, 1),
        }
        for r in faits
    ]
    return pd.DataFrame(lignes)


def table_endroits(faits: Sequence[Rapport]) -> pd.DataFrame:
    """Une ligne par endroit à écouter, dans l'ordre des enregistrements."""
    import pandas as pd

    colonnes = ["source", "numéro", "de", "à", "raison", "ce qu'en a fait le programme", "texte lu"]
    lignes = [
        (
            r.source_id,
            "" if e.numero is None else str(e.numero),
            horodater(e.debut_s),
            horodater(e.fin_s),
            e.raison,
            e.issue,
            e.texte,
        )
        for r in faits
        for e in r.endroits
    ]
    return pd.DataFrame(lignes, columns=colonnes)
