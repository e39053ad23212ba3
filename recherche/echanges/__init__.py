"""Formats qui entrent et qui sortent : calcul pur sur du texte et des octets."""
