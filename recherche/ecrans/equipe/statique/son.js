// Le son et sa forme d'onde.

const VITESSES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const PIC_S = 0.1;
const DETAIL_S = 30;

export class Son extends EventTarget {
  constructor(audio, ensemble, detail) {
    super();
    this.audio = audio;
    this.ensemble = ensemble;
    this.detail = detail;
    this.onde = null;
    this.zones = [];
    this.jusqua = null;
    audio.addEventListener("play", () => this.battre());
    audio.addEventListener("seeked", () => this.battre());
    audio.addEventListener("loadedmetadata", () => this.dessiner());
    for (const toile of [ensemble, detail]) {
      toile.addEventListener("pointerdown", (e) => this.pointer(toile, e));
    }
  }

  get duree() {
    if (Number.isFinite(this.audio.duration)) return this.audio.duration;
    return this.onde ? this.onde.length * PIC_S : 0;
  }

  get joue() {
    return !this.audio.paused;
  }

  get position() {
    return this.audio.currentTime;
  }

  basculer() {
    this.jusqua = null;
    if (this.joue) this.audio.pause();
    else this.jouer();
  }

  jouer() {
    this.audio.play().catch(() => this.dispatchEvent(new Event("muet")));
  }

  /** Écoute depuis un instant ; jusqu'à un autre s'il est donné. En secondes. */
  ecouter(debut, fin = null) {
    this.audio.currentTime = Math.max(0, debut);
    this.jusqua = fin;
    this.jouer();
  }

  reculer(secondes) {
    this.jusqua = null;
    this.audio.currentTime = Math.max(0, this.audio.currentTime - secondes);
  }

  get vitesse() {
    return this.audio.playbackRate;
  }

  /** Passe à la vitesse voisine, de 0,5 à 2. */
  accelerer(pas) {
    const rang = VITESSES.indexOf(this.vitesse) + pas;
    this.audio.playbackRate = VITESSES[Math.min(VITESSES.length - 1, Math.max(0, rang))];
    this.dispatchEvent(new Event("vitesse"));
  }

  battre() {
    if (this.image) return;
    const tic = () => {
      if (this.jusqua !== null && this.position >= this.jusqua) {
        this.jusqua = null;
        this.audio.pause();
      }
      this.dispatchEvent(new Event("instant"));
      this.dessiner();
      this.image = this.joue ? requestAnimationFrame(tic) : null;
    };
    this.image = requestAnimationFrame(tic);
  }

  pointer(toile, e) {
    const [de, a] = this.fenetre(toile);
    const cadre = toile.getBoundingClientRect();
    this.jusqua = null;
    this.audio.currentTime = de + ((e.clientX - cadre.left) / cadre.width) * (a - de);
  }

  fenetre(toile) {
    if (toile === this.ensemble) return [0, this.duree || 1];
    const de = Math.max(0, Math.min(this.position - DETAIL_S / 3, this.duree - DETAIL_S));
    return [de, de + DETAIL_S];
  }

  dessiner() {
    for (const toile of [this.ensemble, this.detail]) this.tracer(toile, ...this.fenetre(toile));
  }

  tracer(toile, de, a) {
    const echelle = window.devicePixelRatio || 1;
    const largeur = Math.max(1, Math.round(toile.clientWidth * echelle));
    const hauteur = Math.max(1, Math.round(toile.clientHeight * echelle));
    if (toile.width !== largeur || toile.height !== hauteur) Object.assign(toile, { width: largeur, height: hauteur });
    const trait = toile.getContext("2d");
    trait.clearRect(0, 0, largeur, hauteur);
    const x = (instant) => ((instant - de) / (a - de)) * largeur;
    trait.fillStyle = "#f6d9a8";
    for (const [debut, fin] of this.zones) {
      trait.fillRect(x(debut), 0, Math.max(echelle, x(fin) - x(debut)), hauteur);
    }
    if (this.onde) this.tracerOnde(trait, de, a, largeur, hauteur);
    trait.fillStyle = "#b3261e";
    trait.fillRect(x(this.position) - echelle, 0, 2 * echelle, hauteur);
  }

  tracerOnde(trait, de, a, largeur, hauteur) {
    trait.fillStyle = "#5b7f9e";
    const parPixel = (a - de) / PIC_S / largeur;
    for (let pixel = 0; pixel < largeur; pixel += 1) {
      const premier = Math.floor(de / PIC_S + pixel * parPixel);
      const dernier = Math.max(premier + 1, Math.floor(de / PIC_S + (pixel + 1) * parPixel));
      let crete = 0;
      for (let i = premier; i < dernier && i < this.onde.length; i += 1) crete = Math.max(crete, this.onde[i]);
      const haut = (crete / 255) * hauteur;
      trait.fillRect(pixel, (hauteur - haut) / 2, 1, Math.max(1, haut));
    }
  }
}
