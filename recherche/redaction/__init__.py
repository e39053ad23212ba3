"""Documents rédigés depuis le jeu publié : Markdown, puis docx et pdf."""
