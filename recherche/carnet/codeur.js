// Le codeur d'un entretien : même code dans un carnet (anywidget) et dans la page d'équipe (Streamlit).
// `monter(racine, hote)` : hote = { donnees, etat(), surEtat(fonction), envoyer(commande) }.
// Les positions se comptent en points de code du texte pseudonymisé, comme dans le programme.

const STYLES_NATURE = ["solid", "dashed", "dotted", "double"];
const COULEURS_CODEURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F3C8D"];
const ECART_PUCES = 3;

const plier = (texte) => texte.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const longueur = (texte) => { let n = 0; for (const _ of texte) n += 1; return n; };

function element(nom, attributs = {}, ...enfants) {
  const neuf = document.createElement(nom);
  for (const [cle, valeur] of Object.entries(attributs)) {
    if (cle.startsWith("on")) neuf.addEventListener(cle.slice(2), valeur);
    else if (valeur !== false && valeur !== null) neuf.setAttribute(cle, valeur === true ? "" : valeur);
  }
  neuf.append(...enfants);
  return neuf;
}

function monter(racine, hote) {
  const { donnees } = hote;
  const cle = `${donnees.cle}-${Math.random().toString(36).slice(2)}`; // deux codeurs dans une page
  const codes = new Map();
  for (const famille of donnees.familles)
    for (const code of famille.codes) codes.set(code.id, { ...code, famille });
  donnees.natures.forEach((n, rang) => codes.set(n.id, { ...n, style: STYLES_NATURE[rang % 4] }));
  const estNature = (id) => codes.has(id) && !codes.get(id).famille;
  const nom = (id) => (codes.has(id) ? codes.get(id).nom : id);

  let etat = hote.etat();
  let choix = null; // { debut, fin } : le passage qu'on code
  let brouillon = []; // ses codes, enregistrés ou non
  let aDeplacer = null; // le passage dont on redonne les bornes
  let actif = 0; // l'option active de la liste
  let attendu = 0; // la dernière commande envoyée
  let dernierMessage = 0;

  // --- la page ------------------------------------------------------------------------------------
  const compte = element("span", { class: "rc-compte" });
  const statut = element("div", { class: "rc-statut", role: "status", "aria-live": "polite" });
  const bDefaire = element("button", { type: "button", title: "Ctrl+Z", onclick: () => envoyer({ action: "defaire" }) }, "Défaire");
  const texte = element("div", {
    class: "rc-texte", contenteditable: "true", role: "textbox", "aria-multiline": "true",
    "aria-readonly": "true", "aria-label": `Transcription de ${donnees.source}`, tabindex: "0",
    spellcheck: "false", autocorrect: "off", autocapitalize: "off", translate: "no",
  });
  const marge = element("div", { class: "rc-marge", role: "group", "aria-label": "Passages codés" });
  const feuille = element("div", { class: "rc-feuille" }, texte, marge);
  const citation = element("blockquote", { class: "rc-citation" });
  const poses = element("div", { class: "rc-poses", role: "group", "aria-label": "Codes du passage" });
  const liste = element("div", { class: "rc-liste", role: "listbox", id: `rc-liste-${cle}`, "aria-label": "Codes" });
  const champ = element("input", {
    type: "text", class: "rc-champ", role: "combobox", "aria-expanded": "true", autocomplete: "off",
    "aria-controls": liste.id, "aria-label": "Chercher un code : nom ou numéro", placeholder: "Code : nom ou numéro…",
  });
  const natures = element("fieldset", { class: "rc-natures" }, element("legend", {}, "Nature du propos (une seule)"));
  const fiche = element("div", { class: "rc-fiche" });
  const bDecoder = element("button", { type: "button", title: "Suppr", onclick: decoder }, "Décoder");
  const bBornes = element("button", { type: "button", onclick: bornes }, "Changer les bornes");
  const bVivo = element("button", { type: "button", title: "Alt+V", onclick: inVivo }, "Code in vivo");
  const memoPassage = champMemo("Mémo du passage", "passage");
  const memoEntretien = champMemo("Mémo de l'entretien", "entretien");
  const memoCode = champMemo("Mémo du code", "code");
  const panneau = element("div", { class: "rc-panneau" },
    citation, poses, natures, champ, liste, fiche,
    element("div", { class: "rc-boutons" }, bVivo, bBornes, bDecoder),
    memoPassage.bloc, memoCode.bloc, memoEntretien.bloc,
    element("details", { class: "rc-aide" }, element("summary", {}, "Au clavier"), aide()));
  const tete = element("div", { class: "rc-tete" },
    element("strong", {}, donnees.source), element("span", {}, `codeur ${donnees.codeur}`),
    element("span", { class: "rc-mode" }, donnees.aveugle ? "en aveugle" : "tous les codeurs visibles"), compte, statut, bDefaire);
  const tout = element("div", { class: "rc-codeur", "data-lm-suppress-shortcuts": "true", lang: "fr" }, tete,
    element("div", { class: "rc-corps", style: `height:${donnees.hauteur}px` }, feuille, panneau));
  racine.replaceChildren(tout);

  for (const [rang, nature] of donnees.natures.entries()) {
    const bouton = element("input", { type: "radio", name: `rc-nature-${cle}`, value: nature.id, onchange: () => basculer(nature.id) });
    natures.append(element("label", { title: `${nature.definition} (Alt+${rang + 1})` }, bouton,
      element("span", { class: "rc-trait", style: `border-bottom:3px ${STYLES_NATURE[rang % 4]} ${nature.couleur || "#444"}` }, nature.nom)));
  }
  natures.hidden = !donnees.natures.length;

  function aide() {
    const lignes = [
      ["Flèches, Maj+flèches", "lire, sélectionner (Ctrl : par mot)"],
      ["Entrée, ou un code tapé", "coder la sélection, ou le passage sous le curseur"],
      ["↑ ↓ Entrée", "dans la liste : choisir, poser ou ôter le code"],
      ["Alt+1, 2, 3…", "nature du propos"],
      ["Alt+V, Alt+M", "code in vivo, mémo du passage"],
      ["Suppr, Ctrl+Z, Échap", "décoder, défaire, revenir au texte"],
    ];
    return element("dl", {}, ...lignes.flatMap(([touche, dit]) => [element("dt", {}, touche), element("dd", {}, dit)]));
  }

  function champMemo(titre, objet) {
    const zone = element("textarea", { rows: "2", "aria-label": titre });
    const bloc = element("details", { class: "rc-memo" }, element("summary", {}, titre), zone);
    const noter = () => {
      if (zone.value === (zone.dataset.connu || "")) return;
      const commande = { action: "noter", objet, texte: zone.value };
      if (objet === "passage") Object.assign(commande, zone.passage);
      if (objet === "code") commande.code = zone.dataset.code;
      zone.dataset.connu = zone.value;
      envoyer(commande);
    };
    zone.addEventListener("change", noter);
    zone.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.ctrlKey) noter(); });
    return { bloc, zone, noter };
  }

  // --- envoyer, recevoir --------------------------------------------------------------------------
  function envoyer(commande) {
    attendu = Date.now() + Math.random();
    dire("Enregistrement…", "");
    hote.envoyer({ ...commande, numero: attendu });
  }

  function dire(message, genre) {
    statut.textContent = message;
    statut.className = `rc-statut ${genre}`;
    statut.setAttribute("role", genre === "rc-faute" ? "alert" : "status");
  }

  function recevoir(neuf) {
    etat = neuf;
    const r = etat.reponse || {};
    if (r.numero && r.numero !== dernierMessage) {
      dernierMessage = r.numero;
      dire(r.ok ? r.message : `${r.message} ${r.remede}`, r.ok ? "rc-fait" : "rc-faute");
      if (r.numero !== attendu || !r.ok) choisir(choix, true); // un geste plus récent suit, ou refus
      else if (r.action === "defaire") choisir(null);
      else if (r.fin) choisir({ debut: r.debut, fin: r.fin });
      else choisir(choix);
    } else if (choix) choisir(choix, !mien(choix));
    dessiner();
  }

  // --- le passage choisi --------------------------------------------------------------------------
  const meme = (a, b) => a && b && a.debut === b.debut && a.fin === b.fin;
  const mien = (c) => etat.passages.find((p) => p.mien && meme(p, c));

  function choisir(nouveau, garder = false) {
    memoPassage.noter();
    if (!nouveau || !meme(nouveau, choix)) garder = false;
    choix = nouveau;
    if (!garder) brouillon = choix && mien(choix) ? [...mien(choix).codes] : [];
    panneauRedessiner();
  }

  function manque() {
    if (!brouillon.length) return "";
    if (!brouillon.some((id) => !estNature(id))) return "Il manque un thème : ce passage n'est pas encore enregistré.";
    if (donnees.natures.length && !brouillon.some(estNature)) return "Il manque la nature du propos : ce passage n'est pas encore enregistré.";
    return "";
  }

  function basculer(id) {
    if (!choix) return dire("Sélectionnez d'abord un passage.", "rc-faute");
    if (brouillon.includes(id)) brouillon = brouillon.filter((autre) => autre !== id);
    else brouillon = [...brouillon.filter((autre) => !(estNature(id) && estNature(autre))), id];
    panneauRedessiner();
    const dit = manque();
    if (dit) return dire(dit, "rc-faute");
    if (brouillon.length) envoyer({ action: "poser", ...choix, codes: brouillon });
    else if (mien(choix)) decoder();
  }

  function decoder() {
    if (!choix || !mien(choix)) return dire("Ce passage n'est pas codé.", "rc-faute");
    envoyer({ action: "decoder", ...choix });
  }

  function bornes() {
    if (aDeplacer && choix && !meme(aDeplacer, choix)) {
      envoyer({ action: "deplacer", ...aDeplacer, vers: [choix.debut, choix.fin] });
      aDeplacer = null;
    } else if (choix && mien(choix)) {
      aDeplacer = { ...choix };
      dire("Sélectionnez les nouvelles bornes, puis « Appliquer les bornes ».", "");
    }
    panneauRedessiner();
  }

  function inVivo() {
    if (!choix) return dire("Sélectionnez d'abord les mots du code.", "rc-faute");
    envoyer({ action: "proposer", ...choix, nom: champ.value.trim() || null });
    champ.value = "";
  }

  // --- le texte et ses positions ------------------------------------------------------------------
  const caracteres = donnees.tours.map((tour) => Array.from(tour.texte));

  function tranche(debut, fin) {
    let morceau = [];
    donnees.tours.forEach((tour, rang) => {
      const d = Math.max(debut, tour.debut), f = Math.min(fin, tour.debut + caracteres[rang].length);
      if (d < f) morceau.push(caracteres[rang].slice(d - tour.debut, f - tour.debut).join(""));
    });
    return morceau.join(" ");
  }

  function position(noeud, decalage) {
    if (noeud.nodeType === Node.TEXT_NODE) {
      const porteur = noeud.parentElement.closest("[data-debut]");
      return porteur ? Number(porteur.dataset.debut) + longueur(noeud.data.slice(0, decalage)) : null;
    }
    const apres = noeud.childNodes[decalage];
    if (apres && apres.nodeType === Node.ELEMENT_NODE) {
      const premier = apres.matches("[data-debut]") ? apres : apres.querySelector("[data-debut]");
      if (premier) return Number(premier.dataset.debut);
    }
    const spans = noeud.nodeType === Node.ELEMENT_NODE ? noeud.querySelectorAll("[data-debut]") : [];
    const dernier = spans[spans.length - 1] || (noeud.closest && noeud.closest("[data-debut]"));
    return dernier ? Number(dernier.dataset.debut) + longueur(dernier.textContent) : null;
  }

  function selection() {
    const s = document.getSelection();
    if (!s || !s.rangeCount || !texte.contains(s.anchorNode) || !texte.contains(s.focusNode)) return null;
    const a = position(s.anchorNode, s.anchorOffset), b = position(s.focusNode, s.focusOffset);
    return a === null || b === null ? null : { debut: Math.min(a, b), fin: Math.max(a, b), tete: b };
  }

  function placer(debut, fin) {
    const lieu = (ou, versFin) => {
      for (const span of texte.querySelectorAll("[data-debut]")) {
        const depart = Number(span.dataset.debut), taille = longueur(span.textContent);
        if (versFin ? ou > depart && ou <= depart + taille : ou >= depart && ou < depart + taille)
          return [span.firstChild, Array.from(span.textContent).slice(0, ou - depart).join("").length];
      }
      return null;
    };
    const a = lieu(debut, false) || lieu(debut, true), b = debut === fin ? a : lieu(fin, true);
    if (a && b) document.getSelection().setBaseAndExtent(...a, ...b);
  }

  function lireSelection() {
    const s = selection();
    if (!s) return;
    if (s.debut === s.fin) {
      if (choix && !aDeplacer) choisir(null);
    } else if (!meme(s, choix)) choisir({ debut: s.debut, fin: s.fin });
  }

  function entrer() {
    const s = selection();
    if (s && s.debut === s.fin) {
      const ici = etat.passages.filter((p) => p.mien && p.debut <= s.debut && s.debut <= p.fin);
      ici.sort((a, b) => a.fin - a.debut - (b.fin - b.debut));
      if (!ici.length) return dire("Sélectionnez d'abord un passage (Maj et flèches, ou la souris).", "rc-faute");
      choisir({ debut: ici[0].debut, fin: ici[0].fin });
    }
    champ.focus();
  }

  // --- dessiner -----------------------------------------------------------------------------------
  const couleurCodeur = (codeur) => COULEURS_CODEURS[Math.max(0, donnees.codeurs.indexOf(codeur)) % COULEURS_CODEURS.length];

  function teinte(passage) {
    const theme = passage.codes.find((id) => !estNature(id)), nature = passage.codes.find(estNature);
    const code = codes.get(theme), rang = donnees.natures.findIndex((n) => n.id === nature);
    return { couleur: (code && (code.couleur || code.famille.couleur)) || "#555555", style: STYLES_NATURE[Math.max(0, rang) % 4] };
  }

  function dessiner() {
    const garde = texte.contains(document.activeElement) || document.activeElement === texte ? selection() : null;
    const haut = feuille.scrollTop;
    const plages = etat.passages.map((p) => ({ ...p, genre: p.mien ? "mien" : "autre" }));
    for (const p of etat.proposes) if (p.mien) plages.push({ ...p, genre: "propose", codes: [] });
    if (choix) plages.push({ ...choix, genre: "choix", codes: [] });
    texte.replaceChildren(...donnees.tours.map((tour, rang) => paragraphe(tour, caracteres[rang], plages)));
    feuille.scrollTop = haut;
    if (garde) placer(garde.debut, garde.fin);
    const combien = etat.passages.filter((p) => p.mien).length;
    compte.textContent = `${combien} passage${combien > 1 ? "s" : ""}`;
    dessinerMarge();
    panneauRedessiner();
  }

  function paragraphe(tour, lettres, plages) {
    const fin = tour.debut + lettres.length;
    const ici = plages.filter((p) => p.debut < fin && p.fin > tour.debut);
    const coupes = new Set([tour.debut, fin]);
    for (const p of ici) { coupes.add(Math.max(p.debut, tour.debut)); coupes.add(Math.min(p.fin, fin)); }
    const bornesTriees = [...coupes].sort((a, b) => a - b);
    const bloc = element("p", { class: `rc-tour${tour.enqueteur ? " rc-enqueteur" : ""}`, "data-locuteur": tour.locuteur });
    for (let i = 0; i + 1 < bornesTriees.length; i += 1) {
      const [d, f] = [bornesTriees[i], bornesTriees[i + 1]];
      bloc.append(segment(d, lettres.slice(d - tour.debut, f - tour.debut).join(""), ici.filter((p) => p.debut <= d && p.fin >= f)));
    }
    return bloc;
  }

  function segment(debut, contenu, dessus) {
    const span = element("span", { "data-debut": debut }, contenu);
    const miens = dessus.filter((p) => p.genre === "mien");
    if (miens.length) {
      const { couleur, style } = teinte(miens[0]);
      span.classList.add("rc-mien");
      span.style.background = `color-mix(in srgb, ${couleur} ${miens.length > 1 ? 30 : 16}%, white)`;
      span.style.borderBottom = `3px ${style} ${couleur}`;
    }
    const autres = dessus.filter((p) => p.genre === "autre");
    if (autres.length) span.style.boxShadow = autres.map((p, i) => `inset 0 ${2 * (i + 1)}px 0 ${couleurCodeur(p.codeur)}`).slice(0, 3).join(",");
    if (dessus.some((p) => p.genre === "propose")) span.classList.add("rc-propose");
    if (dessus.some((p) => p.genre === "choix")) span.classList.add("rc-choisi");
    return span;
  }

  const hauteurDe = (span) => span.getBoundingClientRect().top - texte.getBoundingClientRect().top;

  function dessinerMarge() {
    const parts = [...etat.passages.map((p) => ({ ...p })), ...etat.proposes.filter((p) => p.mien).map((p) => ({ ...p, propose: true }))];
    parts.sort((a, b) => a.debut - b.debut || a.fin - b.fin);
    marge.replaceChildren();
    marge.style.minHeight = `${texte.offsetHeight}px`;
    let plancher = 0;
    for (const p of parts) {
      const puce = fairePuce(p);
      marge.append(puce);
      const span = texte.querySelector(`[data-debut="${p.debut}"]`);
      const haut = Math.max(span ? hauteurDe(span) : 0, plancher);
      puce.style.top = `${haut}px`;
      plancher = haut + puce.offsetHeight + ECART_PUCES;
    }
  }

  function fairePuce(p) {
    const themes = p.propose ? [`« ${p.nom} »`] : p.codes.filter((id) => !estNature(id)).map(nom);
    const nature = p.propose ? "code proposé" : p.codes.filter(estNature).map(nom).join(", ");
    const note = etat.memos.some((m) => m.objet === "passage" && meme(m, p) && m.mien);
    const ouvrir = () => {
      choisir({ debut: p.debut, fin: p.fin });
      dessiner();
      const span = texte.querySelector(`[data-debut="${p.debut}"]`);
      const haut = span ? hauteurDe(span) : feuille.scrollTop;
      if (haut < feuille.scrollTop || haut > feuille.scrollTop + feuille.clientHeight - 40)
        feuille.scrollTop = Math.max(0, haut - feuille.clientHeight / 3);
      champ.focus({ preventScroll: true });
    };
    const puce = element("button", {
      type: "button", class: `rc-puce${p.mien ? "" : " rc-autre"}${meme(p, choix) ? " rc-courante" : ""}`,
      title: `${themes.join(", ")} — ${nature}`, onclick: ouvrir,
      "aria-label": `${p.mien ? "" : `${p.codeur} : `}${themes.join(", ")}, ${nature} : ${tranche(p.debut, p.fin).slice(0, 80)}`,
    }, ...(p.mien ? [] : [element("b", { class: "rc-qui" }, p.codeur)]), ...themes.map((t) => element("span", {}, t)),
    element("em", {}, nature + (note ? " ✎" : "")));
    puce.style.borderLeft = p.mien && !p.propose ? `6px ${teinte(p).style} ${teinte(p).couleur}` : `6px solid ${p.propose ? "#777" : couleurCodeur(p.codeur)}`;
    return puce;
  }

  function panneauRedessiner() {
    const base = choix ? mien(choix) : null;
    citation.textContent = choix ? tranche(choix.debut, choix.fin) : "Sélectionnez un passage pour le coder.";
    citation.classList.toggle("rc-vide", !choix);
    const proposes = choix ? etat.proposes.filter((p) => p.mien && meme(p, choix)) : [];
    poses.replaceChildren(
      ...brouillon.filter((id) => !estNature(id)).map((id) => element("button", { type: "button", class: "rc-pose", title: "Ôter ce code", "aria-label": `Ôter ${nom(id)}`, onclick: () => basculer(id) }, nom(id), " ✕")),
      ...proposes.map((p) => element("button", { type: "button", class: "rc-pose rc-vivo", title: "Ôter ce code proposé", onclick: () => envoyer({ action: "oublier", ...choix, nom: p.nom }) }, `« ${p.nom} » ✕`)));
    for (const bouton of natures.querySelectorAll("input")) { bouton.checked = brouillon.includes(bouton.value); bouton.disabled = !choix; }
    bDecoder.disabled = !base;
    bVivo.disabled = !choix;
    bBornes.disabled = !(base || (aDeplacer && choix));
    bBornes.textContent = aDeplacer && choix && !meme(aDeplacer, choix) ? "Appliquer les bornes" : "Changer les bornes";
    remplirMemo(memoPassage, etat.memos.find((m) => m.objet === "passage" && m.mien && meme(m, choix)), !choix);
    memoPassage.zone.passage = choix ? { ...choix } : null;
    remplirMemo(memoEntretien, etat.memos.find((m) => m.objet === "entretien" && m.mien), false);
    dessinerListe();
  }

  function remplirMemo(memo, trouve, inactif) {
    memo.zone.disabled = inactif;
    if (document.activeElement !== memo.zone) memo.zone.value = memo.zone.dataset.connu = trouve ? trouve.texte : "";
    memo.bloc.querySelector("summary").classList.toggle("rc-rempli", Boolean(trouve));
  }

  function options() {
    const mots = plier(champ.value.trim()).split(/\s+/).filter(Boolean);
    const trouves = [...codes.values()].filter((code) => {
      const tout = plier(`${code.id} ${code.nom} ${code.famille ? code.famille.nom : "nature du propos"}`);
      return mots.every((mot) => (/^\d+$/.test(mot) ? String(code.numero).startsWith(mot) : tout.includes(mot)));
    });
    const exact = champ.value.trim();
    const rang = (c) => {
      if (String(c.numero) === exact || plier(c.id) === plier(exact)) return 0;
      if (plier(c.nom).startsWith(plier(exact))) return 1;
      return mots.every((mot) => plier(`${c.id} ${c.nom}`).includes(mot)) ? 2 : 3;
    };
    return exact ? trouves.sort((a, b) => rang(a) - rang(b)) : trouves;
  }

  function dessinerListe() {
    const trouves = options();
    actif = Math.min(actif, Math.max(0, trouves.length - 1));
    let famille = null;
    liste.replaceChildren();
    trouves.forEach((code, rang) => {
      const titre = code.famille ? code.famille.nom : "Nature du propos";
      if (!champ.value.trim() && titre !== famille) liste.append(element("div", { class: "rc-famille", role: "presentation" }, titre));
      famille = titre;
      const pose = brouillon.includes(code.id);
      liste.append(element("div", {
        class: `rc-option${rang === actif ? " rc-active" : ""}${pose ? " rc-coche" : ""}`, role: "option",
        id: `${liste.id}-${rang}`, "aria-selected": String(pose), title: code.definition,
        onmousedown: (e) => { e.preventDefault(); actif = rang; basculer(code.id); },
      }, element("span", { class: "rc-numero" }, String(code.numero)),
      element("span", { class: "rc-couleur", style: `background:${code.couleur || (code.famille && code.famille.couleur) || "#444"}` }),
      element("span", {}, `${pose ? "✓ " : ""}${code.nom}`)));
    });
    if (!trouves.length) liste.append(element("div", { class: "rc-famille" }, "Aucun code : Alt+V en propose un de ce nom."));
    champ.setAttribute("aria-activedescendant", trouves.length ? `${liste.id}-${actif}` : "");
    const montree = liste.querySelector(".rc-active");
    if (montree) liste.scrollTop = Math.max(0, Math.min(liste.scrollTop, montree.offsetTop - 30), montree.offsetTop + montree.offsetHeight - liste.clientHeight);
    dessinerFiche(trouves[actif]);
  }

  function dessinerFiche(code) {
    fiche.hidden = !code;
    memoCode.bloc.hidden = !code;
    if (!code) return;
    const lignes = [["", code.definition], ["Inclure : ", code.inclure], ["Exclure : ", code.exclure]].filter(([, dit]) => dit);
    fiche.replaceChildren(element("b", {}, code.nom), ...lignes.map(([titre, dit]) => element("p", {}, titre + dit)));
    memoCode.zone.dataset.code = code.id;
    remplirMemo(memoCode, etat.memos.find((m) => m.objet === "code" && m.mien && m.code === code.id), false);
  }

  // --- gestes -------------------------------------------------------------------------------------
  const lettre = (e) => e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey;

  function raccourcis(e) {
    if (e.altKey && /^Digit\d$/.test(e.code) && donnees.natures[Number(e.code.at(-1)) - 1]) basculer(donnees.natures[Number(e.code.at(-1)) - 1].id);
    else if (e.altKey && e.code === "KeyV") inVivo();
    else if (e.altKey && e.code === "KeyM" && choix) { memoPassage.bloc.open = true; memoPassage.zone.focus(); }
    else if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && e.target.tagName !== "TEXTAREA" && !champ.value) envoyer({ action: "defaire" });
    else return false;
    e.preventDefault();
    return true;
  }

  function touchesTexte(e) {
    if (e.key === "Enter") entrer();
    else if (e.key === "Delete" || e.key === "Backspace") { const s = selection(); if (s && s.debut === s.fin) entrer(); if (choix && mien(choix)) decoder(); }
    else if (e.key === " " || !lettre(e)) return;
    else if (choix) { champ.value = e.key; actif = 0; champ.focus(); dessinerListe(); }
    e.preventDefault();
  }

  function touchesChamp(e) {
    const trouves = options();
    if (e.key === "ArrowDown") actif = Math.min(actif + 1, trouves.length - 1);
    else if (e.key === "ArrowUp") actif = Math.max(actif - 1, 0);
    else if (e.key === "Enter" && trouves[actif]) { champ.value = ""; const { id } = trouves[actif]; actif = 0; basculer(id); }
    else return;
    e.preventDefault();
    dessinerListe();
  }

  function revenir() {
    const ou = choix ? choix.fin : null;
    champ.value = "";
    if (aDeplacer) aDeplacer = null;
    texte.focus({ preventScroll: true });
    choisir(null);
    dessiner();
    if (ou !== null) placer(ou, ou);
  }

  const surSelection = () => { if (document.activeElement === texte) lireSelection(); };
  document.addEventListener("selectionchange", surSelection);
  tout.addEventListener("keydown", (e) => {
    e.stopPropagation();
    if (raccourcis(e)) return;
    if (e.key === "Escape") { e.preventDefault(); revenir(); }
    else if (e.target === texte) touchesTexte(e);
    else if (e.target === champ) touchesChamp(e);
  });
  for (const geste of ["beforeinput", "paste", "cut", "drop", "dragstart"]) texte.addEventListener(geste, (e) => e.preventDefault());
  texte.addEventListener("input", dessiner); // une touche morte a pu écrire malgré tout
  texte.addEventListener("blur", dessiner);
  champ.addEventListener("input", () => { actif = 0; dessinerListe(); });
  const redispose = new ResizeObserver(() => dessinerMarge());
  redispose.observe(texte);
  dessiner();
  hote.surEtat(() => recevoir(hote.etat()));
  return () => { document.removeEventListener("selectionchange", surSelection); redispose.disconnect(); };
}
