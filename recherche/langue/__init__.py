"""La langue : détection des mentions identifiantes, pseudonymes, clé chiffrée."""
