#!/usr/bin/env bash
# Puts a copy made by deploy/backup.sh in place of the desk's database. Stop every `madoguchi serve` first.
# usage: deploy/restore.sh COPY [--replace]      (the database: MADOGUCHI_DATABASE_URL)
# A database that holds tables is left alone without --replace. A SQLite file that is replaced is kept
# beside as FILE.before-restore. PostgreSQL: all or nothing, in one transaction.
# Afterwards run `madoguchi migrate`: the copy may be of an older release.
set -euo pipefail
umask 077
copy="${1:-}"
[ -n "$copy" ] && [ $# -le 2 ] && [ "${2:---replace}" = --replace ] ||
  { echo "usage: deploy/restore.sh COPY [--replace]" >&2; exit 2; }
[ -f "$copy" ] || { echo "restore: $copy: no such file" >&2; exit 2; }
copy="$(cd "$(dirname "$copy")" && pwd)/$(basename "$copy")"
replaces="${2:-}"
cd "$(dirname "$0")"
source ./database.sh
read_database_url

left_alone() { echo "restore: $1 holds a database already; add --replace to put the copy in its place" >&2; exit 1; }

case "$kind" in
  sqlite)
    head -c 15 "$copy" | grep -q "SQLite format 3" || { echo "restore: $copy is no copy of a SQLite database" >&2; exit 1; }
    if [ -s "$file" ] && [ -z "$replaces" ]; then left_alone "$file"; fi
    mkdir -p "$(dirname "$file")"
    trap 'rm -f "$file.restoring"' EXIT
    cp "$copy" "$file.restoring"
    chmod 600 "$file.restoring"
    FILE="$file.restoring" "$python" - <<'PYTHON'
import os, sqlite3, sys

copy = sqlite3.connect(os.environ["FILE"])
try:
    rows = copy.execute("PRAGMA integrity_check").fetchall()
except sqlite3.Error as fault:
    rows = [(fault,)]
if rows != [("ok",)]:
    sys.exit(f"restore: the copy is not whole: {rows[0][0]}")
if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall():
    sys.exit("restore: this is no copy of the desk's database; nothing was changed")
PYTHON
    if [ -s "$file" ]; then
      # Takes what is still in the -wal beside it into the file; SQLite does so only for who is alone with it.
      FILE="$file" "$python" - <<'PYTHON'
import os, sqlite3, sys

try:
    sqlite3.connect(os.environ["FILE"], timeout=1).execute("PRAGMA journal_mode = DELETE").fetchall()
except sqlite3.OperationalError as fault:
    sys.exit(f"restore: {fault}: stop every `madoguchi serve` first")
except sqlite3.DatabaseError:
    pass  # broken, and kept aside as it is
PYTHON
      mv "$file" "$file.before-restore"
      rm -f "$file-wal" "$file-shm"
    fi
    mv "$file.restoring" "$file"
    ;;
  postgresql)
    head -c 5 "$copy" | grep -q "PGDMP" || { echo "restore: $copy is no copy of a PostgreSQL database" >&2; exit 1; }
    tables="$(psql --no-psqlrc --quiet --tuples-only --no-align \
      -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")"
    [ "$tables" = 0 ] || [ "$replaces" ] || left_alone "PostgreSQL ${PGHOST:-}/${PGDATABASE:-}"
    others="$(psql --no-psqlrc --quiet --tuples-only --no-align -c "SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'madoguchi'")"
    [ "$others" = 0 ] || { echo "restore: $others connections of the desk are open: stop every \`madoguchi serve\` first" >&2; exit 1; }
    # The whole schema: tables of a newer release than the copy's must not stay behind.
    # Unpacked to its end first: psql would commit the half of a copy that breaks off.
    contents="$(pg_restore --list "$copy")"
    [[ "$contents" == *"TABLE DATA public alembic_version"* ]] ||
      { echo "restore: this is no copy of the desk's database; nothing was changed" >&2; exit 1; }
    unpacked="$(mktemp)"
    trap 'rm -f "$unpacked"' EXIT
    echo "DROP SCHEMA public CASCADE; CREATE SCHEMA public;" >"$unpacked"
    pg_restore --no-owner --no-privileges --file=- "$copy" >>"$unpacked"
    psql --no-psqlrc --quiet --single-transaction -v ON_ERROR_STOP=1 --output=/dev/null --file="$unpacked"
    ;;
esac
echo "restored; now run: madoguchi migrate"
