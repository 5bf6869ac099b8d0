
# What happens in Azure is brought to what it starts by Logic Apps, which event subscriptions call.
apps=$(az resource list --resource-group "$AZURE_RESOURCE_GROUP" \
  --resource-type Microsoft.Logic/workflows --output json)
wanted_apps=() wanted_subscriptions=()

# Keeps the Logic App of a trigger, and its subscription to a topic unless it is switched off.
keep_trigger() { # APP [TOPIC SUBSCRIPTION]
  demand_ours "Logic App" "$apps" "$1"
  wanted_apps+=("$1")
  if (($# > 1)); then
    # Names in Azure are the same in any letter case.
    local id="$2/$3"
    wanted_subscriptions+=("${id,,}")
  fi
}

# Deploys a template; what is as it says already stays as it is. A role of a new identity is not known
# everywhere at once: what fails for that alone is tried once more.
wire() { # NAME TEMPLATE PARAMETERS [NAME=VALUE…]
  local name=$1 said
  set -- --resource-group "$AZURE_RESOURCE_GROUP" --name "$name" --template-file "$2" \
    --parameters "@$3" "${@:4}"
  az deployment group validate "$@" --output none
  if said=$(az deployment group create "$@" --output none 2>&1); then
    return
  fi
  printf '%s\n' "$said"
  [[ $said =~ PrincipalNotFound|AuthorizationFailed|AuthorizationPermissionMismatch ]] ||
    fail "the deployment $name failed"
  echo "Azure does not know a new role everywhere yet: one more try in a minute"
  sleep 60
  az deployment group create "$@" --output none
}

# Deletes the subscriptions and Logic Apps of earlier releases that no spec asks for any more.
delete_other_events() {
  local topics topic name names
  topics=$(az eventgrid system-topic list --resource-group "$AZURE_RESOURCE_GROUP" --output json)
  topics=$(jq -r '.[].name' <<< "$topics")
  while IFS= read -r topic; do
    [[ -z $topic ]] || delete_subscriptions "$topic"
  done <<< "$topics"
  names=$(ours "$apps")
  while IFS= read -r name; do
    [[ -n $name && " ${wanted_apps[*]} " != *" $name "* ]] || continue
    delete_app "$name"
  done <<< "$names"
}

delete_subscriptions() { # TOPIC
  local live name names id
  live=$(az eventgrid system-topic event-subscription list --system-topic-name "$1" \
    --resource-group "$AZURE_RESOURCE_GROUP" --output json < /dev/null)
  names=$(jq -r --arg project "$PROJECT" --arg pipeline "$PIPELINE" --arg others "${OTHER_STAGES-}" '
    .[] | (.labels // []) as $labels | select(
      all("mlopsc", "pipeline \($pipeline)", "project \($project)"; IN($labels[]))
      and (any($others | split(" ")[]; IN("stage \(.)"; $labels[])) | not)
    ) | .name
  ' <<< "$live")
  while IFS= read -r name; do
    id="$1/$name"
    [[ -n $name && " ${wanted_subscriptions[*]} " != *" ${id,,} "* ]] || continue
    az eventgrid system-topic event-subscription delete --name "$name" --system-topic-name "$1" \
      --resource-group "$AZURE_RESOURCE_GROUP" --yes --output none < /dev/null
  done <<< "$names"
}

# With the roles of its identity, which would stay behind without a name.
delete_app() { # NAME
  local app id principal roles role about="api-version=2022-04-01"
  app=$(jq --arg name "$1" '.[] | select(.name == $name)' <<< "$apps")
  id=$(jq -r .id <<< "$app")
  principal=$(jq -r '.identity.principalId // ""' <<< "$app")
  if [[ -n $principal && $id =~ ^/subscriptions/[^/]+ ]]; then
    roles=$(az rest --method get --output json --url "${BASH_REMATCH[0]}/providers/Microsoft.Authorization/roleAssignments?$about&\$filter=principalId%20eq%20'$principal'" < /dev/null)
    roles=$(jq -r '.value[].id' <<< "$roles")
    while IFS= read -r role; do
      [[ -z $role ]] || az rest --method delete --url "$role?$about" --output none < /dev/null
    done <<< "$roles"
  fi
  az resource delete --ids "$id" --output none < /dev/null
}
