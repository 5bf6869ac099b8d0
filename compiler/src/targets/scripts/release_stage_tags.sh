# The names of those that an earlier release of this pipeline created: not those of other stages, which
# may share the workspace, but those of stages that are gone.
ours() { # LIVE
  jq -r --arg project "$PROJECT" --arg pipeline "$PIPELINE" --arg others "$OTHER_STAGES" '
    .[] | select(.tags.mlopsc_project == $project and .tags.mlopsc_pipeline == $pipeline)
    | select([.tags.mlopsc_stage == ($others | split(" ")[])] | any | not) | .name
  ' <<< "$1"
}

# A copy of a file beside it, with the tags by which the next release finds what this one creates.
# The name of the copy is printed.
tagged() { # FILE FILTER [ARGUMENT…]
  local file=$1 filter=$2 copy="${1%.json}.run.json"
  shift 2
  jq --arg project "$PROJECT" --arg pipeline "$PIPELINE" --arg stage "$STAGE" "$@" ".tags +=
    {mlopsc_project: \$project, mlopsc_pipeline: \$pipeline, mlopsc_stage: \$stage} | $filter" \
    "$file" > "$copy"
  echo "$copy"
}

