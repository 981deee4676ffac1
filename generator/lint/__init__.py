"""What is wrong with the SQL of the migrations, beyond whether goose can read it.

lint.check(project)                          everything that gen check tells
suppressions.of(migration).allows(rule, n)   whether a finding at line n is declared right
"""

from generator.lint.checking import check

__all__ = ["check"]
