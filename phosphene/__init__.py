"""A declarative language for asking vision networks what they see."""
