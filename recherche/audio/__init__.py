"""Le son : décodage, modèles, transcription, qui parle, attribution des mots."""
