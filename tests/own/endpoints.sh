# Plays the endpoints of Azure ML for `az ml …`; what lives is in $STAGE/live.json, and what goes wrong
# in $STAGE/faults: a word a line.
live=$STAGE/live.json
[[ -e $live ]] || echo '{}' > "$live"
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
  jq "$@" "$live" > "$live.new" && mv "$live.new" "$live"
}
endpoints() {
  local kind=${2%-*} file name endpoint
  name=$(option --name "$@") endpoint=$(option --endpoint-name "$@") file=$(option --file "$@")
  case "$2 $3" in
    "online-endpoint list" | "batch-endpoint list")
      if [[ $* == *tsv* ]]; then jq -r --arg kind "$kind" '.[$kind] // {} | keys[]' "$live"; else echo '[]'; fi ;;
    "online-endpoint create" | "batch-endpoint create")
      goes_wrong "endpoint create" && exit 1
      change --arg kind "$kind" --slurpfile file "$file" '
        .[$kind][$file[0].name] = $file[0] + {provisioning_state: "Succeeded", traffic: {},
          scoring_uri: "https://\($file[0].name).example/score", deployments: []}' ;;
    "online-endpoint show" | "batch-endpoint show")
      jq -e --arg kind "$kind" --arg name "$name" '.[$kind][$name] | del(.deployments)' "$live" |
        if [[ $* == *scoring_uri* ]]; then jq -r .scoring_uri; else cat; fi ;;
    "online-endpoint update")
      local copies
      copies=$(option --mirror-traffic "$@")
      if [[ $copies ]]; then
        goes_wrong "mirror $copies" && exit 1
        # At most half of the calls, for one deployment that is well and gets none itself.
        jq -e --arg name "$name" --arg one "${copies%=*}" --argjson share "${copies#*=}" '
          .online[$name] | ($share == 0) or ($share <= 50 and (.traffic[$one] // 0) == 0
            and any(.deployments[]; .name == $one and .provisioning_state == "Succeeded"))
        ' "$live" > /dev/null || { echo "no such copies: $copies" >&2; exit 1; }
        change --arg name "$name" --arg one "${copies%=*}" --argjson share "${copies#*=}" '
          .online[$name].mirror_traffic = ({($one): $share} | with_entries(select(.value > 0)))'
        if goes_wrong "interrupt $copies"; then kill -TERM "$PPID"; fi
        return
      fi
      goes_wrong "update $(option --traffic "$@")" && exit 1
      local traffic='{}' pair
      for pair in $(option --traffic "$@"); do
        traffic=$(jq --arg name "${pair%=*}" --argjson share "${pair#*=}" '.[$name] = $share' <<< "$traffic")
      done
      # Calls go to deployments that are there and well, and to all or none of them.
      jq -e --arg name "$name" --argjson traffic "$traffic" '
        .online[$name].deployments as $all | (.online[$name].mirror_traffic // {}) as $copies | ($traffic | map(select(. > 0))) as $shares
        | ($shares | add // 0) as $sum | ($sum == 100 or $sum == 0) and all($traffic | to_entries[] | select(.value > 0).key;
            . as $one | ($copies[$one] // 0) == 0 and any($all[]; .name == $one and .provisioning_state == "Succeeded"))
      ' "$live" > /dev/null || { echo "no such traffic: $traffic" >&2; exit 1; }
      change --arg name "$name" --argjson traffic "$traffic" '
        .online[$name].traffic = ($traffic | with_entries(select(.value > 0)))'
      if goes_wrong "interrupt $(option --traffic "$@")"; then kill -TERM "$PPID"; fi ;;
    "online-endpoint invoke")
      jq -e . "$(option --request-file "$@")" > /dev/null || exit 1
      local share
      share=$(jq -r --arg name "$name" --arg one "$(option --deployment-name "$@")" '
        .online[$name].traffic[$one] // 0' "$live")
      goes_wrong "invoke at $share" && { echo "503" >&2; exit 1; }
      printf '##vso[task.complete]\n::error::[%s]\n' "$share" ;;
    "online-deployment list" | "batch-deployment list")
      jq -e --arg kind "$kind" --arg name "$endpoint" '.[$kind][$name].deployments' "$live" ;;
    "online-deployment create" | "batch-deployment create")
      goes_wrong "refuse" && { echo "OutOfQuota" >&2; exit 1; }
      local state=Succeeded
      goes_wrong "create" && state=Failed
      change --arg kind "$kind" --slurpfile file "$file" --arg state "$state" '
        .[$kind][$file[0].endpoint_name].deployments |=
          map(select(.name != $file[0].name)) + [$file[0] + {provisioning_state: $state}]'
      [[ $state == Succeeded ]] ;;
    "online-deployment delete")
      goes_wrong "delete $name" && exit 1
      jq -e --arg name "$endpoint" --arg one "$name" '.online[$name] | (.traffic[$one] // 0) == 0 and (.mirror_traffic[$one] // 0) == 0' "$live" > /dev/null ||
        { echo "it has traffic" >&2; exit 1; }
      change --arg name "$endpoint" --arg one "$name" '
        .online[$name].deployments |= map(select(.name != $one))' ;;
    "online-deployment get-logs") printf 'Traceback ##vso[task.complete]\n::error::no\n' ;;
    "batch-endpoint update")
      local set
      set=$(option --set "$@")
      change --arg name "$name" --arg default "${set#defaults.deployment_name=}" '
        .batch[$name].defaults.deployment_name = $default' ;;
    *) echo "nobody plays: az $*" >&2; exit 1 ;;
  esac
}
