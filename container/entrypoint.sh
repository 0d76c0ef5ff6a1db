#!/bin/sh
# The entry point of the image: becomes an ordinary user, checks the mounted folders, then runs the command.
set -eu
app=/opt/kometa-preview

# Everything that Kometa Preview makes in /data. Nothing else in there ever gets another owner.
ours='bytecode client-identifier demo index jobs kometa proxy requirements.json secrets studio thumbnails tmp trust workspaces'

say() { echo "kometa-preview: $1" >&2; }
fail() {
  say "$1"
  exit 2
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
}

owner_of() { stat -c '%u' "$1"; }
group_of() { stat -c '%g' "$1"; }

# In a rootless engine, user 0 of the container is the user who runs the engine: the entry of user 0 in the map of the
# namespace stands for one user. Elsewhere user 0 is root, or root of a range of users (userns-remap, LXC).
root_is_the_user() {
  awk '$1 == 0 && $2 != 0 && $3 == 1 { found = 1 } END { exit !found }' /proc/self/uid_map
}

as_user() {
  setpriv --reuid="$PUID" --regid="$PGID" --clear-groups --inh-caps=-all --no-new-privs "$@"
}

# Gives the user what an earlier start made for another user.
give_data() {
  for name in $ours; do
    path=/data/$name
    # A link is /data/jobs, which leads to the volume for jobs.
    if [ -L "$path" ] || [ ! -e "$path" ] || [ "$(owner_of "$path"):$(group_of "$path")" = "$PUID:$PGID" ]; then
      continue
    fi
    if chown -R -h "$PUID:$PGID" "$path" 2>/dev/null; then
      say "$path now belongs to user $PUID, group $PGID"
    else
      fail "$path belongs to user $(owner_of "$path"), and its owner cannot be changed here: on the host, give the folder that is mounted at /data to $PUID:$PGID (chown -R), or set PUID and PGID to its owner"
    fi
  done
}

# A new volume belongs to root and is empty. A folder with content is the user's own, and keeps its owner.
give_folder() {
  folder=$1
  if [ ! -d "$folder" ] || as_user test -w "$folder"; then return 0; fi
  for name in "$folder"/* "$folder"/.[!.]*; do
    [ -e "$name" ] || [ -L "$name" ] || continue
    case " $ours " in *" ${name##*/} "*) [ "$folder" = /data ] && continue ;; esac
    fail "$folder belongs to user $(owner_of "$folder"), group $(group_of "$folder"), and cannot be written by user $PUID, group $PGID: set PUID and PGID to its owner, or on the host give the folder that is mounted there to $PUID:$PGID (chown -R)"
  done
  chown "$PUID:$PGID" "$folder" 2>/dev/null || true
}

if [ "$(id -u)" = 0 ] && [ -z "${KOMETA_PREVIEW_DROPPED:-}" ] && ! root_is_the_user; then
  if ! is_number "$PUID" || ! is_number "$PGID"; then
    fail 'PUID and PGID are numbers, such as 1000 (the command "id" on the host shows yours)'
  fi
  [ "$PUID" = 0 ] && say 'PUID=0: this runs as root; an ordinary user is enough'
  if ! as_user true 2>/dev/null; then
    fail "root of this container may not become user $PUID (--cap-drop ALL): leave out PUID and PGID and start it with --user $PUID:$PGID, or allow the capabilities SETUID, SETGID and CHOWN"
  fi
  for folder in /data /jobs; do give_folder "$folder"; done
  give_data
  export KOMETA_PREVIEW_DROPPED=1
  exec setpriv --reuid="$PUID" --regid="$PGID" --clear-groups --inh-caps=-all --no-new-privs "$0" "$@"
fi
unset KOMETA_PREVIEW_DROPPED

who="user $(id -u), group $(id -g)"
[ -d /data ] || fail '/data does not exist: mount a volume or a folder there'
if [ ! -w /data ]; then
  fail "/data belongs to user $(owner_of /data), group $(group_of /data), and cannot be written by $who: give the volume or the folder that is mounted there to $(id -u):$(id -g) (chown -R), or start the container without --user and with PUID=$(id -u), PGID=$(id -g)"
fi
# No line of the passwd file may belong to this user, but a home that can be written always does.
export HOME=/data
# A read-only root file system may have no tmpfs on /tmp.
if [ ! -w /tmp ]; then
  mkdir -p /data/tmp
  export TMPDIR=/data/tmp
fi
# Jobs of the studio go to the volume for jobs.
if [ -w /jobs ] && [ ! -e /data/jobs ] && [ ! -L /data/jobs ]; then
  ln -s /jobs /data/jobs
fi
if [ -L /data/jobs ] && [ ! -w /jobs ]; then
  fail "/jobs belongs to user $(owner_of /jobs), group $(group_of /jobs), and cannot be written by $who: set PUID and PGID to its owner, or on the host give the folder that is mounted there to $(id -u):$(id -g) (chown -R)"
fi
for name in /jobs/*; do
  if [ -d "$name" ] && [ ! -x "$name" ]; then
    say "some previews in /jobs belong to user $(owner_of "$name") and stay closed to $who: to see them, give the folder that is mounted there to $(id -u):$(id -g) (chown -R)"
    break
  fi
done
# Without the right to enter /config, config.yml looks as if it did not exist.
for path in /config /config/config.yml; do
  if [ -e "$path" ] && { [ ! -r "$path" ] || { [ -d "$path" ] && [ ! -x "$path" ]; }; }; then
    say "$path cannot be read by $who: it belongs to user $(owner_of "$path"), group $(group_of "$path"); set PUID=$(owner_of "$path") and PGID=$(group_of "$path")"
    break
  fi
done

command=${1:-serve}
[ $# -eq 0 ] || shift
# The user's own options come later on the line, and win.
case $command in
  serve | doctor) [ ! -r /config/config.yml ] || set -- --config /config/config.yml "$@" ;;
esac
# Only published ports can be reached from outside the container.
[ "$command" != serve ] || set -- --host 0.0.0.0 "$@"
exec node "$app/dist/cli/main.js" "$command" "$@"
