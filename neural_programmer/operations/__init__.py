"""The operations of the language, one record each, and the registry that orders them."""
