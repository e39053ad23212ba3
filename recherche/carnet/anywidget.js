
function render({ model, el }) {
  let suivre = null;
  const demonter = monter(el, {
    donnees: model.get("donnees"),
    etat: () => model.get("etat"),
    surEtat: (fonction) => { suivre = fonction; model.on("change:etat", suivre); },
    envoyer: (commande) => model.send(commande),
  });
  return () => { model.off("change:etat", suivre); demonter(); };
}

export default { render };
