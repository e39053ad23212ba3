"""Le serveur des pages d'équipe : Streamlit, nos adresses pour la relecture, cette machine seulement.

« recherche equipe » le lance ; l'étude vient de RECHERCHE_ETUDE.
"""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from recherche.ecrans.equipe.acces import CetteMachine
from recherche.ecrans.equipe.api import adresses

app = App(
    Path(__file__).with_name("application.py"),
    routes=adresses(),
    middleware=[Middleware(CetteMachine)],
)
