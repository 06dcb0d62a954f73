"""The languages of the house: two letters in labels, documents and options, and what the user interface calls them."""

from collections.abc import Mapping

DEFAULT = "ja"
INTERFACE: Mapping[str, str] = {"ja": "ja", "zh": "zh-hans", "en": "en"}


def of_interface(code: str) -> str:
    """What the user interface calls a language: ``zh-hans`` for ``zh``; Japanese for one that the house does not have."""
    return INTERFACE.get(code[:2], DEFAULT)
