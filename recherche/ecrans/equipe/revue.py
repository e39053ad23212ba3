"""La revue des mentions : une décision par forme, avec ses exceptions, puis la signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from recherche.ecrans.equipe import commun
from recherche.erreurs import ErreurRecherche
from recherche.etapes import ecoute
from recherche.etapes import revue as etapes
from recherche.etapes.revue import ARevoir, Decisions, EtatRevue, File, Groupe, Occurrence
from recherche.langue.mentions import TypeMention
from recherche.reglages import Etude

TYPES = {
    TypeMention.PRENOM: "prénom",
    TypeMention.NOM: "nom",
    TypeMention.LIEU: "lieu",
    TypeMention.STRUCTURE: "institution",
    TypeMention.CONTACT: "contact",
    TypeMention.DATE_NAISSANCE: "date de naissance",
    TypeMention.AUTRE: "autre",
}
PAR_PAGE = 10
MONTREES = 3
MARQUES = {
    etapes.SIGNEE: "✓",
    etapes.ATTEND_SECOND: "½",
    etapes.COMMENCEE: "…",
    etapes.A_REVOIR: "○",
    etapes.PAS_PROPOSEE: "–",
}
STYLE = """<style>
.contexte {font-size: 0.95rem; line-height: 1.5; margin: 0.1rem 0 0.1rem 0.5rem;}
.contexte mark {background: #ffe08a; color: #1a1a1a; padding: 0 0.15rem; border-radius: 2px;}
.contexte .qui {color: #595959; font-size: 0.85rem; margin-right: 0.4rem;}
</style>"""


@commun.page("Revue des noms")
def afficher(etude: Etude) -> None:
    """Choisir une source, décider, signer."""
    etats = etapes.etats(etude)
    if not etats:
        st.info("Aucune transcription : transcrivez ou importez-en d'abord.")
        return
    _avancement(etats)
    source = _choisir(etats)
    if source is None:
        return
    st.html(STYLE)
    revue = _revue(etude, source)
    decisions = _decisions(revue)
    _entete(revue, decisions)
    ambigues, trouvees = revue.de(File.AMBIGUE), revue.de(File.TROUVEE)
    residus, indirectes = revue.de(File.RESIDU), revue.de(File.INDIRECTE)
    a_decider = sum(etapes.masque(g, decisions) is None for g in ambigues)
    onglets = st.tabs(
        [
            f"À décider ({a_decider})",
            f"Trouvées ({len(trouvees)})",
            f"Restées en clair ({len(residus)})",
            "Identifiants indirects",
            "Signer",
        ]
    )
    with onglets[0]:
        _ambigues(etude, revue, ambigues, decisions)
    with onglets[1]:
        _table(etude, revue, trouvees, decisions, "trouvees")
    with onglets[2]:
        _residus(etude, revue, residus, decisions)
    with onglets[3]:
        _indirects(etude, revue, indirectes, decisions)
    with onglets[4]:
        _signer(etude, revue, decisions)


def _avancement(etats: Sequence[EtatRevue]) -> None:
    comptes = pd.Series([e.etat for e in etats]).value_counts()
    dits = [f"{comptes[etat]} {etat}" for etat in MARQUES if etat in comptes]
    st.caption(" · ".join(dits) + ". Rien n'est publiable avant signature.")


def _choisir(etats: Sequence[EtatRevue]) -> str | None:
    """La source choisie ; celles qui attendent d'abord."""
    rangs = {etapes.ATTEND_SECOND: 0, etapes.COMMENCEE: 0, etapes.A_REVOIR: 1, etapes.PAS_PROPOSEE: 2}
    tries = sorted(etats, key=lambda e: (rangs.get(e.etat, 3), e.source_id))
    par_id = {e.source_id: e for e in tries}

    def dire(source: str) -> str:
        etat = par_id[source]
        mineur = ", mineur : deux relecteurs" if etat.mineur else ""
        return f"{MARQUES[etat.etat]} {source} ({etat.etat}{mineur})"

    return st.selectbox("Transcription", list(par_id), format_func=dire, key="revue_source")


def _revue(etude: Etude, source: str) -> ARevoir:
    """La revue en mémoire de la session ; relue quand la source ou la version change."""
    gardee = st.session_state.get("revue")
    if isinstance(gardee, ARevoir) and gardee.source_id == source:
        return gardee
    with st.spinner("Lecture de la transcription…"):
        revue = etapes.a_revoir(etude, source)
    st.session_state["revue"] = revue
    st.session_state["revue_decisions"] = revue.decisions
    return revue


def _decisions(revue: ARevoir) -> Decisions:
    gardees = st.session_state.get("revue_decisions")
    return gardees if isinstance(gardees, Decisions) else revue.decisions


def _changer(etude: Etude, revue: ARevoir, decisions: Decisions) -> None:
    """Garde des décisions, en mémoire et dans la base."""
    st.session_state["revue_decisions"] = decisions
    try:
        etapes.enregistrer(etude, revue, decisions)
    except ErreurRecherche as erreur:
        commun.dire(erreur)


def _decider(etude: Etude, revue: ARevoir, choix: Mapping[str, bool]) -> None:
    decisions = _decisions(revue)
    _changer(etude, revue, replace(decisions, masquer={**decisions.masquer, **choix}, premier=None))


def _entete(revue: ARevoir, decisions: Decisions) -> None:
    retenues = etapes.mentions_retenues(revue, decisions)
    colonnes = st.columns(4)
    colonnes[0].metric("Mots", f"{revue.mots:,}".replace(",", " "))
    colonnes[1].metric("Passages masqués", len(retenues))
    colonnes[2].metric(
        "Pour 1 000 mots", f"{1000 * len(retenues) / max(1, revue.mots):.1f}".replace(".", ",")
    )
    colonnes[3].metric("Relecteurs", "deux" if revue.mineur else "un")
    if decisions.premier:
        dit = commun.echapper(decisions.premier)
        st.info(f"Première signature : {dit}. Une autre personne relit et signe.")
    elif revue.signataires:
        noms = commun.echapper(" et ".join(revue.signataires))
        st.success(f"Revue signée par {noms}. La changer demande une nouvelle signature.")


# --- une forme ----------------------------------------------------------------------------------------


def _contexte(occurrence: Occurrence) -> str:
    """Une occurrence dans sa phrase, en HTML sûr."""
    return (
        f'<div class="contexte"><span class="qui">{escape(occurrence.locuteur)}</span>'
        f"…{escape(occurrence.avant)}<mark>{escape(occurrence.texte)}</mark>{escape(occurrence.apres)}…</div>"
    )


def _contextes(groupe: Groupe, *, toutes: bool = False) -> None:
    montrees = groupe.occurrences if toutes else groupe.occurrences[:MONTREES]
    suite = len(groupe.occurrences) - len(montrees)
    html = "".join(map(_contexte, montrees))
    if suite:
        html += f'<div class="contexte qui">et {suite} de plus</div>'
    st.html(html)


def _titre(groupe: Groupe) -> str:
    forme = commun.echapper(groupe.forme)
    fois = len(groupe.occurrences)
    type_ = TYPES[TypeMention(groupe.type)]
    return f"**{forme}** · {fois} fois · {type_} · {commun.echapper(groupe.detecteurs)}"


def _ambigues(etude: Etude, revue: ARevoir, groupes: Sequence[Groupe], decisions: Decisions) -> None:
    """Les formes ambiguës, une décision explicite chacune."""
    if not groupes:
        st.success("Aucune forme ambiguë.")
        return
    st.write("Mots ordinaires aussi, types inconnus, détecteurs peu sûrs : chacun demande une décision.")
    restent = [g for g in groupes if etapes.masque(g, decisions) is None]
    colonnes = st.columns([1, 1, 2])
    if restent and colonnes[0].button("Masquer toutes celles qui restent", key="tout_masquer"):
        _decider(etude, revue, {g.cle: True for g in restent})
        st.rerun()
    a_faire_seulement = colonnes[2].toggle("Seulement celles qui restent", key="restent_seules")
    for groupe in _page(restent if a_faire_seulement else groupes, "ambigues"):
        with st.container(border=True):
            gauche, droite = st.columns([3, 1])
            with gauche:
                st.markdown(_titre(groupe))
                _contextes(groupe)
            with droite:
                _choix(etude, revue, groupe, decisions)


def _choix(etude: Etude, revue: ARevoir, groupe: Groupe, decisions: Decisions) -> None:
    cle = f"choix|{revue.source_id}|{groupe.cle}"
    actuel = etapes.masque(groupe, decisions)

    def noter() -> None:
        valeur = st.session_state[cle]
        if valeur is not None:
            _decider(etude, revue, {groupe.cle: valeur == "masquer"})

    st.radio(
        f"Décision pour {groupe.forme}",
        ["masquer", "laisser"],
        index=None if actuel is None else (0 if actuel else 1),
        key=cle,
        on_change=noter,
        label_visibility="collapsed",
    )


def _page(groupes: Sequence[Groupe], nom: str) -> Sequence[Groupe]:
    """Les groupes de la page choisie."""
    pages = max(1, -(-len(groupes) // PAR_PAGE))
    if pages == 1:
        return groupes
    numero = st.number_input(f"Page (sur {pages})", 1, pages, key=f"page_{nom}")
    return groupes[(int(numero) - 1) * PAR_PAGE : int(numero) * PAR_PAGE]


def _table(
    etude: Etude, revue: ARevoir, groupes: Sequence[Groupe], decisions: Decisions, nom: str
) -> None:
    """Toutes les formes d'une file en table : masquer ou non, quel type ; puis le détail d'une forme."""
    if not groupes:
        st.write("Rien dans cette file.")
        return
    st.write("Une décision vaut pour toutes les occurrences ; les exceptions se cochent plus bas.")
    editee = st.data_editor(
        pd.DataFrame([_ligne(g, decisions) for g in groupes]),
        column_config={
            "masquer": st.column_config.CheckboxColumn("Masquer", width="small"),
            "type": st.column_config.SelectboxColumn(
                "Type", options=list(TYPES.values()), width="small"
            ),
            "forme": st.column_config.TextColumn("Forme"),
            "fois": st.column_config.NumberColumn("Fois", width="small"),
            "contexte": st.column_config.TextColumn("Premier contexte", width="large"),
            "detecteurs": st.column_config.TextColumn("Trouvée par"),
        },
        disabled=["forme", "fois", "contexte", "detecteurs"],
        hide_index=True,
        width="stretch",
        key=f"table_{nom}_{revue.source_id}",
    )
    _noter_table(etude, revue, groupes, decisions, editee.to_dict("records"))
    _detail(etude, revue, groupes, nom)


def _ligne(groupe: Groupe, decisions: Decisions) -> dict[str, Any]:
    premiere = groupe.occurrences[0]
    type_ = decisions.types.get(groupe.cle, groupe.type)
    return {
        "masquer": bool(etapes.masque(groupe, decisions)),
        "type": TYPES[TypeMention(type_)],
        "forme": groupe.forme,
        "fois": len(groupe.occurrences),
        "contexte": f"…{premiere.avant}[{premiere.texte}]{premiere.apres}…",
        "detecteurs": groupe.detecteurs,
    }


def _noter_table(
    etude: Etude,
    revue: ARevoir,
    groupes: Sequence[Groupe],
    decisions: Decisions,
    lignes: Sequence[Mapping[Any, Any]],
) -> None:
    """Garde ce que la table vient de changer."""
    noms = {dit: type_.value for type_, dit in TYPES.items()}
    masquer = {
        g.cle: bool(ligne["masquer"])
        for g, ligne in zip(groupes, lignes, strict=True)
        if bool(ligne["masquer"]) is not bool(etapes.masque(g, decisions))
    }
    types = {
        g.cle: noms[ligne["type"]]
        for g, ligne in zip(groupes, lignes, strict=True)
        if ligne["type"] in noms and noms[ligne["type"]] != decisions.types.get(g.cle, g.type)
    }
    if masquer or types:
        nouvelles = replace(
            decisions,
            masquer={**decisions.masquer, **masquer},
            types={**decisions.types, **types},
            premier=None,
        )
        _changer(etude, revue, nouvelles)
        st.rerun()


def _detail(etude: Etude, revue: ARevoir, groupes: Sequence[Groupe], nom: str) -> None:
    """Toutes les occurrences d'une forme, avec le son et les exceptions."""
    par_cle = {g.cle: g for g in groupes}
    choisie = st.selectbox(
        "Voir toutes les occurrences de",
        list(par_cle),
        index=None,
        format_func=lambda cle: f"{par_cle[cle].forme} ({len(par_cle[cle].occurrences)})",
        placeholder="une forme",
        key=f"detail_{nom}_{revue.source_id}",
    )
    if choisie is not None:
        _occurrences(etude, revue, par_cle[choisie])


def _occurrences(etude: Etude, revue: ARevoir, groupe: Groupe) -> None:
    decisions = _decisions(revue)
    exceptees = set(decisions.exceptions.get(groupe.cle, ()))
    masquee = bool(etapes.masque(groupe, decisions))
    son = ecoute.son(etude, revue.source_id)
    st.write(f"Cochez les occurrences à {'laisser en clair' if masquee else 'masquer'} (exceptions).")
    voulues = set()
    for occurrence in groupe.occurrences:
        case, texte, ecouter = st.columns([1, 10, 3])
        cle = f"exception|{revue.source_id}|{groupe.cle}|{occurrence.debut}"
        if case.checkbox(
            "Exception", occurrence.debut in exceptees, key=cle, label_visibility="collapsed"
        ):
            voulues.add(occurrence.debut)
        texte.html(_contexte(occurrence))
        if son is not None and occurrence.debut_s is not None and occurrence.fin_s is not None:
            debut = max(0.0, occurrence.debut_s - 2)
            ecouter.audio(str(son), start_time=debut, end_time=occurrence.fin_s + 2)
    if voulues != exceptees:
        exceptions = {**decisions.exceptions, groupe.cle: sorted(voulues)}
        _changer(etude, revue, replace(decisions, exceptions=exceptions, premier=None))
        st.rerun()


# --- les autres onglets -------------------------------------------------------------------------------


def _residus(etude: Etude, revue: ARevoir, groupes: Sequence[Groupe], decisions: Decisions) -> None:
    st.write(
        "Ce que rien n'a masqué et qui mérite un regard : majuscules, mots inconnus, chiffres, dates. "
        "Cochez ce qui doit l'être ; le reste demeure en clair."
    )
    _table(etude, revue, groupes, decisions, "residus")
    cle = f"vue_{revue.source_id}"

    def noter() -> None:
        _changer(etude, revue, replace(_decisions(revue), vue=bool(st.session_state[cle])))

    st.checkbox("J'ai lu cette file jusqu'au bout", decisions.vue, key=cle, on_change=noter)


def _indirects(etude: Etude, revue: ARevoir, groupes: Sequence[Groupe], decisions: Decisions) -> None:
    seuil = etude.reglages.seuils.effectif_minimal
    st.write(
        "Sans nom, un sexe, un âge, une ville et une fonction peuvent suffire. "
        f"Sous {seuil} personnes semblables au registre, relisez le récit avec cette idée."
    )
    lignes = [
        {
            "locuteur": v.locuteur,
            "au registre": v.dit,
            "semblables (k)": v.k,
            "seule à exercer sa fonction dans sa ville": "oui" if v.fonction_seule else "",
        }
        for v in revue.voisinages
    ]
    st.dataframe(pd.DataFrame(lignes), hide_index=True, width="stretch")
    if groupes:
        st.write("Le texte dit une fonction que la personne est seule à exercer :")
        _table(etude, revue, groupes, decisions, "indirects")


def _signer(etude: Etude, revue: ARevoir, decisions: Decisions) -> None:
    manques = etapes.manques(revue, decisions)
    for manque in manques:
        st.warning(commun.echapper(manque[:1].upper() + manque[1:] + "."))
    retenues = etapes.mentions_retenues(revue, decisions)
    st.write(f"{len(retenues)} passages seront masqués, exactement ceux-là ; le reste demeure en clair.")
    if revue.mineur:
        st.write("Cette personne est mineure ou peut l'être : deux relecteurs différents signent.")
    nom = commun.qui()
    dit = "Signer en second" if decisions.premier else "Signer"
    if st.button(f"{dit} ({nom})", type="primary", disabled=bool(manques), key="signer"):
        bilan = etapes.signer(etude, revue, decisions, nom)
        st.session_state.pop("revue", None)
        st.session_state.pop("revue_decisions", None)
        st.session_state["revue_bilan"] = bilan.messages
        st.rerun()
    for message in st.session_state.pop("revue_bilan", ()):
        st.success(commun.echapper(message))
