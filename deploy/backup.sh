#!/usr/bin/env bash
# Backs the desk's database up while it is in use, and checks the copy. Prints the copy's path.
# usage: deploy/backup.sh FOLDER      (the database: MADOGUCHI_DATABASE_URL, SQLite or PostgreSQL)
# Copies hold what residents wrote with: the file is for its owner alone, and copies older than
# KEEP_DAYS (14) are deleted. PostgreSQL: needs pg_dump of the server's version or newer.
set -euo pipefail
umask 077
[ $# = 1 ] || { echo "usage: deploy/backup.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder="$(cd "$1" && pwd)" # as seen from where the operator stands
cd "$(dirname "$0")"
source ./database.sh

keep_days="${KEEP_DAYS:-14}"
[[ "$keep_days" =~ ^[0-9]+$ ]] || { echo "backup: KEEP_DAYS must be a number of days" >&2; exit 2; }

read_database_url
name="madoguchi-$(date -u +%Y%m%dT%H%M%SZ)"
unfinished="$folder/.$name.$$"
trap 'rm -f "$unfinished"' EXIT

case "$kind" in
  sqlite)
    copy="$folder/$name.sqlite3"
    FROM="$file" TO="$unfinished" "$python" - <<'PYTHON'
import os, sqlite3, sys
from contextlib import closing
from pathlib import Path

if not Path(os.environ["FROM"]).is_file():
    sys.exit(f"backup: {os.environ['FROM']}: no database here")
source = sqlite3.connect(f"{Path(os.environ['FROM']).absolute().as_uri()}?mode=ro", uri=True, timeout=60)
with closing(source), closing(sqlite3.connect(os.environ["TO"])) as copy:
    source.backup(copy)  # one unchanging view, whoever writes meanwhile
    copy.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
    [(found,)] = copy.execute("PRAGMA integrity_check").fetchall()
    if found != "ok":
        sys.exit(f"backup: the copy is not whole: {found}")
    if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall():
        sys.exit("backup: the copy holds no desk's database")
PYTHON
    ;;
  postgresql)
    copy="$folder/$name.dump"
    pg_dump --format=custom --no-owner --no-privileges --file="$unfinished"
    contents="$(pg_restore --list "$unfinished")"
    [[ "$contents" == *"TABLE DATA public alembic_version"* ]] ||
      { echo "backup: the copy holds no desk's database" >&2; exit 1; }
    ;;
esac
mv "$unfinished" "$copy"
find "$folder" -maxdepth 1 -type f -name 'madoguchi-*Z.*' -mtime "+$keep_days" -delete
echo "$copy"
