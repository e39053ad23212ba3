
const montes = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const racine = parentElement.querySelector(".codage");
  let monte = montes.get(racine);
  if (monte && monte.cle === data.donnees.cle) {
    clearTimeout(monte.depart);
    monte.transmettre = setTriggerValue;
    monte.etat = data.etat;
    if (monte.enCours && data.etat.reponse.numero === monte.enCours) {
      monte.enCours = null;
      monte.suivante();
    }
    monte.ecoute();
  } else {
    if (monte) monte.demonter();
    monte = { cle: data.donnees.cle, etat: data.etat, transmettre: setTriggerValue, file: [], enCours: null, ecoute() {} };
    // Une commande à la fois : Streamlit ne garde que la dernière valeur envoyée pendant qu'il travaille.
    monte.suivante = () => {
      if (monte.enCours || !monte.file.length) return;
      const commande = monte.file.shift();
      monte.enCours = commande.numero;
      monte.transmettre("commande", commande);
    };
    monte.demonter = monter(racine, {
      donnees: data.donnees,
      etat: () => monte.etat,
      surEtat: (fonction) => { monte.ecoute = fonction; },
      envoyer: (commande) => { monte.file.push(commande); monte.suivante(); },
    });
    montes.set(racine, monte);
  }
  const ici = monte;
  return () => { ici.depart = setTimeout(() => { ici.demonter(); montes.delete(racine); }, 0); };
}
