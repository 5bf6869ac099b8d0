# The resource that tokens for Azure DevOps are for.
devops=499b84ac-1321-427f-aa17-267ca6975798

# rest METHOD PATH [BODY]: a call of the project's REST API; it answers with JSON.
rest() {
  local arguments=(--resource "$devops" --method "$1" --url "$organization/$(uri "$project")/_apis/$2")
  [[ -z ${3:-} ]] || arguments+=(--headers Content-Type=application/json --body "$3")
  az rest "${arguments[@]}" --output json
}

uri() { jq --null-input --raw-output --arg text "$1" '$text | @uri'; }

# connection NAME KIND: demands a service connection. How it signs in is for people to decide.
connection() {
  local id
  id=$(az devops service-endpoint list "${where[@]}" --output json |
    jq --raw-output --arg name "$1" '[.[] | select(.name == $name) | .id][0] // empty')
  [[ -n $id ]] || fail "make the service connection $1 ($2) first: Project settings, Service connections, New; \
choose workload identity federation where there is a choice, and do not grant access to all pipelines"
  ids["connection $1"]=$id
  echo "service connection $1 is there"
}

# group NAME: makes a variable group.
group() {
  local id
  id=$(az pipelines variable-group list "${where[@]}" --group-name "$1" --query '[0].id' --output tsv)
  if [[ -z $id ]]; then
    # A group cannot be empty.
    id=$(az pipelines variable-group create "${where[@]}" --name "$1" --variables MLOPSC=true \
      --authorize false --query id --output tsv)
  fi
  ids["group $1"]=$id
  echo "variable group $1 is there"
}

# variable NAME plain|secret: puts a variable into the first group unless one of the groups has it. A
# secret is asked for; no command line holds it.
variable() {
  local group known
  for group in "${groups[@]}"; do
    known=$(az pipelines variable-group variable list "${where[@]}" --group-id "${ids["group $group"]}" \
      --query 'keys(@)' --output tsv)
    if grep --quiet --ignore-case --line-regexp --fixed-strings -- "$1" <<< "$known"; then
      echo "variable $1 is in $group"
      return
    fi
  done
  if [[ $2 == secret ]]; then
    echo "The value of the secret variable $1:"
    az pipelines variable-group variable create "${where[@]}" --group-id "${ids["group ${groups[0]}"]}" \
      --name "$1" --secret true --prompt-value true --output none
  else
    az pipelines variable-group variable create "${where[@]}" --group-id "${ids["group ${groups[0]}"]}" \
      --name "$1" --value "${!1:?set it: its value becomes the variable in the group}" --output none
  fi
  echo "variable $1 is in ${groups[0]} now"
}

# environment NAME: makes an environment.
environment() {
  local id
  id=$(rest get "distributedtask/environments?name=$(uri "$1")&api-version=7.1" |
    jq --raw-output --arg name "$1" '.value[] | select(.name == $name) | .id')
  if [[ -z $id ]]; then
    id=$(rest post 'distributedtask/environments?api-version=7.1' \
      "$(jq --null-input --arg name "$1" '{name: $name, description: ""}')" | jq .id)
  fi
  ids["environment $1"]=$id
  echo "environment $1 is there"
}

# check KIND TYPE ID NAME SETTINGS: adds a check of a kind to a resource that has none of it.
check() {
  local kinds body
  kinds=$(rest get "pipelines/checks/configurations?resourceType=$2&resourceId=$3&api-version=7.1-preview.1" |
    jq --raw-output '.value[].type.id | ascii_downcase')
  if grep --quiet --line-regexp --fixed-strings -- "$1" <<< "$kinds"; then
    return
  fi
  body=$(jq --null-input --arg kind "$1" --arg type "$2" --arg id "$3" --arg name "$4" --argjson settings "$5" \
    '{type: {id: $kind}, settings: $settings, resource: {type: $type, id: $id, name: $name}, timeout: 43200}')
  rest post 'pipelines/checks/configurations?api-version=7.1-preview.1' "$body" > /dev/null
}

# approval NAME: people of $APPROVERS must approve what is deployed to an environment.
approval() {
  local approvers
  approvers=$(jq --null-input --raw-input '[inputs | splits(" +") | select(. != "") | {id: .}]' \
    <<< "${APPROVERS:?set it to ids of people who approve in $1, with blanks between them}")
  check 8c6f20a7-a545-4486-9777-f762fafe0d4d environment "${ids["environment $1"]}" "$1" \
    "$(jq --null-input --argjson approvers "$approvers" '{approvers: $approvers, minRequiredApprovers: 1,
      executionOrder: "anyOrder", requesterCannotBeApprover: true, instructions: "", blockedApprovers: []}')"
  echo "environment $1 has an approval"
}

# lock TYPE KEY NAME: lets runs that use a resource wait for each other.
lock() {
  check 2ef31ad6-baa0-403a-8b45-2cbc9b4e5563 "$1" "${ids[$2]}" "$3" '{}'
  echo "$2 has an exclusive lock"
}

# pipeline NAME FILE: makes a pipeline of a file; it does not run now.
pipeline() {
  local id
  id=$(az pipelines list "${where[@]}" --name "$1" --query '[0].id' --output tsv)
  if [[ -z $id ]]; then
    id=$(az pipelines create "${where[@]}" --name "$1" --yml-path "$2" --branch "$branch" \
      "${source[@]}" --skip-first-run true --query id --output tsv)
  fi
  ids["pipeline $1"]=$id
  echo "pipeline $1 is there"
}

# permit TYPE KEY PIPELINE: lets one pipeline use a resource.
permit() {
  rest patch "pipelines/pipelinePermissions/$1/${ids[$2]}?api-version=7.1-preview.1" \
    "$(jq --null-input --argjson id "${ids["pipeline $3"]}" '{pipelines: [{id: $id, authorized: true}]}')" \
    > /dev/null
}

# policy PIPELINE: pull requests into the branch wait for it. Of Azure Repos alone: for GitHub the file
# says it itself.
policy() {
  local repository known
  repository=$(az repos show "${where[@]}" --repository "$REPOSITORY" --query id --output tsv)
  known=$(az repos policy list "${where[@]}" --repository-id "$repository" --branch "$branch" \
    --query "[?settings.buildDefinitionId==\`${ids["pipeline $1"]}\`].id" --output tsv)
  [[ -n $known ]] || az repos policy build create "${where[@]}" --repository-id "$repository" \
    --branch "$branch" --build-definition-id "${ids["pipeline $1"]}" --display-name "$1" --blocking true \
    --enabled true --manual-queue-only false --queue-on-source-update-only false --valid-duration 0 --output none
  echo "pull requests into $branch wait for $1"
}

fail() { echo "$1" >&2; exit 1; }
