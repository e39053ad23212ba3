// Les boîtes de dialogue et les cartes de conflit.

import { texteDe } from "./texte.js";

const RESUME = 300;
const CONTEXTE = 4;
const ETIQUETTE = /^[A-Z]{1,4}\d{0,2}$/;
export const NATURES = {
  texte: "texte",
  scinder: "tour scindé",
  réunir: "tours réunis",
  locuteur: "locuteur",
  inaudible: "inaudible",
  relu: "relu",
  annuler: "défait",
  refaire: "refait",
};
const TOUCHES = [
  ["Échap", "écouter, arrêter"],
  ["F2", "reculer de 3 s"],
  ["F3, F4", "moins vite, plus vite (0,5 à 2)"],
  ["F8, Maj F8", "endroit douteux suivant, précédent"],
  ["F9", "écouter le mot sous le curseur"],
  ["Entrée", "scinder le tour au curseur"],
  ["Retour arrière, en tête de tour", "réunir avec le tour précédent"],
  ["Suppr, en fin de tour", "réunir avec le tour suivant"],
  ["Alt 1 à Alt 9", "donner le tour au locuteur 1 à 9"],
  ["Alt I", "marquer [inaudible]"],
  ["Ctrl Entrée", "tour relu, passer au suivant"],
  ["Alt ↑, Alt ↓", "tour précédent, suivant"],
  ["Ctrl Z, Ctrl Y", "défaire, refaire"],
];

/** Une ligne de tableau, en texte seulement. */
function ligne(...textes) {
  const rangee = document.createElement("tr");
  for (const texte of textes) {
    rangee.append(document.createElement("td"));
    rangee.lastChild.textContent = texte;
  }
  return rangee;
}

/** Ouvre une boîte ; rend la valeur du bouton qui la ferme. */
function demander(boite) {
  boite.returnValue = "";
  boite.showModal();
  return new Promise((suite) => {
    boite.onclose = () => suite(boite.returnValue);
  });
}

export function montrerTouches(racine) {
  const boite = racine.querySelector(".touches");
  boite.querySelector("tbody").replaceChildren(...TOUCHES.map((touche) => ligne(...touche)));
  return demander(boite);
}

/** Demande une confirmation ; vrai si la personne dit oui. */
export async function confirmer(racine, question) {
  const boite = racine.querySelector(".question");
  boite.querySelector("p").textContent = question;
  return (await demander(boite)) === "oui";
}

/** Fait choisir un locuteur : { locuteur, tous }, ou null si la personne renonce. */
export async function choisirLocuteur(racine, locuteurs, actuel) {
  const boite = racine.querySelector(".choix");
  const tous = boite.querySelector(".tous input");
  const autre = boite.querySelector(".autre");
  boite.querySelector(".options").replaceChildren(
    ...locuteurs.map((locuteur, rang) => {
      const bouton = document.createElement("button");
      bouton.value = locuteur;
      bouton.textContent = rang < 9 ? `${locuteur} (Alt ${rang + 1})` : locuteur;
      bouton.setAttribute("aria-pressed", String(locuteur === actuel));
      return bouton;
    }),
  );
  boite.querySelector(".tous span").textContent = `Pour tous les tours de ${actuel}`;
  tous.checked = false;
  autre.value = "";
  const rendu = await demander(boite);
  const locuteur = (rendu === "autre" ? autre.value : rendu).trim().toUpperCase();
  return ETIQUETTE.test(locuteur) ? { locuteur, tous: tous.checked } : null;
}

export function montrerHistorique(racine, changements) {
  const boite = racine.querySelector(".historique");
  boite.querySelector("tbody").replaceChildren(
    ...changements.map((c) => {
      const quand = new Date(c.date).toLocaleString("fr-FR", { dateStyle: "short", timeStyle: "short" });
      return ligne(quand, c.auteur, NATURES[c.nature] ?? c.nature, ...resumer(c.avant, c.ajoutes));
    }),
  );
  return demander(boite);
}

/** Deux suites de tours, réduites à ce qui les distingue et à quelques mots autour. */
function resumer(avant, apres) {
  const [a, b] = [avant, apres].map((tours) =>
    tours.map((t) => `${t.locuteur}${t.relu ? " ✓" : ""} : ${texteDe(t.mots)}`).join(" / ").split(" "),
  );
  let debut = 0;
  while (debut < Math.min(a.length, b.length) && a[debut] === b[debut]) debut += 1;
  let fin = 0;
  while (fin < Math.min(a.length, b.length) - debut && a.at(-1 - fin) === b.at(-1 - fin)) fin += 1;
  return [a, b].map((mots) => {
    const [de, jusqua] = [Math.max(0, debut - CONTEXTE), mots.length - Math.max(0, fin - CONTEXTE)];
    const texte = mots.slice(de, jusqua).join(" ");
    const court = texte.length > RESUME ? `${texte.slice(0, RESUME)}…` : texte;
    return `${de > 0 ? "… " : ""}${court}${jusqua < mots.length ? " …" : ""}`;
  });
}

/** Les deux textes d'un tour que deux personnes ont changé, et de quoi choisir. */
export function carteConflit(auteur, sien, mien) {
  const carte = document.createElement("section");
  carte.className = "conflit";
  carte.dataset.id = mien.id;
  carte.innerHTML =
    '<p class="qui"></p><dl><dt>Son texte</dt><dd class="sien"></dd><dt>Le vôtre</dt><dd class="mien"></dd></dl>' +
    '<button type="button" data-choix="sien">Garder le sien</button> ' +
    '<button type="button" data-choix="mien">Mettre le mien</button>';
  carte.querySelector(".qui").textContent = `${auteur} a changé ce passage pendant que vous l'écriviez.`;
  carte.querySelector(".sien").textContent = texteDe(sien.mots);
  carte.querySelector(".mien").textContent = texteDe(mien.mots);
  return carte;
}
