from tests.contracts.conftest import _in_english, clerk

__all__ = ["_in_english", "clerk"]
