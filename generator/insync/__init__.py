"""goose and Prisma kept in step: what the migrations make, held against a service's schema.prisma."""
