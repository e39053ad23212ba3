// Le brouillon dans la page : ses tours, ce qui reste à enregistrer, défaire et refaire.
//
// Tout changement remplace des tours qui se suivent par d'autres. Il se voit aussitôt, puis part au
// serveur, un à la fois et dans l'ordre ; le serveur refuse (409) s'il porte sur un tour qu'un autre a
// changé : rien n'est écrasé.

import { Refus } from "./api.js";

const REPRISE_MS = 2000;

export class Brouillon extends EventTarget {
  constructor(api, seance) {
    super();
    this.api = api;
    this.seance = seance;
    this.auteur = "";
    this.file = [];
    this.enVol = null;
    this.panne = false;
    this.ferme = false;
  }

  async ouvrir() {
    const etat = await this.api.demander("ouvrir", { auteur: this.auteur });
    Object.assign(this, {
      relecture: etat.relecture,
      numero: etat.numero,
      nature: etat.nature,
      perimee: etat.perimee,
      tours: etat.tours,
      locuteurs: etat.locuteurs,
      seuil: etat.seuil,
      doutes: etat.doutes,
      defaisables: etat.defaisables,
      refaisables: [],
      miens: new Set(),
      revs: new Map(etat.tours.map((tour) => [tour.id, tour.rev])),
    });
  }

  rang(id) {
    return this.tours.findIndex((tour) => tour.id === id);
  }

  tour(id) {
    return this.tours.find((tour) => tour.id === id);
  }

  get enAttente() {
    return this.file.length + (this.enVol ? 1 : 0);
  }

  /** Change des tours qui se suivent : dans la page, puis dans la file. */
  changer(nature, ids, ajoutes) {
    if (!this.poser(ids, ajoutes)) return;
    const dernier = this.file.at(-1);
    if (nature === "texte" && dernier?.nature === "texte" && dernier.retires[0] === ids[0]) {
      dernier.ajoutes = ajoutes;
    } else {
      this.file.push({ nature, retires: ids, ajoutes });
    }
    this.refaisables = [];
    this.vider();
  }

  /** Remplace des tours dans la page seulement ; faux s'ils ne s'y suivent pas. */
  poser(ids, ajoutes) {
    const debut = this.rang(ids[0]);
    const presents = this.tours.slice(debut, debut + ids.length);
    if (debut < 0 || presents.length !== ids.length) return false;
    if (presents.some((tour, rang) => tour.id !== ids[rang])) return false;
    this.tours.splice(debut, ids.length, ...ajoutes);
    this.annoncer("tours", { debut, retires: ids, ajoutes });
    return true;
  }

  annoncer(quoi, detail = {}) {
    this.dispatchEvent(new CustomEvent(quoi, { detail }));
  }

  /** Envoie la file, un changement après l'autre ; rend une promesse tenue quand elle est vide. */
  vider() {
    if (!this.enVol && this.file.length && !this.ferme && !this.panne) {
      this.enVol = this.envoyer(this.file[0]).finally(() => {
        this.enVol = null;
        this.annoncer("etat");
        this.vider();
      });
      this.annoncer("etat");
    }
    return this.enVol ? this.enVol.then(() => this.vider()) : Promise.resolve();
  }

  async envoyer(changement) {
    this.file.shift();
    const { nature, retires, ajoutes } = changement;
    try {
      const rendu = await this.api.demander("changements", {
        relecture: this.relecture,
        auteur: this.auteur,
        nature,
        retires: retires.map((id) => [id, this.revs.get(id)]),
        ajoutes,
      });
      this.panne = false;
      this.noter(rendu.numero, ajoutes);
      this.defaisables.push(rendu.numero);
    } catch (erreur) {
      if (erreur instanceof Refus) await this.refuse(changement, erreur);
      else this.attendre(changement);
    }
  }

  /** Le serveur ne répond pas : le changement reprend sa place, on réessaie. */
  attendre(changement) {
    this.file.unshift(changement);
    this.panne = true;
    setTimeout(() => {
      this.panne = false;
      this.vider();
    }, REPRISE_MS);
  }

  noter(numero, tours) {
    this.miens.add(numero);
    for (const tour of tours) this.revs.set(tour.id, numero);
    while (this.miens.has(this.numero + 1)) this.numero += 1;
  }

  /** Refusé : on garde ce qui était écrit pour le montrer, et l'on repart de l'état du serveur. */
  async refuse(changement, refus) {
    const touches = new Set(changement.retires);
    const perdus = [changement, ...this.file.filter((c) => c.retires.some((id) => touches.has(id)))];
    const restants = this.file.filter((c) => !perdus.includes(c));
    this.file = [];
    await this.recharger();
    for (const reste of restants) if (this.poser(reste.retires, reste.ajoutes)) this.file.push(reste);
    this.annoncer("refus", { perdus, refus });
  }

  async recharger() {
    const avant = this.tours.map((tour) => tour.id);
    await this.ouvrir();
    this.annoncer("tout", { avant });
  }

  /** Défait (ou refait) mon dernier changement : l'identifiant du tour, ou faux. Un retour à la fois. */
  revenir(refaire) {
    this.retour = (this.retour ?? Promise.resolve()).catch(() => null).then(() => this.unRetour(refaire));
    return this.retour;
  }

  async unRetour(refaire) {
    await this.vider();
    const pile = refaire ? this.refaisables : this.defaisables;
    const numero = pile.pop();
    if (numero === undefined) return false;
    const corps = { relecture: this.relecture, auteur: this.auteur, numero, refaire };
    const rendu = await this.api.demander("annuler", corps);
    this.noter(rendu.numero, rendu.ajoutes);
    this.poser(rendu.retires, rendu.ajoutes);
    if (refaire) this.defaisables.push(rendu.numero);
    else this.refaisables.push(numero);
    this.annoncer("etat");
    return rendu.ajoutes[0].id;
  }

  /** Signale sa présence et prend les changements des autres. `occupe` : les tours qu'on écrit ici. */
  async suivre(occupes) {
    if (this.enVol || this.panne) return;
    const nouvelles = await this.api.demander("suivre", {
      relecture: this.relecture,
      depuis: this.numero,
      seance: this.seance,
      auteur: this.auteur,
    });
    if (this.enVol) return;
    for (const changement of nouvelles.changements) {
      if (!this.miens.has(changement.numero)) await this.recevoir(changement, occupes);
    }
    this.numero = Math.max(this.numero, nouvelles.numero);
    this.annoncer("presence", { autres: nouvelles.autres, close: nouvelles.close });
  }

  async recevoir(changement, occupes) {
    const touches = new Set(changement.retires);
    if (occupes.some((id) => touches.has(id))) return;
    if (this.file.some((c) => c.retires.some((id) => touches.has(id)))) return;
    if (!this.poser(changement.retires, changement.ajoutes)) return this.recharger();
    for (const tour of changement.ajoutes) this.revs.set(tour.id, tour.rev);
    this.annoncer("recu", { auteur: changement.auteur, nature: changement.nature });
  }
}
