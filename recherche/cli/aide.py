"""L'aide et les fautes de la ligne de commande, en français.

Le catalogue `messages/` traduit ce que Typer fait passer par gettext ; le reste est dit ici.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from recherche.erreurs import ErreurRecherche

if TYPE_CHECKING:
    from typer.core import TyperOption

AIDE = "Montre cette aide."
SORTES = {bool: "", int: "<entier>", float: "<nombre>", Path: "<chemin>", str: "<texte>"}
VALEURS = {
    "int_parsing": "un nombre entier est attendu",
    "float_parsing": "un nombre est attendu",
    "greater_than_equal": "il faut au moins {ge}",
    "less_than_equal": "il faut au plus {le}",
}

# Toute faute d'usage de Typer : la mère de `BadParameter`, la seule qu'il rende publique.
_FauteUsage = cast("type[Any]", typer.BadParameter.__mro__[1])


class ErreurUsage(ErreurRecherche):
    """La ligne de commande n'est pas comprise."""


class _EnFrancais:
    """Ce que commandes et groupes ont en commun."""

    def get_help_option_names(self, ctx: Any) -> list[str]:  # noqa: ANN401
        """Les noms de l'option d'aide, dans l'ordre où on les a donnés."""
        permis = super().get_help_option_names(ctx)  # type: ignore[misc]
        return [nom for nom in ctx.help_option_names if nom in permis]

    def get_help_option(self, ctx: Any) -> TyperOption | None:  # noqa: ANN401
        """L'option d'aide, avec une explication en français."""
        option = cast("TyperOption | None", super().get_help_option(ctx))  # type: ignore[misc]
        if option is not None:
            option.help = AIDE
            _nommer_sorte(option)
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """« Usage : », à la française."""
        morceaux = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, morceaux, prefix="Usage : ")


class Commande(_EnFrancais, TyperCommand):
    """Une commande dont l'aide est en français."""

    def __init__(self, *args: Any, **reglages: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **reglages)
        for parametre in self.params:
            _nommer_sorte(parametre)


class Groupe(_EnFrancais, TyperGroup):
    """La commande `recherche` : son aide et les fautes d'usage sont en français."""

    def __init__(self, *args: Any, **reglages: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **reglages)
        self.subcommand_metavar = "COMMANDE [ARGUMENTS]..."
        for parametre in self.params:
            _nommer_sorte(parametre)

    def make_context(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401
        """Lit les options. Lève `ErreurUsage`."""
        with _fautes_en_francais(str(self.name)):
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Lit la suite et mène la commande. Lève `ErreurUsage`."""
        with _fautes_en_francais(f"{ctx.command_path} {' '.join(ctx._protected_args[:1])}"):
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """La commande nommée. Lève `ErreurUsage`, avec celles dont le nom ressemble."""
        if args[0] in self.commands or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        proches = get_close_matches(args[0], self.commands)
        remede = _remede(ctx.command_path, proches, "les commandes")
        raise ErreurUsage(f"Commande inconnue : {args[0]}.", remede)


class Application(typer.Typer):
    """Une application Typer dont toutes les commandes sont en français."""

    def __init__(self, **reglages: Any) -> None:  # noqa: ANN401
        super().__init__(cls=Groupe, **reglages)

    def command(self, name: str | None = None, **reglages: Any) -> Callable[[Any], Any]:  # noqa: ANN401
        """Ajoute une commande."""
        return super().command(name, cls=Commande, **reglages)


@contextmanager
def _fautes_en_francais(commande: str) -> Iterator[None]:
    try:
        yield
    except _FauteUsage as faute:
        if type(faute).__name__ == "NoArgsIsHelpError":  # ce n'est pas une faute : l'aide s'affiche
            raise
        proches = getattr(faute, "possibilities", None) or ()
        chemin = commande if faute.ctx is None else faute.ctx.command_path
        remede = _remede(chemin, proches, "ce que la commande attend")
        raise ErreurUsage(_dire(faute), remede) from faute


def _remede(chemin: str, proches: Iterable[str], quoi: str) -> str:
    noms = " ou ".join(f"« {nom} »" for nom in proches)
    question = f"Vouliez-vous dire {noms} ? " if noms else ""
    return f"{question}« {chemin} --help » montre {quoi}."


def _dire(faute: Any) -> str:  # noqa: ANN401
    """La faute en français ; un message inconnu reste tel quel plutôt que perdu."""
    match type(faute).__name__:
        case "NoSuchOption":
            return f"Option inconnue : {faute.option_name}."
        case "BadOptionUsage":
            quoi = "demande une" if "requires" in faute.message else "ne prend pas de"
            return f"L'option {faute.option_name} {quoi} valeur."
        case "MissingParameter":
            sorte = "l'option" if faute.param.param_type_name == "option" else "l'argument"
            return f"Il manque {sorte} {_nom(faute.param)}."
        case "BadParameter" if faute.param is not None:
            return f"Valeur incorrecte pour {_nom(faute.param)} : {_dire_valeur(faute)}."
    if en_trop := re.search(r"^Got unexpected extra argument\S* \((.*)\)$", faute.message):
        return f"Argument en trop : {en_trop[1]}."
    return str(faute.message)


def _nom(parametre: Any) -> str:  # noqa: ANN401
    option = parametre.param_type_name == "option"
    return str(parametre.opts[0] if option else f"« {parametre.name} »")


def _dire_valeur(faute: Any) -> str:  # noqa: ANN401
    """Ce qui ne va pas dans une valeur, d'après la validation de pydantic qui l'a refusée."""
    lire: Callable[[], list[dict[str, Any]]] = getattr(faute.__cause__, "errors", list)
    for erreur in lire():
        if erreur["type"] in VALEURS:
            return VALEURS[erreur["type"]].format(**erreur.get("ctx", {}))
    return str(faute.message).rstrip(".")


def _nommer_sorte(parametre: Any) -> None:  # noqa: ANN401
    """Nomme en français, dans l'aide, la sorte de valeur attendue ; rien pour un drapeau."""
    annotation = parametre.type_descriptor.annotation
    element = get_args(annotation)[0] if get_origin(annotation) is list else annotation
    if element in SORTES:
        sorte = SORTES[element] + ("…" if element is not annotation else "")
        parametre.display_type = parametre.display_type_rich = lambda ctx: sorte
