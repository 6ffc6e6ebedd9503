"""The waist: the typed three-address code that every language stage makes and every engine runs."""
