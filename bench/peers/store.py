"""One row with the picture for each answer, durable before the answer is given."""
import os
import sqlite3
import threading
import uuid

local = threading.local()


def connection():
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["BENCH_DATABASE"], timeout=60)
        local.connection.execute("PRAGMA journal_mode=WAL")
        local.connection.execute("PRAGMA synchronous=FULL")
        local.connection.execute("CREATE TABLE IF NOT EXISTS recognitions(id TEXT PRIMARY KEY, created_at "
                                 "TEXT DEFAULT CURRENT_TIMESTAMP, digit INTEGER, confidence REAL, picture BLOB)")
    return local.connection


def keep(digit, confidence, picture):
    row = str(uuid.uuid4())
    with connection() as database:
        database.execute("INSERT INTO recognitions(id, digit, confidence, picture) VALUES(?,?,?,?)",
                         (row, digit, confidence, picture))
    return row
