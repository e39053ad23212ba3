// La transcription à l'écran : un élément par tour, un seul nœud de texte dans chacun.
//
// Les mots s'éclairent par l'API CSS Custom Highlight : le texte reste du texte, le curseur n'est jamais
// dérangé. Hors de la vue, un tour n'est ni mis en page ni peint (content-visibility).

import { debutDe, horodater, motSous, places, texteDe } from "./texte.js";

const PAR_LIGNE = 90;

const possible = typeof Highlight === "function" && CSS.highlights !== undefined;

const enMots = (texte) => (texte.match(/\S+/g) ?? []).join(" ").normalize("NFC");

export class Feuille {
  constructor(liste) {
    this.liste = liste;
    this.elements = new Map();
    this.traits = new Map();
    this.doute = this.teinte("relecture-doute");
    this.entendu = this.teinte("relecture-entendu");
  }

  teinte(nom) {
    if (!possible) return null;
    const teinte = new Highlight();
    CSS.highlights.set(nom, teinte);
    return teinte;
  }

  quitter() {
    if (!possible) return;
    CSS.highlights.delete("relecture-doute");
    CSS.highlights.delete("relecture-entendu");
  }

  /** Montre tous les tours. */
  tout(tours, seuil) {
    this.seuil = seuil;
    this.doute?.clear();
    this.elements.clear();
    this.traits.clear();
    const neufs = tours.map((tour) => this.creer(tour));
    this.liste.replaceChildren(...neufs);
    for (const tour of tours) this.souligner(tour);
  }

  /** Remplace des tours qui se suivent. Un tour gardé garde son élément, donc le curseur. */
  remplacer(retires, ajoutes) {
    let place = this.elements.get(retires[0]).previousElementSibling;
    const gardes = new Set(ajoutes.map((tour) => tour.id));
    for (const id of retires) if (!gardes.has(id)) this.oter(id);
    for (const tour of ajoutes) {
      const element = this.elements.get(tour.id) ?? this.creer(tour);
      const suivant = place ? place.nextElementSibling : this.liste.firstElementChild;
      if (suivant !== element) this.liste.insertBefore(element, suivant);
      this.peindre(element, tour);
      this.souligner(tour);
      place = element;
    }
  }

  oter(id) {
    this.elements.get(id).remove();
    this.elements.delete(id);
    for (const trait of this.traits.get(id) ?? []) this.doute?.delete(trait);
    this.traits.delete(id);
  }

  creer(tour) {
    const element = document.createElement("article");
    element.className = "tour";
    element.dataset.id = tour.id;
    element.innerHTML =
      '<div class="marge"><button type="button" class="temps"></button>' +
      '<button type="button" class="locuteur"></button></div>' +
      '<div class="texte" contenteditable="plaintext-only" role="textbox" aria-multiline="true" ' +
      'lang="fr" spellcheck="true"></div>' +
      '<label class="relu"><input type="checkbox"><span>relu</span></label>';
    this.elements.set(tour.id, element);
    this.peindre(element, tour);
    return element;
  }

  peindre(element, tour) {
    const texte = texteDe(tour.mots);
    const zone = this.zone(tour.id, element);
    // Le tour où l'on écrit garde ses blancs en cours de frappe, donc le curseur.
    const lu = zone === document.activeElement ? enMots(zone.textContent) : zone.textContent;
    if (lu !== texte) this.ecrire(zone, texte);
    const debut = debutDe(tour.mots);
    const temps = element.querySelector(".temps");
    temps.textContent = debut === null ? "–" : horodater(debut);
    temps.disabled = debut === null;
    temps.title = "Écouter depuis ce tour";
    const locuteur = element.querySelector(".locuteur");
    locuteur.textContent = tour.locuteur;
    locuteur.title = "Changer de locuteur";
    zone.setAttribute("aria-label", `Tour de ${tour.locuteur} à ${temps.textContent}`);
    const lignes = Math.max(1, Math.ceil(texte.length / PAR_LIGNE));
    element.style.containIntrinsicSize = `auto ${lignes * 26 + 22}px`;
    element.classList.toggle("est-relu", tour.relu !== null);
    const relu = element.querySelector(".relu");
    relu.firstChild.checked = tour.relu !== null;
    relu.title = tour.relu === null ? "Marquer ce tour relu" : `Relu par ${tour.relu}`;
  }

  /** Remplace le texte d'une zone ; le curseur, s'il y était, garde sa place. */
  ecrire(zone, texte) {
    const place = zone === document.activeElement ? this.curseurDans(zone) : null;
    zone.textContent = texte;
    if (place !== null) this.poserCurseur(zone, place);
  }

  zone(id, element = this.elements.get(id)) {
    return element?.querySelector(".texte");
  }

  /** Le seul nœud de texte d'un tour ; refait s'il a été morcelé. */
  noeud(zone) {
    const [seul] = zone.childNodes;
    if (zone.childNodes.length === 1 && seul.nodeType === Node.TEXT_NODE) return seul;
    if (zone.childNodes.length === 0) return null;
    const place = this.curseurDans(zone);
    zone.textContent = zone.textContent;
    if (place !== null) this.poserCurseur(zone, place);
    return zone.firstChild;
  }

  /** Souligne les mots peu sûrs d'un tour qui n'est pas encore relu. */
  souligner(tour) {
    if (!this.doute) return;
    for (const trait of this.traits.get(tour.id) ?? []) this.doute.delete(trait);
    const traits = tour.relu === null ? this.peuSurs(tour) : [];
    this.traits.set(tour.id, traits);
    for (const trait of traits) this.doute.add(trait);
  }

  peuSurs(tour) {
    const zone = this.zone(tour.id);
    const noeud = tour.mots.some((mot) => mot[3] !== null && mot[3] < this.seuil) ? this.noeud(zone) : null;
    if (!noeud) return [];
    return places(noeud.data).flatMap(([de, a], rang) => {
      const confiance = tour.mots[rang]?.[3] ?? null;
      return confiance !== null && confiance < this.seuil ? [this.trait(noeud, de, a)] : [];
    });
  }

  trait(noeud, de, a) {
    return new StaticRange({ startContainer: noeud, startOffset: de, endContainer: noeud, endOffset: a });
  }

  /** Éclaire le mot qu'on entend ; null n'éclaire rien. */
  eclairer(id, rang) {
    this.entendu?.clear();
    for (const ancien of this.liste.querySelectorAll(".s-entend")) ancien.classList.remove("s-entend");
    const zone = id === null ? null : this.zone(id);
    if (!zone) return;
    zone.parentElement.classList.add("s-entend");
    const noeud = this.noeud(zone);
    const bornes = noeud && places(noeud.data)[rang];
    if (bornes) this.entendu?.add(this.trait(noeud, ...bornes));
  }

  /** Le tour où se trouve le curseur : { id, zone, texte, place, fin, mot } ; null s'il est ailleurs. */
  curseur() {
    const zone = document.activeElement?.closest?.(".tour .texte");
    if (!zone || !this.liste.contains(zone)) return null;
    const texte = zone.textContent;
    const place = this.curseurDans(zone) ?? 0;
    const choisi = getSelection().toString().length;
    return {
      id: zone.parentElement.dataset.id,
      zone,
      texte,
      place,
      fin: place + choisi,
      mot: motSous(texte, place),
    };
  }

  curseurDans(zone) {
    const choix = getSelection();
    if (choix.rangeCount === 0) return null;
    const [plage] = [choix.getRangeAt(0)];
    if (!zone.contains(plage.startContainer)) return null;
    const avant = document.createRange();
    avant.setStart(zone, 0);
    avant.setEnd(plage.startContainer, plage.startOffset);
    return avant.toString().length;
  }

  /** Met le curseur dans un tour, à une position, ou y choisit un passage. */
  poserCurseur(zone, de, a = de) {
    zone.focus({ preventScroll: true });
    const noeud = zone.firstChild;
    const plage = document.createRange();
    if (noeud) {
      plage.setStart(noeud, Math.min(de, noeud.data.length));
      plage.setEnd(noeud, Math.min(a, noeud.data.length));
    } else {
      plage.selectNodeContents(zone);
    }
    const choix = getSelection();
    choix.removeAllRanges();
    choix.addRange(plage);
  }

  /** Amène un tour au milieu de la vue s'il n'y est pas. */
  montrer(id) {
    const element = this.elements.get(id);
    if (!element) return;
    const vue = this.liste.getBoundingClientRect();
    const cadre = element.getBoundingClientRect();
    const dedans = cadre.top >= vue.top && cadre.bottom <= vue.bottom;
    if (!dedans) element.scrollIntoView({ block: "center" });
  }
}
