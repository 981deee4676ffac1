"""`gen prisma sync` without the disk: what the database has and the schema has not, put into the schema's text."""

from generator.prisma.adding.run import Added, add

__all__ = ["Added", "add"]
