from tests.contracts.conftest import clerk

__all__ = ["clerk"]
