# Plays Azure for what brings events; what lives is in $STAGE/azure.json, what changes it in
# $STAGE/changes, and what goes wrong in $STAGE/faults: a word a line.
azure=$STAGE/azure.json
[[ -e $azure ]] || echo '{"apps": [], "subscriptions": [], "roles": []}' > "$azure"
option() { # NAME WORD…: the word behind an option
  local name=$1 before=
  shift
  for word in "$@"; do
    if [[ $before == "$name" ]]; then printf '%s' "$word"; return; fi
    before=$word
  done
}
goes_wrong() { [[ -e $STAGE/faults ]] && grep -qxF "$1" "$STAGE/faults"; }
change() { # ARGUMENT… FILTER
  jq "$@" "$azure" > "$azure.new" && mv "$azure.new" "$azure"
}
note() { echo "$*" >> "$STAGE/changes"; }
# What the template makes, with the values that it is told.
deployed() {
  local file parameters word told='{}' in_parameters=
  file=$(option --template-file "$@") parameters=$(option --parameters "$@")
  for word in "$@"; do
    case $word in
      --parameters) in_parameters=1 ;;
      --*) in_parameters= ;;
      @*) ;;
      *=*) [[ -z $in_parameters ]] || told=$(jq --arg name "${word%%=*}" --arg value "${word#*=}" '.[$name] = $value' <<< "$told") ;;
    esac
  done
  jq --slurpfile file "${parameters#@}" --argjson told "$told" '
    def parameter: capture("parameters\\(.(?<name>[A-Za-z_]+)").name;
    def told($values): gsub("^\\[parameters\\(.(?<name>[A-Za-z]+).\\)\\]$"; $values[.name])
      | gsub("^\\[format\\(.project \\{0\\}., parameters\\(.(?<name>[A-Za-z]+).\\)\\)\\]$"; "project " + $values[.name]);
    (($file[0].parameters | map_values(.value)) + $told) as $values
    | ([.parameters | to_entries[] | select(.value | has("defaultValue") | not) | .key] - ($values | keys)) as $missing
    | if $missing != [] then error("missing: \($missing)") else . end
    | (($values | keys) - (.parameters | keys)) as $unknown
    | if $unknown != [] then error("unknown: \($unknown)") else . end
    | (.variables // {} | map_values("evgt-" + $values[parameter] | gsub("_"; "-"))) as $variables
    | {
        apps: [.resources[] | select(.type == "Microsoft.Logic/workflows")
          | {name, tags: (.tags | map_values(told($values))), state: .properties.state, identity: {principalId: "principal of \(.name)"},
              id: "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Logic/workflows/\(.name)"}],
        subscriptions: [.resources[] | select(.type | endswith("/eventSubscriptions"))
          | {name: (.name | capture("/(?<name>[A-Za-z0-9-]+)").name),
              topic: (.name | if startswith("[") then
                  $variables[capture("variables\\(.(?<name>[A-Za-z0-9_]+)").name] else split("/")[0] end),
              labels: [.properties.labels[] | told($values)]}],
        told: $values
      }' "$file"
}
case "$*" in
  "resource list "*) jq .apps "$azure" ;;
  "resource delete "*)
    note "delete app $(option --ids "$@" | sed 's,.*/,,')"
    change --arg id "$(option --ids "$@")" '.apps |= map(select(.id != $id))' ;;
  "rest --method get "*)
    jq --arg url "$(option --url "$@")" '{value: [.roles[] | . as $it | select($url | endswith("\($it.principal)%27") or endswith("\u0027\($it.principal)\u0027"))]}' "$azure" ;;
  "rest --method delete "*)
    note "delete role $(option --url "$@" | sed 's,.*/,,; s,?.*,,')"
    change --arg url "$(option --url "$@")" '.roles |= map(select(.id as $id | $url | startswith($id) | not))' ;;
  "eventgrid system-topic list "*) jq '[.subscriptions[].topic] | unique | map({name: .})' "$azure" ;;
  "eventgrid system-topic event-subscription list "*)
    jq --arg topic "$(option --system-topic-name "$@")" '.subscriptions | map(select(.topic == $topic))' "$azure" ;;
  "eventgrid system-topic event-subscription delete "*)
    note "delete subscription $(option --system-topic-name "$@")/$(option --name "$@")"
    change --arg topic "$(option --system-topic-name "$@")" --arg name "$(option --name "$@")" \
      '.subscriptions |= map(select(.topic != $topic or .name != $name))' ;;
  "deployment group validate "*)
    goes_wrong validate && { echo "InvalidTemplate" >&2; exit 1; }
    deployed "$@" > /dev/null || exit 1 ;;
  "deployment group create "*)
    made=$(deployed "$@") || exit 1
    echo "$(option --name "$@") in $(option --resource-group "$@")" >> "$STAGE/deployments"
    if goes_wrong role; then : > "$STAGE/faults"; echo "PrincipalNotFound: not here yet" >&2; exit 1; fi
    goes_wrong create && { echo "QuotaExceeded" >&2; exit 1; }
    jq .told <<< "$made" > "$STAGE/told.json"
    before=$(jq --sort-keys . "$azure")
    change --argjson made "$made" '
      def joined($new; key): [.[] | select(key as $key | any($new[]; key == $key) | not)] + $new | sort_by(key);
      .apps |= joined($made.apps; .name) | .subscriptions |= joined($made.subscriptions; [.topic, .name])'
    [[ $before == "$(jq --sort-keys . "$azure")" ]] || note "deploy" ;;
  "ml schedule list "*) echo '[]' ;;
  *) nobody= ;;
esac
[[ ${nobody-x} ]] && exit
