"""Tomoshibi (灯火): a Customer Information System for electricity retailers."""

__version__ = "0.1.0"
