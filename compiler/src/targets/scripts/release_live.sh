schedules=$(az ml schedule list --include-disabled --output json)
endpoints=$(az ml batch-endpoint list --output json)
wanted_schedules=() wanted_endpoints=()

# The tag of the project that something live belongs to; nothing when there is no such thing.
owner() { # LIVE NAME
  jq -r --arg name "$2" '.[] | select(.name == $name) | .tags.mlopsc_project // "nobody"' <<< "$1"
}

# Live things are found by name: one of another project must not be taken over.
demand_ours() { # WHAT LIVE NAME
  local owner
  owner=$(owner "$2" "$3")
  [[ -z $owner || $owner == "$PROJECT" ]] ||
    fail "$1 $3 exists and belongs to $owner: rename yours, or delete that one"
}

