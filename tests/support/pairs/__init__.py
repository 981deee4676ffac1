"""Pairs of SQL and Prisma that say the same, and mutations of each that do not."""
