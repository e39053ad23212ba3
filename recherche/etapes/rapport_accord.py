"""Le rapport d'accord : ce qu'on a comparé, ce qu'on a trouvé, que faire, et chaque désaccord."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from recherche.codage import accord as mesures
from recherche.codage.accord import Accord
from recherche.codage.unites import Maille
from recherche.echanges.rapport import Rapport, Section, nombre
from recherche.modele.codage import Grille
from recherche.modele.transcription import TranscriptionPseudonymisee

DESACCORDS_PAR_CODE = 6
CONFUSIONS_MONTREES = 15
TITRES = {
    "question": "question",
    "code": "code",
    "nom": "nom",
    "n": "unités",
    "accord": "accord brut",
    "kappa": "kappa",
    "alpha": "alpha",
    "ac1": "AC1",
    "brennan_prediger": "Brennan-Prediger",
}

Textes = Mapping[str, TranscriptionPseudonymisee]


def composer(
    accord: Accord,
    grille: Grille,
    textes: Textes,
    *,
    titre_etude: str,
    maille: Maille,
    echantillon: str | None,
    jour: date,
) -> Rapport:
    """Le rapport, prêt à écrire. Ses textes sont pseudonymisés : il reste dans l'équipe."""
    ecarts = desaccords_dits(accord, textes)
    sections = [
        _ce_qu_on_compare(accord, maille, echantillon),
        _ensemble(accord),
        _par_code(accord),
        *_que_faire(accord),
        _confusions(accord),
        *_desaccords(accord, grille, ecarts),
        _lire(accord),
    ]
    return Rapport(
        "Accord entre codeurs",
        f"{titre_etude} · grille « {grille.titre} », version {grille.version} · {jour:%d/%m/%Y}",
        jour,
        tuple(sections),
    )


def dire_mesures(accord: Accord) -> Iterator[str]:
    """Une phrase par question : accord brut, kappa, alpha et AC1 avec leurs intervalles."""
    for ligne in accord.ensemble.to_dict("records"):
        bornes = [
            f"{titre} {nombre(ligne[nom])} [{nombre(ligne[f'{nom}_bas'])} ; "
            f"{nombre(ligne[f'{nom}_haut'])}]"
            for nom, titre in (("kappa", "kappa"), ("alpha", "alpha"), ("ac1", "AC1"))
        ]
        yield f"{ligne['question']} : accord brut {nombre(ligne['accord'])}, {', '.join(bornes)}"


def desaccords_dits(accord: Accord, textes: Textes) -> pd.DataFrame:
    """Les désaccords avec le texte de l'unité et le tour qui la précède."""
    table = accord.desaccords.copy()
    pleins = {source: texte.texte for source, texte in textes.items()}
    lignes = list(table[["source_id", "debut", "fin"]].itertuples(index=False))
    table.insert(3, "texte", [pleins[s][debut:fin].replace("\n", " ") for s, debut, fin in lignes])
    table.insert(3, "tour_precedent", [_precedent(textes[s], debut) for s, debut, _ in lignes])
    return table


def _precedent(texte: TranscriptionPseudonymisee, position: int) -> str:
    rang = texte.tour_a(position)
    if rang == 0:
        return ""
    avant = texte.tours[rang - 1]
    return f"{avant.locuteur} : {avant.texte}"


def _ce_qu_on_compare(accord: Accord, maille: Maille, echantillon: str | None) -> Section:
    kappa = "de Cohen" if len(accord.codeurs) == 2 else "de Fleiss"
    tire = (
        "Toutes les unités de ces entretiens sont comparées, y compris celles que personne n'a codées."
        if echantillon is None
        else f"Les unités sont celles de l'échantillon « {echantillon} », tirées au sort dans toutes "
        "celles des personnes enquêtées, codées ou non."
    )
    return Section(
        "Ce qui est comparé",
        (
            f"Codeurs : {', '.join(accord.codeurs)}. {len(accord.sources)} entretiens, {accord.unites} "
            f"unités (une unité est {'une phrase' if maille is Maille.PHRASE else 'un tour de parole'} "
            f"d'une personne enquêtée). {tire} Une unité compte quand deux codeurs au moins l'ont lue.",
            "Un code vaut pour une unité s'il en couvre au moins la moitié, ou si l'unité contient au "
            "moins la moitié du passage codé.",
            f"Kappa {kappa}, alpha de Krippendorff (nominal), AC1 de Gwet. Les intervalles à 95 % "
            f"viennent de {accord.tirages} tirages d'entretiens avec remise (graine {accord.graine}) : "
            "les phrases d'un même entretien se ressemblent et ne se tirent pas une à une.",
            f"Entretiens : {', '.join(accord.sources)}.",
        ),
    )


def _bornees(table: pd.DataFrame) -> pd.DataFrame:
    """Les mesures en texte, « 0,73 [0,70 ; 0,75] »."""
    montre = pd.DataFrame({titre: table[nom] for nom, titre in TITRES.items() if nom in table})
    for nom, titre in (("kappa", "kappa"), ("alpha", "alpha"), ("ac1", "AC1")):
        if f"{nom}_bas" in table:
            triplets = zip(table[nom], table[f"{nom}_bas"], table[f"{nom}_haut"], strict=True)
            montre[titre] = [f"{nombre(v)} [{nombre(b)} ; {nombre(h)}]" for v, b, h in triplets]
    return montre.drop(columns="Brennan-Prediger", errors="ignore")


def _ensemble(accord: Accord) -> Section:
    paires = ""
    if len(accord.codeurs) > 2:
        lignes = accord.par_paire[accord.par_paire["question"] == mesures.TOUS].to_dict("records")
        dits = [f"{p['codeur_1']} et {p['codeur_2']} {nombre(p['kappa'])}" for p in lignes]
        paires = f"Kappa de Cohen de chaque paire, tous codes : {' ; '.join(dits)}."
    return Section(
        "D'ensemble",
        tuple(
            a
            for a in (
                "« Tous les codes » : chaque décision « ce code, ici ». « Codé ou non » : au moins un "
                "code, ou aucun. « Nature du propos » : l'axe à un seul choix, aucun compris.",
                paires,
            )
            if a
        ),
        _bornees(accord.ensemble),
        feuille="ensemble",
        complete=_titrer(pd.concat([accord.ensemble, accord.par_paire]) if paires else accord.ensemble),
        largeurs={"question": 1.6, "kappa": 1.7, "alpha": 1.7, "AC1": 1.7},
    )


def _titrer(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=TITRES | {"codeur_1": "codeur 1", "codeur_2": "codeur 2"}).rename(
        columns=lambda nom: (
            str(nom).replace("_bas", " (bas)").replace("_haut", " (haut)").replace("_", " ")
        )
    )


def _par_code(accord: Accord) -> Section:
    table = accord.par_code.merge(accord.conseils[["code", "verdict"]], on="code")
    montre = _bornees(table).drop(columns=["unités", "kappa"])
    for rang, codeur in enumerate(accord.codeurs):
        poses = zip(table[f"poses_{codeur}"], table[f"prevalence_{codeur}"], strict=True)
        montre.insert(2 + rang, codeur, [f"{n} ({nombre(100 * p, 1)} %)" for n, p in poses])
    montre["verdict"] = table["verdict"]
    return Section(
        "Par code",
        (
            "Sous le nom de chaque codeur : le nombre d'unités où il pose le code, et leur part. Un "
            "code rare donne un accord brut et un AC1 proches de 1 quoi qu'il arrive ; le kappa et "
            "l'alpha, eux, y sont sévères : lisez les deux, et l'intervalle. Le kappa de chaque code "
            f"est dans le classeur{', à un centième près de son alpha' if _proches(table) else ''}.",
        ),
        montre,
        feuille="par code",
        complete=_titrer(table),
        largeurs={"code": 1.5, "nom": 2.3, "kappa": 1.7, "alpha": 1.7, "AC1": 1.7, "verdict": 1.5}
        | dict.fromkeys(accord.codeurs, 1.15)
        | {"accord brut": 0.8},
    )


def _proches(table: pd.DataFrame) -> bool:
    """Vrai si kappa et alpha de chaque code ne diffèrent pas d'un centième."""
    return bool((table["kappa"] - table["alpha"]).abs().max() < 0.01)


def _que_faire(accord: Accord) -> Iterator[Section]:
    table = accord.conseils.assign(
        alpha=accord.conseils["alpha"],
        rang=accord.conseils["verdict"].map(
            {
                v: r
                for r, v in enumerate((mesures.PRECISER, mesures.PRUDENT, mesures.RARE, mesures.FIABLE))
            }
        ),
    ).sort_values(["rang", "alpha"])
    a_faire = table[table["conseil"] != ""].drop(columns="rang")
    titres = {"autres_codes": "autres codes", "conseil": "que faire"}
    fiables = ", ".join(accord.conseils.loc[accord.conseils["verdict"] == mesures.FIABLE, "code"])
    rares = ", ".join(accord.conseils.loc[accord.conseils["verdict"] == mesures.RARE, "code"])
    alineas = [
        "Les codes qui demandent quelque chose, le moins accordé d'abord. Les trois nombres disent à "
        "quoi tiennent les désaccords : aux bornes du passage, à un passage que l'autre a laissé, ou à "
        "un autre code posé à la place.",
        f"Fiables (alpha d'au moins 0,80) : {fiables}." if fiables else "",
        f"Trop rares pour être jugés (moins de {mesures.POSES_MINIMUM} poses) : {rares}."
        if rares
        else "",
    ]
    yield Section(
        "Que faire",
        tuple(a for a in alineas if a),
        a_faire.rename(columns=titres),
        feuille="que faire",
        complete=table.drop(columns="rang").rename(columns=titres),
        largeurs={"code": 1.5, "alpha": 0.75, "verdict": 1.5, "que faire": 6.2}
        | {"bornes": 0.85, "oublis": 0.8, "autres codes": 0.8},
    )


def _confusions(accord: Accord) -> Section:
    """Les paires de codes pris l'un pour l'autre ; la table carrée est dans le classeur."""
    carree = accord.confusions
    codes = list(carree.index)
    paires = [
        (int(carree.loc[a, b]), a, b)
        for rang, a in enumerate(codes)
        for b in codes[rang + 1 :]
        if carree.loc[a, b] > 0
    ]
    paires.sort(key=lambda paire: (-paire[0], paire[1], paire[2]))
    table = pd.DataFrame(
        [(a, b, n) for n, a, b in paires[:CONFUSIONS_MONTREES]], columns=["code", "autre code", "unités"]
    )
    return Section(
        "Codes pris l'un pour l'autre",
        (
            "Unités où un codeur pose le premier code sans le second, et un autre l'inverse."
            + ("" if paires else " Il n'y en a aucune."),
        ),
        table,
        feuille="confusions",
        complete=carree.rename_axis("code").reset_index(),
        largeurs={"code": 2, "autre code": 2, "unités": 1},
    )


def _desaccords(accord: Accord, grille: Grille, ecarts: pd.DataFrame) -> Iterator[Section]:
    titres = {
        "source_id": "entretien",
        "tour_precedent": "tour précédent",
        "pose_par": "posé par",
        "pas_par": "pas par",
    } | {f"codes_{codeur}": f"codes de {codeur}" for codeur in accord.codeurs}
    complete = ecarts.rename(columns=titres)
    unites = len(ecarts[["source_id", "debut", "fin"]].drop_duplicates())
    yield Section(
        "Les désaccords",
        (
            f"{len(ecarts)} désaccords sur {unites} unités. Le document en montre {DESACCORDS_PAR_CODE} "
            "au plus par code, les codes les moins accordés d'abord, pris dans des entretiens "
            "différents ; la feuille « désaccords » du classeur les contient tous, avec le tour qui "
            "précède.",
        ),
        feuille="désaccords",
        complete=complete,
    )
    noms = {code.id: code for code in grille.codes()}
    for code in accord.conseils.sort_values("alpha")["code"]:
        siens = ecarts[ecarts["code"] == code]
        if not siens.empty:
            montres = _etales(siens)
            colonnes = ["source_id", "texte", *(f"codes_{codeur}" for codeur in accord.codeurs)]
            yield Section(
                f"{code} · {noms[code].nom}",
                (f"Définition : {noms[code].definition}",),
                montres[colonnes].rename(columns=titres),
                largeurs={"entretien": 0.9, "texte": 5}
                | {f"codes de {codeur}": 1.6 for codeur in accord.codeurs},
                niveau=2,
            )


def _etales(siens: pd.DataFrame) -> pd.DataFrame:
    """Quelques désaccords, d'autant d'entretiens que possible, dans l'ordre des textes."""
    rangs = siens.groupby("source_id").cumcount()
    choisis = siens.assign(rang=rangs).sort_values(["rang", "source_id", "debut"])
    return choisis.head(DESACCORDS_PAR_CODE).sort_values(["source_id", "debut"])


def _lire(accord: Accord) -> Section:
    return Section(
        "Lire ces chiffres",
        (
            "Accord brut : part des paires de jugements identiques. Il est presque toujours élevé quand "
            "un code est rare, puisque les codeurs s'accordent surtout à ne pas le poser.",
            "Kappa et alpha : ce que l'accord a de plus que le hasard, d'après la fréquence du code ; 0 "
            ": comme au hasard, 1 : parfait. Ils chutent quand un code est très rare ou très fréquent "
            "(paradoxe du kappa). AC1 de Gwet y résiste, mais il est indulgent pour les codes rares.",
            "Repères de Krippendorff (2004) pour l'alpha : 0,80 et plus, fiable ; de 0,667 à 0,80, à "
            "employer avec prudence ; au-dessous, la définition est à revoir avant de conclure. Ce sont "
            "des usages, pas des lois.",
            "Un accord élevé dit que la grille s'applique de la même façon, pas qu'elle dit vrai.",
        ),
    )
