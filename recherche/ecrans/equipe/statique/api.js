// Parler au serveur de cette machine.

const SURVIE_OCTETS = 20000;

/** Une réponse qui n'est pas un succès : `statut`, et ce que dit le serveur. */
export class Refus extends Error {
  constructor(statut, corps) {
    super(corps.message ?? "Le serveur a refusé.");
    this.statut = statut;
    this.corps = corps;
  }
}

/** Les adresses de la relecture d'une source. */
export class Api {
  constructor(source) {
    this.source = source;
  }

  async demander(quoi, corps) {
    const body = JSON.stringify(corps);
    const reponse = await fetch(`/equipe/relecture/${encodeURIComponent(this.source)}/${quoi}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      keepalive: body.length < SURVIE_OCTETS, // arrive même si la page se ferme
    });
    const rendu = await reponse.json();
    if (!reponse.ok) throw new Refus(reponse.status, rendu);
    return rendu;
  }

  adresseSon() {
    return `/equipe/son/${encodeURIComponent(this.source)}`;
  }

  /** La forme d'onde (octets), ou null s'il n'y a pas de son ; attend qu'elle soit prête. */
  async onde(signal) {
    for (;;) {
      const reponse = await fetch(`/equipe/onde/${encodeURIComponent(this.source)}`, { signal });
      if (reponse.status === 200) return new Uint8Array(await reponse.arrayBuffer());
      if (reponse.status !== 202) return null;
      await new Promise((suite) => setTimeout(suite, 1000));
      if (signal.aborted) return null;
    }
  }
}
