"""The verbs of the shell, a module for those that belong together; each is loaded when it is called."""
