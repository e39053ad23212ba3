"""Ce que disent les octets d'un fichier, sans le décoder : nature, durée fiable, fin coupée."""

from __future__ import annotations

from pathlib import Path

_ETRANGERES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "un PDF"),
    (b"PK\x03\x04", "un document Office, OpenDocument ou une archive zip"),
    (b"\xd0\xcf\x11\xe0", "un ancien document Office"),
    (b"\x89PNG", "une image PNG"),
    (b"\xff\xd8\xff", "une image JPEG"),
    (b"GIF8", "une image GIF"),
    (b"{\\rtf", "un document RTF"),
    (b"Rar!", "une archive rar"),
    (b"7z\xbc\xaf", "une archive 7z"),
    (b"<!DOCTYPE", "une page web"),
    (b"<html", "une page web"),
    (b"<?xml", "un fichier XML"),
)
_ESTIMEES = frozenset({"aac", "ac3", "amr", "amrnb", "amrwb", "mpeg", "mpegts", "dss"})
_PAGE_MAXIMALE = 65_307  # octets, RFC 3533
_EN_TETE_OGG = 27


def nature_etrangere(fichier: Path) -> str | None:
    """Ce qu'est un fichier qui n'est pas un son (« un PDF »…), si ses premiers octets le disent."""
    with fichier.open("rb") as lu:
        tete = lu.read(1024).lstrip(b"\xef\xbb\xbf \r\n\t")
    return next((nature for debut, nature in _ETRANGERES if tete.startswith(debut)), None)


def duree_fiable(fichier: Path, format_: str) -> bool:
    """Faux si la durée annoncée n'est qu'une estimation d'après le débit et la taille.

    Un mp3 ne dit sa durée que dans un en-tête Xing, Info ou VBRI, placé dans sa première trame.
    """
    if format_ != "mp3":
        return not _ESTIMEES & set(format_.split(","))
    with fichier.open("rb") as lu:
        tete = lu.read(10)
        if tete.startswith(b"ID3"):
            lu.seek(_taille_id3(tete))
        trame = lu.read(4096)
    return any(marque in trame for marque in (b"Xing", b"Info", b"VBRI"))


def _taille_id3(tete: bytes) -> int:
    """Taille en octets d'une étiquette ID3v2 d'après ses dix premiers octets (7 bits par octet)."""
    taille = 0
    for octet in tete[6:10]:
        taille = taille << 7 | octet & 0x7F
    return taille + 10


def riff_coupe(fichier: Path) -> bool:
    """Vrai si le fichier est un RIFF (wav, avi) plus court que la taille qu'annonce son en-tête.

    Un enregistreur qui s'arrête brusquement laisse 0 ou 2³²-1 : ce n'est pas une taille.
    """
    with fichier.open("rb") as lu:
        tete = lu.read(8)
    annoncee = int.from_bytes(tete[4:], "little")
    if not tete.startswith(b"RIFF") or annoncee in {0, 2**32 - 1}:
        return False
    return fichier.stat().st_size < annoncee + 8 - 1


def page_ogg_coupee(fichier: Path) -> bool:
    """Vrai si le fichier est un Ogg dont la dernière page est incomplète (RFC 3533)."""
    taille = fichier.stat().st_size
    with fichier.open("rb") as lu:
        if lu.read(4) != b"OggS":
            return False
        lu.seek(max(0, taille - _PAGE_MAXIMALE))
        fin = lu.read()
    debut = fin.rfind(b"OggS")
    page = fin[debut:] if debut >= 0 else b""
    if len(page) < _EN_TETE_OGG:
        return True
    segments = page[26]
    attendue = _EN_TETE_OGG + segments + sum(page[_EN_TETE_OGG : _EN_TETE_OGG + segments])
    return len(page) < attendue
