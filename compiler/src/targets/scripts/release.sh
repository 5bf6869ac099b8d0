live=$(az ml schedule list --include-disabled --output json)
wanted=()

# The tag of the project that a live schedule belongs to; nothing when there is no such schedule.
owner() {
  jq -r --arg name "$1" '.[] | select(.name == $name) | .tags.mlopsc_project // "nobody"' <<< "$live"
}

# Schedules are found by name: one of another project must not be taken over.
demand_ours() {
  local owner
  owner=$(owner "$1")
  [[ -z $owner || $owner == "$PROJECT" ]] ||
    fail "schedule $1 exists and belongs to $owner: rename the pipeline, or delete that schedule"
}

# enable NAME FILE [INPUT]: creates the schedule or brings it up to date. The input becomes the commit
# that is released.
enable() {
  demand_ours "$1"
  wanted+=("$1")
  local copy="${2%.json}.run.json"
  jq --arg project "$PROJECT" --arg pipeline "$PIPELINE" \
    --arg input "${3-}" --arg commit "$COMMIT" '
    .tags += {mlopsc_project: $project, mlopsc_pipeline: $pipeline}
    | if $input == "" then . else .create_job.inputs[$input] = $commit end
  ' "$2" > "$copy"
  az ml schedule create --file "$copy" --output none
  az ml schedule enable --name "$1" --output none
}

# disable NAME: stops the schedule if there is one.
disable() {
  demand_ours "$1"
  wanted+=("$1")
  [[ -z $(owner "$1") ]] || az ml schedule disable --name "$1" --output none
}

# Deletes what an earlier release of this pipeline created and no spec asks for any more.
delete_others() {
  local name names
  names=$(jq -r --arg project "$PROJECT" --arg pipeline "$PIPELINE" '
    .[] | select(.tags.mlopsc_project == $project and .tags.mlopsc_pipeline == $pipeline) | .name
  ' <<< "$live")
  while IFS= read -r name; do
    [[ -n $name && " ${wanted[*]} " != *" $name "* ]] || continue
    # Only a schedule that is disabled can be deleted.
    az ml schedule disable --name "$name" --output none < /dev/null
    # Not every version of the extension asks, and not every one takes --yes.
    AZURE_CORE_DISABLE_CONFIRM_PROMPT=yes az ml schedule delete --name "$name" --output none \
      < /dev/null
  done <<< "$names"
}
