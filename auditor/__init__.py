"""auditor: which of your people can be taken over today, and what each of them must do about it."""

__version__ = "0.1.0"
