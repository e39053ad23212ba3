// Où l'on en est dans le son, et où il y a doute. Calcul pur.

/** Tous les mots datés, dans l'ordre du son : { debut, id, rang }. */
export function indexer(tours) {
  const mots = tours.flatMap((tour) =>
    tour.mots.flatMap((mot, rang) => (mot[1] === null ? [] : [{ debut: mot[1], id: tour.id, rang }])),
  );
  return mots.sort((a, b) => a.debut - b.debut);
}

const AVANCE_S = 0.02;

/** Le mot qu'on entend à un instant (le dernier commencé), ou null avant le premier. */
export function motEntendu(index, instant) {
  let bas = 0;
  let haut = index.length;
  while (bas < haut) {
    const milieu = (bas + haut) >> 1;
    if (index[milieu].debut <= instant + AVANCE_S) bas = milieu + 1;
    else haut = milieu;
  }
  return bas ? index[bas - 1] : null;
}

/**
 * Ce qu'il faut écouter dans les tours pas encore relus : le début de chaque suite de mots peu sûrs, et
 * chaque passage noté douteux. { tour, mot, raison, fin? } dans l'ordre du texte.
 */
export function endroitsDouteux(tours, seuil, doutes) {
  const trouves = new Map();
  const noter = (endroit) => trouves.set(`${endroit.tour} ${endroit.mot}`, endroit);
  tours.forEach((tour, rang) => {
    if (tour.relu !== null) return;
    let suivi = false;
    tour.mots.forEach((mot, numero) => {
      const bas = mot[3] !== null && mot[3] < seuil;
      if (bas && !suivi) noter({ tour: rang, mot: numero, raison: "Mot peu sûr." });
      suivi = bas;
    });
    for (const doute of doutes) {
      const numero = tour.mots.findIndex((mot) => mot[1] !== null && mot[2] >= doute.debut_s);
      if (numero >= 0 && tour.mots[numero][1] <= doute.fin_s) {
        noter({ tour: rang, mot: numero, raison: `À vérifier : ${doute.raison}.`, fin: doute.fin_s });
      }
    }
  });
  return [...trouves.values()].sort((a, b) => a.tour - b.tour || a.mot - b.mot);
}
