#!/bin/sh
# The container's door: become an ordinary user, see that the folders can be used, then run the command.
set -eu
app=/opt/kometa-preview

fail() {
  echo "kometa-preview: $1" >&2
  exit 2
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
}

# As root only until here: PUID and PGID say whom the files of /data and /jobs shall belong to.
if [ "$(id -u)" = 0 ] && [ -z "${KOMETA_PREVIEW_DROPPED:-}" ]; then
  if ! is_number "$PUID" || ! is_number "$PGID"; then
    fail 'PUID and PGID are numbers, such as 1000 (the command "id" on the host shows yours)'
  fi
  [ "$PUID" = 0 ] && echo "kometa-preview: PUID=0: this runs as root; an ordinary user would do" >&2
  as_user() {
    setpriv --reuid="$PUID" --regid="$PGID" --clear-groups --inh-caps=-all --no-new-privs "$@"
  }
  for folder in /data /jobs; do
    # A new volume belongs to root. A folder of the host that the user can write is left as it is.
    if [ -d "$folder" ] && ! as_user test -w "$folder"; then
      chown "$PUID:$PGID" "$folder" 2>/dev/null || true
    fi
  done
  export KOMETA_PREVIEW_DROPPED=1
  exec setpriv --reuid="$PUID" --regid="$PGID" --clear-groups --inh-caps=-all --no-new-privs "$0" "$@"
fi
unset KOMETA_PREVIEW_DROPPED

who="user $(id -u), group $(id -g)"
[ -w /data ] || fail "/data cannot be written by $who: set PUID and PGID to the owner of the folder that is mounted there"
# The passwd file knows no such user; a home that can be written does.
export HOME=/data
# A read-only root file system without a tmpfs on /tmp.
if [ ! -w /tmp ]; then
  mkdir -p /data/tmp
  export TMPDIR=/data/tmp
fi
# Jobs of the studio go to the volume for jobs.
if [ -w /jobs ] && [ ! -e /data/jobs ] && [ ! -L /data/jobs ]; then
  ln -s /jobs /data/jobs
fi
if [ -e /config/config.yml ] && [ ! -r /config/config.yml ]; then
  echo "kometa-preview: /config/config.yml cannot be read by $who: set PUID and PGID to its owner" >&2
fi

command=${1:-serve}
[ $# -eq 0 ] || shift
# Options of yours come later, and win.
case $command in
  serve | doctor) [ ! -r /config/config.yml ] || set -- --config /config/config.yml "$@" ;;
esac
# Outside of the container only what is published is reached.
[ "$command" != serve ] || set -- --host 0.0.0.0 "$@"
exec node "$app/dist/cli/main.js" "$command" "$@"
