// La relecture d'une transcription : la page, ses touches, ce que chaque geste fait.

import { Api } from "./api.js";
import { NATURES, carteConflit, choisirLocuteur, confirmer, montrerHistorique, montrerTouches } from "./boites.js";
import { Brouillon } from "./brouillon.js";
import { endroitsDouteux, indexer, motEntendu } from "./endroits.js";
import { Ecriture } from "./ecriture.js";
import { Feuille } from "./feuille.js";
import { Son } from "./son.js";
import { debutDe, horodater, places, realigner } from "./texte.js";

const SUIVRE_MS = 2500;
const RECUL_S = 3;
const AVANCE_S = 0.05;

/** Installe la relecture dans `racine` ; rend de quoi la démonter. */
export function installer(racine, source, auteur, surFin) {
  const page = new Page(racine, source, auteur, surFin);
  page.commencer().catch((erreur) => page.echec(erreur));
  return page;
}

class Page extends Ecriture {
  constructor(racine, source, auteur, surFin) {
    const un = (selecteur) => racine.querySelector(selecteur);
    const api = new Api(source);
    const son = new Son(un("audio"), un(".onde-entiere"), un(".onde-proche"));
    super(new Brouillon(api, crypto.randomUUID()), new Feuille(un(".liste")), son);
    this.brouillon.auteur = auteur;
    Object.assign(this, { racine, api, surFin, un });
    this.arret = new AbortController();
    this.entendu = null;
  }

  async commencer() {
    await this.brouillon.ouvrir();
    this.feuille.tout(this.brouillon.tours, this.brouillon.seuil);
    this.brancher();
    this.avancement();
    this.etat();
    this.avertir();
    this.preparerSon();
    this.un(".liste").dataset.pret = "oui";
    await this.suivre();
  }

  echec(erreur) {
    this.dire(`${erreur.message} ${erreur.corps?.remede ?? ""}`, true);
  }

  demonter() {
    if (this.arret.signal.aborted) return;
    this.valider();
    this.brouillon.vider();
    this.brouillon.ferme = this.brouillon.enAttente === 0;
    this.partir();
    this.arret.abort();
    clearTimeout(this.horloge);
    this.son.audio.pause();
    this.feuille.quitter();
  }

  partir() {
    const corps = new Blob([JSON.stringify({ seance: this.brouillon.seance })], { type: "application/json" });
    navigator.sendBeacon(`/equipe/relecture/${encodeURIComponent(this.api.source)}/quitter`, corps);
  }

  // --- brancher -----------------------------------------------------------------------------

  brancher() {
    const { signal } = this.arret;
    const liste = this.un(".liste");
    const ecouter = (objet, evenement, faire, options = {}) =>
      objet.addEventListener(evenement, faire, { signal, ...options });
    ecouter(liste, "input", (e) => this.frapper(e));
    ecouter(liste, "focusout", () => this.valider());
    ecouter(liste, "click", (e) => this.cliquer(e));
    ecouter(liste, "change", (e) => this.cocher(e));
    ecouter(liste, "beforeinput", (e) => this.avantFrappe(e));
    ecouter(document, "keydown", (e) => this.touche(e), { capture: true });
    ecouter(this.un(".barre"), "click", (e) => this.commander(e));
    ecouter(this.un(".conflits"), "click", (e) => this.trancher(e));
    ecouter(this.brouillon, "tours", (e) => this.changes(e.detail));
    ecouter(this.brouillon, "tout", () => this.feuille.tout(this.brouillon.tours, this.brouillon.seuil));
    ecouter(this.brouillon, "etat", () => this.etat());
    ecouter(this.brouillon, "refus", (e) => this.refus(e.detail));
    ecouter(this.brouillon, "presence", (e) => this.presence(e.detail));
    ecouter(this.son, "instant", () => this.instant());
    ecouter(this.son, "vitesse", () => this.vitesse());
    ecouter(this.son, "muet", () => this.dire("Le son n'est pas prêt ou ne se lit pas.", true));
    ecouter(this.son.audio, "play", () => this.lecture());
    ecouter(this.son.audio, "pause", () => this.lecture());
    ecouter(window, "resize", () => this.son.dessiner());
    ecouter(window, "pagehide", () => this.demonter());
    ecouter(document, "visibilitychange", () => {
      if (document.hidden) this.valider();
    });
    ecouter(window, "beforeunload", (e) => {
      this.valider();
      if (this.brouillon.file.length) e.preventDefault();
    });
  }

  async preparerSon() {
    const onde = await this.api.onde(this.arret.signal).catch(() => null);
    this.racine.classList.toggle("sans-son", onde === null);
    this.un(".son-etat").textContent = onde === null ? "Pas d'enregistrement à écouter." : "";
    if (onde === null) return;
    this.son.onde = onde;
    this.son.zones = this.brouillon.doutes.map((doute) => [doute.debut_s, doute.fin_s]);
    this.son.audio.src = this.api.adresseSon();
    this.son.dessiner();
  }

  async suivre() {
    if (!this.racine.isConnected) return this.demonter();
    await this.brouillon.suivre([...this.sales.keys()]).catch(() => undefined);
    if (this.arret.signal.aborted) this.partir();
    else this.horloge = setTimeout(() => this.suivre(), SUIVRE_MS);
  }

  // --- écouter ------------------------------------------------------------------------------

  cliquer(e) {
    const element = e.target.closest(".tour");
    if (!element) return;
    const { id } = element.dataset;
    if (e.target.closest(".temps")) this.son.ecouter(debutDe(this.brouillon.tour(id).mots) - AVANCE_S);
    else if (e.target.closest(".locuteur")) this.choisirLocuteur(id);
    else if (e.target.closest(".texte") && getSelection().isCollapsed) this.ecouterMot();
  }

  /** Le mot sous le curseur ; si l'on écoutait déjà, l'écoute continue de là. */
  ecouterMot() {
    const ici = this.feuille.curseur();
    const mot = ici && this.brouillon.tour(ici.id)?.mots[ici.mot];
    if (!mot || mot[1] === null || !this.son.audio.src) return;
    this.son.ecouter(mot[1] - AVANCE_S, this.son.joue && this.son.jusqua === null ? null : mot[2] + AVANCE_S);
  }

  instant() {
    this.index ??= indexer(this.brouillon.tours);
    const instant = this.son.position;
    const mot = motEntendu(this.index, instant);
    const cle = mot && `${mot.id} ${mot.rang}`;
    this.un(".instant").textContent = horodater(instant);
    if (cle === this.entendu) return;
    this.entendu = cle;
    this.feuille.eclairer(mot?.id ?? null, mot?.rang);
    const ailleurs = this.feuille.curseur();
    if (mot && this.son.joue && (!ailleurs || !this.sales.size)) this.feuille.montrer(mot.id);
  }

  vitesse() {
    this.un(".vitesse").textContent = `× ${String(this.son.vitesse).replace(".", ",")}`;
  }

  lecture() {
    const bouton = this.un("[data-geste=lecture]");
    bouton.textContent = this.son.joue ? "❚❚ Arrêter" : "▶ Écouter";
  }

  /** Va à l'endroit douteux voisin du curseur, le choisit et l'écoute. */
  douteux(sens) {
    const { tours, seuil, doutes } = this.brouillon;
    const endroits = endroitsDouteux(tours, seuil, doutes);
    const ici = this.feuille.curseur() ?? { id: tours[0]?.id, mot: -1 };
    const place = [this.brouillon.rang(ici.id), ici.mot];
    const apres = (e) => e.tour - place[0] || e.mot - place[1];
    const voisin =
      sens > 0 ? endroits.find((e) => apres(e) > 0) : endroits.findLast((e) => apres(e) < 0);
    if (!voisin) return this.dire(sens > 0 ? "Plus d'endroit douteux après." : "Pas d'endroit douteux avant.");
    const tour = tours[voisin.tour];
    const zone = this.feuille.zone(tour.id);
    const bornes = places(zone.textContent)[voisin.mot] ?? [0, 0];
    this.feuille.montrer(tour.id);
    this.feuille.poserCurseur(zone, ...bornes);
    this.dire(voisin.raison);
    const mot = tour.mots[voisin.mot];
    if (mot?.[1] != null && this.son.audio.src) this.son.ecouter(mot[1] - 1, (voisin.fin ?? mot[2]) + 1);
  }

  // --- touches et boutons -------------------------------------------------------------------

  touche(e) {
    if (this.racine.querySelector("dialog[open]")) return;
    const geste = this.geste(e);
    if (!geste) return;
    e.preventDefault();
    e.stopPropagation();
    geste();
  }

  geste(e) {
    const ici = this.feuille.curseur();
    const commande = e.ctrlKey || e.metaKey;
    const nu = !commande && !e.altKey;
    const ecoute = {
      Escape: () => this.son.basculer(),
      F2: () => this.son.reculer(RECUL_S),
      F3: () => this.son.accelerer(-1),
      F4: () => this.son.accelerer(1),
      F8: () => this.douteux(e.shiftKey ? -1 : 1),
      F9: () => this.ecouterMot(),
    };
    if (nu && ecoute[e.key]) return ecoute[e.key];
    const lettre = e.key.toLowerCase();
    if (!ici) return null;
    if (commande && !e.altKey && lettre === "z") return () => this.revenir(e.shiftKey);
    if (commande && !e.altKey && lettre === "y") return () => this.revenir(true);
    return this.gesteDuTour(e, ici, commande, nu);
  }

  gesteDuTour(e, ici, commande, nu) {
    const rang = this.brouillon.rang(ici.id);
    const choisi = ici.fin > ici.place;
    if (commande && e.key === "Enter") return () => this.suivantRelu(ici.id, rang);
    if (nu && e.key === "Enter") return () => this.scinder();
    if (nu && e.key === "Backspace" && ici.place === 0 && !choisi) return () => this.reunir(rang - 1);
    if (nu && e.key === "Delete" && ici.place === ici.texte.length && !choisi) return () => this.reunir(rang);
    if (e.altKey && !commande) {
      if (e.key === "ArrowUp") return () => this.aller(rang - 1);
      if (e.key === "ArrowDown") return () => this.aller(rang + 1);
      if (e.code === "KeyI") return () => this.inaudible();
      const numero = /^Digit([1-9])$/.exec(e.code);
      if (numero) return () => this.donner(ici.id, this.brouillon.locuteurs[numero[1] - 1]);
    }
    return null;
  }

  aller(rang) {
    const tour = this.brouillon.tours[rang];
    if (!tour) return;
    this.feuille.montrer(tour.id);
    this.feuille.poserCurseur(this.feuille.zone(tour.id), 0);
  }

  suivantRelu(id, rang) {
    this.relire(id, true);
    this.aller(rang + 1);
  }

  cocher(e) {
    const element = e.target.closest(".tour");
    if (element && e.target.type === "checkbox") this.relire(element.dataset.id, e.target.checked);
  }

  commander(e) {
    const geste = e.target.closest("[data-geste]")?.dataset.geste;
    const gestes = {
      lecture: () => this.son.basculer(),
      recul: () => this.son.reculer(RECUL_S),
      lent: () => this.son.accelerer(-1),
      vite: () => this.son.accelerer(1),
      douteux: () => this.douteux(1),
      defaire: () => this.revenir(false),
      refaire: () => this.revenir(true),
      historique: () => this.historique(),
      touches: () => montrerTouches(this.racine),
      toutRelu: () => this.toutRelire(),
      terminer: () => this.terminer(),
    };
    gestes[geste]?.();
  }

  // --- dire ---------------------------------------------------------------------------------

  dire(message, alerte = false) {
    const annonce = this.un(".annonce");
    annonce.textContent = message;
    annonce.classList.toggle("alerte", alerte);
  }

  changes({ retires, ajoutes }) {
    this.index = null;
    this.entendu = null;
    this.feuille.remplacer(retires, ajoutes);
    this.avancement();
  }

  etat() {
    const { panne, enAttente } = this.brouillon;
    const attente = enAttente || this.sales.size;
    const dit = panne ? "Pas enregistré : le serveur ne répond pas, nouvel essai…" : attente ? "Enregistrement…" : "Enregistré";
    const place = this.un(".etat");
    if (place.textContent !== dit) place.textContent = dit;
    place.classList.toggle("alerte", panne);
  }

  avancement() {
    const pleins = this.brouillon.tours.filter((tour) => tour.mots.length);
    const relus = pleins.filter((tour) => tour.relu !== null).length;
    this.un(".avancement").textContent = `${relus} tours relus sur ${pleins.length}`;
    this.restants = pleins.length - relus;
  }

  avertir() {
    if (this.brouillon.perimee) {
      this.dire("Une autre version de cette transcription est arrivée depuis le début de la relecture.", true);
    }
  }

  presence({ autres, close }) {
    const noms = [...new Set(autres)];
    const place = this.un(".presence");
    place.hidden = noms.length === 0;
    place.textContent = noms.length ? `${noms.join(", ")} relit aussi cette transcription en ce moment.` : "";
    if (close && !this.brouillon.ferme) {
      this.brouillon.ferme = true;
      this.dire("Cette relecture vient d'être terminée : rechargez la page.", true);
    }
  }

  refus({ perdus, refus }) {
    if (refus.statut !== 409) return this.dire(`${refus.message} ${refus.corps.remede ?? ""}`, true);
    const place = this.un(".conflits");
    for (const perdu of perdus) {
      const [mien] = perdu.ajoutes;
      const sien = this.brouillon.tour(mien.id);
      if (perdu.nature !== "texte" || !sien) {
        this.dire(`${refus.corps.auteur} a changé ce passage : votre changement (${NATURES[perdu.nature]}) n'y est pas.`, true);
        continue;
      }
      place.append(carteConflit(refus.corps.auteur, sien, mien));
    }
  }

  trancher(e) {
    const choix = e.target.dataset.choix;
    const carte = e.target.closest(".conflit");
    if (!choix || !carte) return;
    const tour = this.brouillon.tour(carte.dataset.id);
    if (choix === "mien" && tour) {
      const mots = realigner(tour.mots, carte.querySelector(".mien").textContent);
      this.brouillon.changer("texte", [tour.id], [{ ...tour, mots }]);
    }
    carte.remove();
  }

  async choisirLocuteur(id) {
    const { locuteur: actuel } = this.brouillon.tour(id);
    const choix = await choisirLocuteur(this.racine, this.brouillon.locuteurs, actuel);
    if (choix?.tous) this.renommer(actuel, choix.locuteur);
    else if (choix) this.donner(id, choix.locuteur);
  }

  async historique() {
    this.valider();
    await this.brouillon.vider();
    const { changements } = await this.api.demander("historique", {});
    montrerHistorique(this.racine, changements);
  }

  async terminer(malgre = false) {
    this.valider();
    await this.brouillon.vider();
    if (this.brouillon.enAttente) return this.dire("Tout n'est pas encore enregistré : réessayez.", true);
    const question = `${this.restants} tours ne sont pas marqués relus. Terminer quand même ?`;
    if (!malgre && this.restants && !(await confirmer(this.racine, question))) return;
    const { relecture, numero, auteur } = this.brouillon;
    try {
      await this.api.demander("terminer", { relecture, numero, auteur, malgre });
      this.demonter();
      this.brouillon.ferme = true;
      this.surFin();
    } catch (erreur) {
      const arrivee = erreur.statut === 422 && this.brouillon.perimee && !malgre;
      if (arrivee && (await confirmer(this.racine, `${erreur.message} ${erreur.corps.remede}`))) return this.terminer(true);
      this.echec(erreur);
      if (erreur.statut === 409) await this.brouillon.recharger();
    }
  }
}
