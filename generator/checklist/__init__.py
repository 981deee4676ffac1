"""The six things that a new migration needs, gone through one by one: what was verified, how, and what was not.

items, assigned                the list, its states, and which rule speaks of which item
migrating, applied             1: the migrations are sound, and goose ran them
compared                       2 to 4: the schema beside the database that they made
clients, copies                5: the generated clients, and the schema that each holds
testing, concerned, looking    6: the models that tests use through Prisma Client
accessors, chains, scanning    what a text of JavaScript calls; prefilter, skipped: what need not be looked at
trees                          files of node_modules and of tests, which are somebody else's
run                            the use case
"""
