# Sourced by backup.sh and restore.sh: what MADOGUCHI_DATABASE_URL names.
# Sets kind, python, and file (SQLite) or the PG… variables (PostgreSQL), so that no password is on a command line.

python="${PYTHON:-python3}"

read_database_url() {
  local parts
  mapfile -d '' -t parts < <("$python" - <<'PYTHON'
import os, sys
from urllib.parse import parse_qs, unquote, urlsplit

url = os.environ.get("MADOGUCHI_DATABASE_URL", "")
kind, _, rest = url.partition("://")
if kind in ("sqlite", "sqlite+aiosqlite"):
    parts = ["sqlite", rest.removeprefix("/").partition("?")[0]]
elif kind in ("postgresql", "postgresql+asyncpg"):
    found = urlsplit(f"postgresql://{rest}")
    options = parse_qs(found.query)
    host = unquote(found.hostname or "") or options.get("host", [""])[0]
    port, secure = str(found.port or ""), options.get("ssl", [""])[0]
    parts = ["postgresql", host, port, unquote(found.username or ""), unquote(found.password or ""), unquote(found.path[1:]), secure]
else:
    parts = ["none"]
sys.stdout.write("".join(part + "\0" for part in parts))
PYTHON
  )
  kind="${parts[0]:-none}"
  case "$kind" in
    sqlite)
      file="${parts[1]}"
      case "$file" in /*) ;; *) file="$(cd .. && pwd)/$file" ;; esac
      ;;
    postgresql)
      local names=(PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE) place
      for place in "${!names[@]}"; do
        if [ -n "${parts[$((place + 1))]}" ]; then export "${names[$place]}=${parts[$((place + 1))]}"; fi
      done
      ;;
    *)
      echo "MADOGUCHI_DATABASE_URL: set it to sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE" >&2
      exit 2
      ;;
  esac
}
