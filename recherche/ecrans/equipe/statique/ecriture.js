// Ce qui change le texte : taper, scinder, réunir, changer de locuteur, dire relu, défaire.

import { couper, debutDe, finDe, horodater, motSous, places, realigner, texteDe } from "./texte.js";

const PAUSE_FRAPPE_MS = 500;

/** Les gestes d'écriture d'une page. `sales` : les tours tapés, pas encore envoyés, et leurs mots d'avant. */
export class Ecriture {
  constructor(brouillon, feuille, son) {
    Object.assign(this, { brouillon, feuille, son, sales: new Map(), index: null });
  }

  frapper(e) {
    const zone = e.target.closest(".texte");
    if (!zone) return;
    const tour = this.brouillon.tour(zone.parentElement.dataset.id);
    const depart = this.sales.get(tour.id) ?? tour.mots;
    this.sales.set(tour.id, depart);
    tour.mots = realigner(depart, zone.textContent);
    this.index = null;
    this.feuille.souligner(tour);
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.valider(), PAUSE_FRAPPE_MS);
    this.etat();
  }

  /** Envoie ce qui a été tapé. */
  valider() {
    clearTimeout(this.pause);
    const ids = [...this.sales.keys()];
    this.sales.clear();
    for (const id of ids) {
      const tour = this.brouillon.tour(id);
      if (tour) this.brouillon.changer("texte", [id], [{ ...tour }]);
    }
  }

  avantFrappe(e) {
    if (e.inputType === "historyUndo" || e.inputType === "historyRedo") {
      e.preventDefault();
      this.revenir(e.inputType === "historyRedo");
    }
  }

  scinder() {
    const ici = this.feuille.curseur();
    this.valider();
    const tour = this.brouillon.tour(ici.id);
    const [gauche, droite] = couper(tour.mots, ici.texte, ici.place);
    if (!gauche.length || !droite.length) return this.dire("Rien à scinder ici.");
    const suite = { ...tour, id: crypto.randomUUID(), mots: droite, relu: null };
    this.brouillon.changer("scinder", [tour.id], [{ ...tour, mots: gauche, relu: null }, suite]);
    this.feuille.poserCurseur(this.feuille.zone(suite.id), 0);
  }

  reunir(rang) {
    this.valider();
    const [un, deux] = this.brouillon.tours.slice(rang, rang + 2);
    if (!un || !deux || rang < 0) return;
    const joint = texteDe(un.mots).length + (un.mots.length ? 1 : 0);
    const mots = [...un.mots, ...deux.mots];
    this.brouillon.changer("réunir", [un.id, deux.id], [{ ...un, mots, relu: null }]);
    this.feuille.poserCurseur(this.feuille.zone(un.id), joint);
  }

  donner(id, locuteur) {
    this.valider();
    const tour = this.brouillon.tour(id);
    if (!locuteur || tour.locuteur === locuteur) return;
    this.brouillon.changer("locuteur", [id], [{ ...tour, locuteur }]);
    if (!this.brouillon.locuteurs.includes(locuteur)) this.brouillon.locuteurs.push(locuteur);
  }

  renommer(ancien, locuteur) {
    this.valider();
    const { tours } = this.brouillon;
    const premier = tours.findIndex((tour) => tour.locuteur === ancien);
    const dernier = tours.findLastIndex((tour) => tour.locuteur === ancien);
    if (premier < 0 || !locuteur || ancien === locuteur) return;
    const touches = tours.slice(premier, dernier + 1);
    const neufs = touches.map((t) => (t.locuteur === ancien ? { ...t, locuteur } : { ...t }));
    this.brouillon.changer("locuteur", touches.map((t) => t.id), neufs);
  }

  inaudible() {
    const ici = this.feuille.curseur();
    if (!ici) return;
    this.valider();
    const tour = this.brouillon.tour(ici.id);
    const bornes = places(ici.texte)[ici.mot] ?? [0, 0];
    const [de, a] = ici.fin > ici.place ? [ici.place, ici.fin] : [bornes[1], bornes[1]];
    const instant = tour.mots[motSous(ici.texte, de)]?.[1] ?? this.son.position;
    const marque = `[inaudible ${horodater(instant)}]`;
    const avant = `${ici.texte.slice(0, de).trimEnd()} ${marque}`;
    const texte = `${avant} ${ici.texte.slice(a).trimStart()}`.trim();
    this.brouillon.changer("inaudible", [tour.id], [{ ...tour, mots: realigner(tour.mots, texte) }]);
    this.feuille.poserCurseur(ici.zone, avant.trimStart().length);
  }

  relire(id, relu) {
    this.valider();
    const tour = this.brouillon.tour(id);
    if ((tour.relu !== null) === relu) return;
    this.brouillon.changer("relu", [id], [{ ...tour, relu: relu ? this.brouillon.auteur : null }]);
    if (relu) this.verifier(tour);
  }

  toutRelire() {
    this.valider();
    const { tours, auteur } = this.brouillon;
    const premier = tours.findIndex((tour) => tour.relu === null);
    const dernier = tours.findLastIndex((tour) => tour.relu === null);
    if (premier < 0) return;
    const restants = tours.slice(premier, dernier + 1);
    const neufs = restants.map((tour) => ({ ...tour, relu: tour.relu ?? auteur }));
    this.brouillon.changer("relu", restants.map((tour) => tour.id), neufs);
  }

  /** Un tour relu : ses passages douteux ont été écoutés. */
  verifier(tour) {
    const [debut, fin] = [debutDe(tour.mots), finDe(tour.mots)];
    if (debut === null) return;
    const dedans = this.brouillon.doutes.filter((d) => d.debut_s < fin && d.fin_s > debut && d.fin_s <= fin + 1);
    if (!dedans.length) return;
    this.brouillon.doutes = this.brouillon.doutes.filter((doute) => !dedans.includes(doute));
    this.son.zones = this.brouillon.doutes.map((doute) => [doute.debut_s, doute.fin_s]);
    const corps = { numeros: dedans.map((doute) => doute.numero), auteur: this.brouillon.auteur };
    this.api.demander("verifies", corps).catch((erreur) => this.echec(erreur));
  }

  async revenir(refaire) {
    this.valider();
    try {
      const id = await this.brouillon.revenir(refaire);
      if (id === false) this.dire(refaire ? "Rien à refaire." : "Rien à défaire.");
      else {
        this.feuille.montrer(id);
        this.feuille.poserCurseur(this.feuille.zone(id), 0);
      }
    } catch (erreur) {
      this.dire(erreur.message, true);
    }
  }
}
