# The steps of deploy/try, in the order in which they run. Source it; needs common.sh, $program, $given and $temporary.
# shellcheck shell=bash disable=SC2154

nodes=5          # node 1 adds the model, 2 to 4 donate too, 5 donates nothing and restores it
donors=4
copies=3
model=try/model
declare -a pids=() ids=() peaks=()
seen=            # the counts that watch_health printed last

title() { printf '\n== %s\n' "$*"; }

# Milliseconds of the clock; whatever the locale puts between seconds and their fraction.
now_ms() { local time=${EPOCHREALTIME//[!0-9]/}; echo $((time / 1000)); }

# Milliseconds as seconds: 12.3 s.
seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }
since() { seconds $(($(now_ms) - $1)); }
started=$(now_ms)
state_of() { echo "$temporary/node$1"; }
log_of() { echo "$temporary/node$1.log"; }

# cli NODE ARGUMENTS...: the real CLI against that node's daemon.
cli() { local node=$1; shift; "$program" --state "$(state_of "$node")" --json "$@"; }

# A field of a JSON document on stdin; an absent field is an error.
field() { jq --exit-status --raw-output "$1"; }

# until_true SECONDS WHAT COMMAND...: repeats COMMAND until it succeeds; says what was waited for when it does not.
until_true() {
  local deadline=$((SECONDS + $1)) what=$2; shift 2
  until "$@"; do
    [ $SECONDS -lt "$deadline" ] || fail "waited too long for $what"
    check_daemons
    sleep 0.3
  done
}

check_daemons() {
  local node
  for node in "${!pids[@]}"; do
    alive "$node" || fail "the daemon of node $node ended by itself"
  done
}

alive() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }

prepare_model() {
  folder=$given
  if [ -z "$folder" ]; then
    title "Making a model"
    folder=$temporary/model
    "$root/deploy/make-model" "$folder"
  fi
  bytes=$(find -L "$folder" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }')
  [ "$bytes" -gt 0 ] || fail "'$folder' holds no bytes to preserve"
  files=$(find -L "$folder" -type f -printf x | wc -c)
  echo "$folder: $files files, $(human_bytes "$bytes")"
  # Generous, for slow disks: waiting ends as soon as the condition holds.
  patience=$((60 + bytes / 10000000))
}

# Two copies beside the one in place, the repaired and the restored one; the killed holder's bytes stay until the end.
# A volume keeps a reserve of 2 %, at most 5 GiB, that no donation uses.
check_room() {
  local free size reserve needed
  read -r size free < <(df --block-size=1 --output=size,avail "$temporary" | tail -n 1)
  reserve=$((size / 50 < 5368709120 ? size / 50 : 5368709120))
  needed=$((4 * (bytes + bytes / 20) + reserve))
  [ "$free" -ge "$needed" ] || fail "the volume of $temporary has $(human_bytes "$free") free, and this needs" \
    "$(human_bytes "$needed"), the reserve of a volume included: set TMPDIR to a larger one"
}

start_daemons() {
  title "Starting $nodes daemons on loopback"
  local node
  for node in $(seq $nodes); do
    mkdir "$(state_of "$node")"
    setsid "$program" --state "$(state_of "$node")" daemon --listen 127.0.0.1 \
      --gossip-port 0 --torrent-port 0 --http-port 0 >"$(log_of "$node")" 2>&1 &
    pids[node]=$!
  done
  for node in $(seq $nodes); do
    until_true 60 "node $node to answer" answers "$node"
    ids[node]=$(cli "$node" status | field .node_id)
    echo "node $node is ${ids[node]:0:10}"
  done
}

answers() { cli "$1" status >/dev/null 2>&1; }

create_network() {
  title "Creating a private network, and joining it"
  cli 1 network create try --copies $copies --pace drill --domains node >/dev/null
  local invite node
  invite=$(cli 1 invite | field .invite)
  for node in $(seq 2 $nodes); do cli "$node" network join "$invite" >/dev/null; done
  for node in $(seq $nodes); do until_true 60 "node $node to see the others" sees_all "$node"; done
  echo "all $nodes nodes know each other"
}

sees_all() { [ "$(cli "$1" status | field .nodes_online)" -ge $((nodes - 1)) ]; }

donate_everywhere() {
  local quota=$((bytes + bytes / 10 + 64000000)) node
  title "Donating $(human_bytes $quota) on each of $donors nodes"
  for node in $(seq $donors); do cli "$node" donate "$quota" "$temporary/donation$node" >/dev/null; done
}

add_model() {
  title "Adding the model on node 1, in place"
  # --force: whatever folder is given is preserved; the notes say which of its weight files are broken.
  cli 1 add "$folder" --name $model --licence LicenseRef-try --force >"$temporary/added.json"
  added=$(now_ms)
  jq --raw-output '(.model | "\(.name) \(.info_hash_v2[0:12]): \(.files) files, \(.slices) slices"), .notes[]' \
    "$temporary/added.json"
}

# "counted verified online fetching risk" of the model, as node 1 sees it; health exits 10 when the model is below thin.
counts() {
  local answer code=0
  answer=$(cli 1 health $model) || code=$?
  [ $code -eq 0 ] || [ $code -eq 10 ] || return 1
  jq --exit-status --raw-output '.models[0] | .risk as $risk |
    .copies | "\(.counted) \(.verified) \(.online) \(.fetching) \($risk)"' <<<"$answer"
}

# watch_health CONDITION START: prints health whenever it changes, with the time since START, until CONDITION holds.
watch_health() {
  local condition=$1 start=$2 deadline=$((SECONDS + patience)) now
  until [ -n "$seen" ] && $condition "$seen"; do
    [ $SECONDS -lt $deadline ] || fail "health stays at '$seen' (counted, verified, online, fetching, risk) after" \
      "$patience s"
    check_daemons
    now=$(counts) || fail "health does not answer"
    if [ "$now" != "$seen" ]; then
      seen=$now
      # shellcheck disable=SC2086
      printf '%8s   counted %s   verified %s   online %s   fetching %s   %s\n' "$(since "$start")" $now
    else
      sleep 0.3
    fi
  done
}

# shellcheck disable=SC2086
enough_copies() { set -- $1; [ "$1" -ge $copies ] && [ "$3" -ge $copies ]; }
# shellcheck disable=SC2086
fewer_copies() { set -- $1; [ "$1" -lt $copies ] || [ "$3" -lt $copies ]; }
# shellcheck disable=SC2086
all_verified() { set -- $1; [ "$2" -ge $copies ]; }

wait_for_three_copies() {
  title "Copies rising to $copies"
  watch_health enough_copies "$added"
  time_to_copies=$(since "$added")
  watch_health all_verified "$added"
  time_to_audits=$(since "$added")
}

# The first donor other than the adder that holds every slice.
find_victim() {
  local slices node holders
  holders=$(cli 1 show $model)
  slices=$(jq .model.slices <<<"$holders")
  for node in $(seq 2 $donors); do
    if jq --exit-status --arg id "${ids[node]}" --argjson slices "$slices" \
      '.holders[] | select(.node_id == $id and .slices == $slices)' <<<"$holders" >/dev/null; then
      echo "$node"
      return
    fi
  done
  # Every slice has its copies, but spread over the donors: any donor that holds some will do.
  for node in $(seq 2 $donors); do
    if jq --exit-status --arg id "${ids[node]}" '.holders[] | select(.node_id == $id)' <<<"$holders" >/dev/null; then
      echo "$node"
      return
    fi
  done
  return 1
}

kill_a_holder() {
  victim=$(find_victim) || fail "no node beside the adder holds a slice, and yet health counts $copies copies"
  title "Killing node $victim, a holder, with SIGKILL"
  peaks[victim]=$(peak_memory "$victim")
  kill -KILL "${pids[victim]}"
  wait "${pids[victim]}" 2>/dev/null || true
  unset "pids[victim]"
  killed=$(now_ms)
}

wait_for_repair() {
  title "Health falls, and the others repair"
  watch_health fewer_copies "$killed"
  watch_health enough_copies "$killed"
  time_to_repair=$(since "$killed")
}

restore_on_the_bystander() {
  title "Restoring on node $nodes, which never held a slice"
  local held before
  held=$(cli $nodes status | field '.slices_held | tostring')
  [ "$held" = 0 ] || fail "node $nodes holds $held slices, and should hold none"
  before=$(now_ms)
  restored=$(cli $nodes restore $model "$temporary/restored" | field .folder)
  time_to_restore=$(since "$before")
  echo "$restored, after $time_to_restore"
}

# The SHA-256 and the path of every file below a folder, in one order for all.
fingerprints() { (cd "$1" && find -L . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum --zero | tr '\0' '\n'); }

compare_files() {
  title "Comparing SHA-256 of every file, both ways"
  fingerprints "$folder" >"$temporary/expected"
  fingerprints "$restored" >"$temporary/found"
  if ! diff "$temporary/expected" "$temporary/found" >"$temporary/difference"; then
    head -n 20 "$temporary/difference" >&2
    fail "the restored files are not the original ones ('<' was expected, '>' was found)"
  fi
  echo "all $files files are identical, and there is none too many"
}

# Peak resident memory of a node's daemon, in kB.
peak_memory() { awk '/^VmHWM:/ { print $2 }' "/proc/${pids[$1]}/status"; }

print_summary() {
  local node note
  for node in "${!pids[@]}"; do peaks[node]=$(peak_memory "$node"); done
  title "Summary"
  printf '%-30s %s\n' "model" "$(human_bytes "$bytes")" "time to $copies copies" "$time_to_copies" \
    "time to $copies verified copies" "$time_to_audits" "time to repair after the kill" "$time_to_repair" \
    "time to restore" "$time_to_restore" "all" "$(since "$started")"
  for node in "${!peaks[@]}"; do
    note=
    [ "$node" != "$victim" ] || note=" (until it was killed)"
    printf '%-30s %s\n' "peak memory of node $node" "$(human_bytes $((peaks[node] * 1024)))$note"
  done
}

show_logs() {
  local node
  for node in $(seq $nodes); do
    [ -f "$(log_of "$node")" ] || continue
    say "-- the end of node $node's log, and its plan"
    tail -n 20 "$(log_of "$node")" >&2
    timeout 5 "$program" --state "$temporary/node$node" plan >&2 2>&1 || true
    timeout 5 "$program" --state "$temporary/node$node" donations >&2 2>&1 || true
  done
}

stop_daemons() {
  local node deadline=$((SECONDS + 6))
  for node in "${!pids[@]}"; do kill -TERM "${pids[node]}" 2>/dev/null || true; done
  for node in "${!pids[@]}"; do
    while alive "$node" && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
    alive "$node" && kill -KILL "${pids[node]}"
    wait "${pids[node]}" 2>/dev/null || true
  done
}

# Runs whichever way the script ends.
finish() {
  local code=$1
  trap - EXIT
  trap '' INT TERM
  set +e
  [ "$code" -eq 0 ] || [ "$code" -eq 130 ] || [ "$code" -eq 143 ] || show_logs
  stop_daemons
  rm -rf "$temporary"
  if [ "$code" -eq 0 ]; then printf '\nIt works: preserved, lost, repaired, restored.\n'
  else say "deploy/try failed"
  fi
  exit "$code"
}
