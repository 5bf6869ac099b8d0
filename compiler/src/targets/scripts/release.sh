# Not every version of the extension asks, and not every one takes --yes.
delete() { AZURE_CORE_DISABLE_CONFIRM_PROMPT=yes az ml "$@" --output none < /dev/null; }

# Creates the schedule or brings it up to date. The input becomes the commit that is released.
enable() { # NAME FILE [INPUT]
  demand_ours schedule "$schedules" "$1"
  wanted_schedules+=("$1")
  local copy
  copy=$(tagged "$2" 'if $input == "" then . else .create_job.inputs[$input] = $commit end' \
    --arg input "${3-}" --arg commit "$COMMIT")
  az ml schedule create --file "$copy" --output none
  az ml schedule enable --name "$1" --output none
}

# Stops the schedule if there is one.
disable() { # NAME
  demand_ours schedule "$schedules" "$1"
  wanted_schedules+=("$1")
  [[ -z $(owner "$schedules" "$1") ]] || az ml schedule disable --name "$1" --output none
}

# Creates the endpoint if it is not there. One that is there keeps its default until the new
# deployments are, so that its callers are served all the time.
open_endpoint() { # NAME FILE
  demand_ours endpoint "$endpoints" "$1"
  wanted_endpoints+=("$1")
  endpoint=$1 endpoint_file=$2 wanted_deployments=() deployments='[]'
  if [[ -n $(owner "$endpoints" "$1") ]]; then
    deployments=$(az ml batch-deployment list --endpoint-name "$1" --output json)
  else
    local copy
    copy=$(tagged "$2" 'del(.defaults)')
    az ml batch-endpoint create --file "$copy" --output none
  fi
}

# Keeps a deployment of the endpoint that was opened, and so many earlier versions of it.
keep() { # NAME FILE COUNT
  local name earlier
  wanted_deployments+=("$1")
  earlier=$(jq -r --arg name "$1" --argjson count "$3" --slurpfile file "$2" '
    map(select(.name != $name and .tags.mlopsc_deployment == $file[0].tags.mlopsc_deployment))
    | sort_by(.tags.mlopsc_released // "") | reverse | .[:$count][].name
  ' <<< "$deployments")
  while IFS= read -r name; do
    wanted_deployments+=("$name")
  done <<< "$earlier"
}

# Deletes the deployments that are not kept, but for the one with this name.
delete_deployments() { # NAME
  local name names
  names=$(ours "$deployments")
  while IFS= read -r name; do
    [[ -n $name && $name != "$1" && " ${wanted_deployments[*]} " != *" $name "* ]] || continue
    delete batch-deployment delete --name "$name" --endpoint-name "$endpoint"
    deployments=$(jq --arg name "$name" 'map(select(.name != $name))' <<< "$deployments")
  done <<< "$names"
}

# Makes room, since an endpoint has few places; who is served by default stays.
make_room() {
  delete_deployments "$(jq -r --arg name "$endpoint" '
    .[] | select(.name == $name) | .defaults.deployment_name // ""
  ' <<< "$endpoints")"
}

# Creates a deployment or brings it up to date. The component gets the commit as its version: of a
# version that is there already, Azure ML would take the old content. The input becomes the commit
# that is released.
deploy() { # FILE COMPONENT [INPUT]
  local copy
  copy=$(tagged "$2" '.version = $commit
    | if $input == "" then . else .inputs[$input].default = $commit end' \
    --arg input "${3-}" --arg commit "$COMMIT")
  copy=$(tagged "$1" '.component = $component | .tags.mlopsc_released = $now' \
    --arg component "./${copy##*/}" --arg now "$(date -u +%FT%TZ)")
  az ml batch-deployment create --file "$copy" --output none
}

# Gives the endpoint its default, and deletes the deployments that are not kept.
set_default() {
  local copy
  copy=$(tagged "$endpoint_file" .)
  az ml batch-endpoint create --file "$copy" --output none
  delete_deployments ""
}

# Takes the deployments of an endpoint away if it is there. The endpoint stays, and so do its name and
# its address.
close_endpoint() { # NAME FILE
  if [[ -n $(owner "$endpoints" "$1") ]]; then
    open_endpoint "$1" "$2"
    set_default
  fi
}

# Deletes what an earlier release of this pipeline created and no spec asks for any more.
delete_others() {
  local name names
  names=$(ours "$schedules")
  while IFS= read -r name; do
    [[ -n $name && " ${wanted_schedules[*]} " != *" $name "* ]] || continue
    # Only a schedule that is disabled can be deleted.
    az ml schedule disable --name "$name" --output none < /dev/null
    delete schedule delete --name "$name"
  done <<< "$names"
  names=$(ours "$endpoints")
  while IFS= read -r name; do
    [[ -n $name && " ${wanted_endpoints[*]} " != *" $name "* ]] || continue
    delete batch-endpoint delete --name "$name"
  done <<< "$names"
}
