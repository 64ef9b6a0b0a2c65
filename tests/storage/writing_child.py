"""A process that counts up in a database: URL, its name, how often."""

import sys

from sqlalchemy import insert, select, update

from dure.storage.database import open_database
from tests.storage.test_database import COUNTS, LINES

db = open_database(sys.argv[1])
for _ in range(int(sys.argv[3])):
    with db.write() as connection:
        n = connection.execute(select(COUNTS.c.n)).scalar_one()
        connection.execute(update(COUNTS).values(n=n + 1))
        connection.execute(insert(LINES).values(who=sys.argv[2]))
