"""Which item of the checklist a difference between schema.prisma and the database belongs to: to exactly one."""

from __future__ import annotations

from collections.abc import Mapping

from generator.checklist.items import Item

ITEMS: Mapping[str, Item] = {
    "prisma-table-missing": Item.MODEL,
    "prisma-model-extra": Item.MODEL,
    "prisma-column-missing": Item.MODEL,
    "prisma-field-extra": Item.MODEL,
    "prisma-map": Item.MODEL,
    "prisma-other-schema": Item.MODEL,
    "prisma-view": Item.MODEL,
    "prisma-type": Item.TYPES,
    "prisma-enum": Item.TYPES,
    "prisma-nullability": Item.TYPES,
    "prisma-default-differs": Item.TYPES,
    "prisma-index": Item.INDEXES,
    "prisma-unique": Item.INDEXES,
    "prisma-primary-key": Item.INDEXES,
    "prisma-relation-differs": Item.INDEXES,
}


def item(rule: str) -> Item:
    """A rule that nobody assigned fails the models, so that no difference is lost."""
    return ITEMS.get(rule, Item.MODEL)
