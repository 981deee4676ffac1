"""schema.prisma: read with positions, understood as the database that Prisma expects, compared with the real one.

files, parser          the text as a tree of nodes with positions; lexer, expressions, declared, hints are its parts
relational             tables, columns, indexes, foreign keys: what Prisma can tell of a database
expected               nodes → relational, as Prisma's own engine would create it
describing             a live database → relational
comparing              the two held against each other, with constraints, matching and wording
"""
