"""services.yaml as plain values that know where they are written."""

from generator.source.document import Document
from generator.source.reader import load, parse

__all__ = ["Document", "load", "parse"]
