// Mots, temps et positions d'un tour. Calcul pur : rien ici ne touche la page.
// Un mot : [texte, debut_s, fin_s, confiance] ; les trois derniers peuvent être null.

const MOT = /\S+/g;

/** Le texte d'un tour : ses mots séparés par une espace. */
export const texteDe = (mots) => mots.map((mot) => mot[0]).join(" ");

/** Début et fin de chaque mot dans un texte, quels que soient ses blancs. */
export function places(texte) {
  return Array.from(texte.matchAll(MOT), (trouve) => [trouve.index, trouve.index + trouve[0].length]);
}

/** Rang du mot sous une position (ou juste avant, ou juste après) ; -1 si le texte est vide. */
export function motSous(texte, position) {
  const bornes = places(texte);
  for (let rang = 0; rang < bornes.length; rang += 1) if (position <= bornes[rang][1]) return rang;
  return bornes.length - 1;
}

/**
 * Les mots d'un texte corrigé, avec les temps des mots d'avant. Un mot inchangé garde tout ; un mot
 * changé prend le temps de ceux qu'il remplace et perd sa confiance : une personne l'a écrit.
 */
export function realigner(mots, texte) {
  const jetons = (texte.match(MOT) ?? []).map((jeton) => jeton.normalize("NFC"));
  let debut = 0;
  while (debut < mots.length && debut < jetons.length && mots[debut][0] === jetons[debut]) debut += 1;
  let finA = mots.length;
  let finB = jetons.length;
  while (finA > debut && finB > debut && mots[finA - 1][0] === jetons[finB - 1]) {
    finA -= 1;
    finB -= 1;
  }
  const milieu = aligner(mots.slice(debut, finA), jetons.slice(debut, finB), mots[debut - 1], mots[finA]);
  return [...mots.slice(0, debut), ...milieu, ...mots.slice(finA)];
}

/** Aligne deux suites par leur plus longue suite commune ; ce qui reste entre deux ancres se remplace. */
function aligner(mots, jetons, avant, apres) {
  const resultat = [];
  let i = 0;
  let k = 0;
  for (const [ai, ak] of [...ancres(mots, jetons), [mots.length, jetons.length]]) {
    const suivant = mots[ai] ?? apres;
    resultat.push(...remplacer(mots.slice(i, ai), jetons.slice(k, ak), resultat.at(-1) ?? avant, suivant));
    if (ai < mots.length) resultat.push(mots[ai]);
    i = ai + 1;
    k = ak + 1;
  }
  return resultat;
}

const ANCRAGE_MAXIMAL = 250000;

function ancres(mots, jetons) {
  if (mots.length * jetons.length > ANCRAGE_MAXIMAL) return [];
  const n = mots.length;
  const m = jetons.length;
  const longueurs = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = m - 1; k >= 0; k -= 1) {
      longueurs[i][k] =
        mots[i][0] === jetons[k]
          ? longueurs[i + 1][k + 1] + 1
          : Math.max(longueurs[i + 1][k], longueurs[i][k + 1]);
    }
  }
  const paires = [];
  for (let i = 0, k = 0; i < n && k < m; ) {
    if (mots[i][0] === jetons[k]) paires.push([i++, k++]);
    else if (longueurs[i + 1][k] >= longueurs[i][k + 1]) i += 1;
    else k += 1;
  }
  return paires;
}

/** Des mots neufs à la place d'autres : leur temps si leur nombre est le même, sinon au prorata. */
function remplacer(anciens, jetons, avant, apres) {
  if (anciens.length === jetons.length) {
    return jetons.map((jeton, rang) => [jeton, anciens[rang][1], anciens[rang][2], null]);
  }
  const dates = anciens.filter((mot) => mot[1] !== null);
  const debut = dates.length ? dates[0][1] : avant?.[2] ?? apres?.[1] ?? null;
  const fin = dates.length ? dates.at(-1)[2] : apres?.[1] ?? debut;
  return partager(jetons, debut, fin);
}

function partager(jetons, debut, fin) {
  if (debut === null) return jetons.map((jeton) => [jeton, null, null, null]);
  const duree = Math.max(0, (fin ?? debut) - debut);
  const total = jetons.reduce((somme, jeton) => somme + jeton.length, 0);
  let lus = 0;
  return jetons.map((jeton) => {
    const de = debut + (duree * lus) / total;
    lus += jeton.length;
    return [jeton, arrondi(de), arrondi(debut + (duree * lus) / total), null];
  });
}

const arrondi = (s) => Math.round(s * 1000) / 1000;

/** Coupe un tour à une position de son texte ; un mot coupé partage son temps. */
export function couper(mots, texte, position) {
  const gauche = [];
  const droite = [];
  places(texte).forEach(([de, a], rang) => {
    const mot = mots[rang];
    if (a <= position) gauche.push(mot);
    else if (de >= position) droite.push(mot);
    else {
      const [debut, fin] = partager([texte.slice(de, position), texte.slice(position, a)], mot[1], mot[2]);
      gauche.push(debut);
      droite.push(fin);
    }
  });
  return [gauche, droite];
}

/** Premier temps connu d'une suite de mots, ou null. */
export const debutDe = (mots) => mots.find((mot) => mot[1] !== null)?.[1] ?? null;

/** Dernier temps connu d'une suite de mots, ou null. */
export const finDe = (mots) => mots.findLast((mot) => mot[2] !== null)?.[2] ?? null;

/** « 00:12:31 ». */
export function horodater(secondes) {
  const s = Math.max(0, Math.floor(secondes));
  return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60]
    .map((nombre) => String(nombre).padStart(2, "0"))
    .join(":");
}
