#!/usr/bin/env bash
# Deploys the bodies for Azure ML's REST API, and starts what they start, with curl and jq.
#
#   rest.sh deploy       what `deploy` of requests.json lists, in this order
#   rest.sh run BODY     the one request of `run` with that body, such as pipeline.json
#
# It is started in a folder rest.api, with every placeholder of requests.json exported. VALUES holds what
# the parameters without a default get: export VALUES='{"depth": 7}'. The tokens come from Azure's command
# line; replace `token` where you have others.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
management=https://management.azure.com

token() { az account get-access-token --resource "$1" --query accessToken --output tsv; }

# A header with a token, for `curl --header @…`, so that no list of processes shows it.
header() { printf '%s%s\n' "$1" "$(token "$2")"; }

fail() {
  echo "rest.sh: $1" >&2
  if [ -s "$work/answer" ]; then cat "$work/answer" >&2; fi
  exit 1
}

# call METHOD URL AUDIENCE [OPTION…]: sends; the answer is in $work/answer, its head in $work/head.
call() {
  : > "$work/answer"
  status=$(curl --silent --show-error --request "$1" --header @<(header 'Authorization: Bearer ' "$3") \
    --header 'Content-Type: application/json' --dump-header "$work/head" --output "$work/answer" \
    --write-out '%{http_code}' "${@:4}" "$2") || fail "$1 $2 got no answer"
}

# good METHOD URL …: the same, and the answer says that it went well.
good() {
  call "$@"
  case $status in 2??) ;; *) fail "$1 $2 got $status" ;; esac
}

# The value of a header of the answer.
head_of_answer() {
  awk -v name="$1:" 'tolower($1) == name { value = $2 } END { print value }' "$work/head" | tr -d '\r'
}

# How far the service is, after the answer.
state() {
  jq -rs --arg status "$status" '
    .[0] | .status? // .properties.provisioningState?
    // if $status == "201" or $status == "202" then "InProgress" else "Succeeded" end' "$work/answer"
}

# finish URL: waits until the service is done with what was sent to URL.
finish() {
  local at state=InProgress
  at=$(head_of_answer azure-asyncoperation)
  at=${at:-$(head_of_answer location)}
  if [ -z "$at" ]; then state=$(state); fi
  while true; do
    case $state in
      [Ss]ucceeded) return ;;
      [Ff]ailed | [Cc]anceled) fail "$1 ended as $state" ;;
    esac
    sleep "${PAUSE:-5}"
    good GET "${at:-$1}" "$management"
    state=$(state)
  done
}

# upload PATH ADDRESS QUERY [OPTION…]: puts a file, or a folder with all that is in it, below an address
# of a storage account.
upload() {
  local path file url
  path=$(realpath "$1") || fail "there is no $1"
  while IFS= read -r -d '' file; do
    url=$2/$(jq -rn --arg path "${file#./}" '$path | split("/") | map(@uri) | join("/")')
    curl --fail --silent --show-error --retry 3 --header 'x-ms-blob-type: BlockBlob' \
      --header 'x-ms-version: 2023-11-03' "${@:4}" --output /dev/null \
      --upload-file "$(dirname "$path")/$file" "$url${3:+?$3}" || fail "$file was not uploaded"
  done < <(cd "$(dirname "$path")" &&
    find -L "./$(basename "$path")" \( -name .git -o -name __pycache__ \) -prune -o -type f -print0)
}

# code REQUEST PATH: uploads a folder of code to the place that the service gives; prints codeUri, the
# address of the folder without the signature. Of a single file, it is that of the place.
code() {
  local place
  good POST "$(jq -r .upload.start.url <<< "$1")" "$management" \
    --data "$(jq -c .upload.start.content <<< "$1")"
  place=$(jq -r --arg at "$(jq -r .upload.into <<< "$1")" 'getpath($at | split("/")[1:])' "$work/answer")
  upload "$2" "${place%%\?*}" "${place#*\?}"
  if [ -d "$2" ]; then echo "${place%%\?*}/$(basename "$(realpath "$2")")"; else echo "${place%%\?*}"; fi
}

# data URL PATH: uploads data, a model, or a folder with a Dockerfile into the workspace's own store, which
# asks for the role «Storage Blob Data Contributor»; prints two addresses: for Azure ML, and of the store.
data() {
  local store below
  store=$(jq -rn --arg url "$1" '$url | split("/")[:11] | join("/")')/datastores/workspaceblobstore
  good GET "$store?${1##*\?}" "$management"
  store=$(jq -r '.properties | "https://\(.accountName).blob.\(.endpoint // "core.windows.net")/\(.containerName)"' \
    "$work/answer")
  below=mlopsc/$MLOPSC_VERSION
  upload "$2" "$store/$below" '' --header @<(header 'Authorization: Bearer ' https://storage.azure.com)
  below=$below/$(basename "$(realpath "$2")")
  echo "azureml://datastores/workspaceblobstore/paths/$below $store/$below"
}

# value REQUEST PLACE: what is put into one place that `fill` names, as JSON.
value() {
  local pointer path both
  pointer=$(jq -r .pointer <<< "$2")
  path=$(jq -r '.path // empty' <<< "$2")
  case $pointer in
    */condaFile) jq -Rs . "$path" ;;
    */codeUri) code "$1" "$path" | jq -R . ;;
    */contextUri)
      both=$(data "$(jq -r .url <<< "$1")" "$path") || return
      jq -n --arg uri "${both#* }/" '$uri'
      ;;
    */dataUri | */modelUri)
      both=$(data "$(jq -r .url <<< "$1")" "$path") || return
      jq -n --arg uri "${both% *}" '$uri'
      ;;
    *) given "$pointer" ;;
  esac
}

# given POINTER: the value of a parameter, from VALUES. A job takes text only.
given() {
  jq -n --arg pointer "$1" --argjson values "${VALUES:-"{}"}" '
    ($pointer | split("/")) as $parts | $parts[-2] as $name
    | if $values | has($name) then $values[$name] else error("VALUES has no \($name)") end
    | if $parts[-1] != "value" then .
      elif type == "boolean" then if . then "True" else "False" end
      else tostring end'
}

# Puts the placeholders in. Only their names stand for something; what else looks like one is written with
# an escape, so this comes before anything else reads the text.
expand() {
  jq -rRs --argjson names "$names" '
    reduce $names[] as $name (.; split("${\($name)}") | join($ENV[$name] | tojson[1:-1]))'
}

# body REQUEST: fills the body of a request in, to $work/body.
body() {
  local place filled
  expand < "$(jq -r .body <<< "$1")" > "$work/body"
  while IFS= read -r place; do
    filled=$(value "$1" "$place")
    jq --arg at "$(jq -r .pointer <<< "$place")" --argjson value "$filled" \
      'setpath($at | split("/")[1:]; $value)' "$work/body" > "$work/filled"
    mv "$work/filled" "$work/body"
  done < <(jq -c '.fill[]?' <<< "$1")
}

# Placeholders are demanded: an empty one would make another address.
demand() {
  if [ -z "${!1:-}" ]; then
    fail "export $1: $(jq -c --arg name "$1" '.placeholders[$name]' requests.json)"
  fi
}

# Looks the versions up that labels such as `latest` stand for.
look_up() {
  local name url pointer
  for name in $(jq -r '.placeholders | to_entries[] | select(.value | type == "object").key' requests.json); do
    pointer=$(jq -r --arg name "$name" '.placeholders[$name].pointer // empty' requests.json)
    if [ -z "${!name:-}" ] && [ -n "$pointer" ]; then
      url=$(jq -r --arg name "$name" '.placeholders[$name].url' requests.json | expand)
      good GET "$url" "$management"
      export "$name=$(jq -r --arg at "$pointer" 'getpath($at | split("/")[1:])' "$work/answer")"
    fi
    demand "$name"
  done
}

# deploy REQUEST
deploy() {
  local url method
  if jq -e .component <<< "$1" > "$work/component"; then
    az ml component create --file "$(jq -r . "$work/component")" --name "$(jq -r .name <<< "$1")" \
      --version "$(jq -r .version <<< "$1")" --output none \
      --subscription "$(jq -r '.id | split("/")[2]' <<< "$1")" \
      --resource-group "$(jq -r '.id | split("/")[4]' <<< "$1")" \
      --workspace-name "$(jq -r '.id | split("/")[8]' <<< "$1")"
    return
  fi
  url=$(jq -r .url <<< "$1")
  method=$(jq -r .method <<< "$1")
  if jq -e .unless <<< "$1" > "$work/unless"; then
    call "$(jq -r .method "$work/unless")" "$(jq -r .url "$work/unless")" "$management"
    if [ "$status" = "$(jq -r .status "$work/unless")" ]; then return; fi
  fi
  echo "$method ${url%%\?*}"
  if [ "$method" = DELETE ]; then
    good DELETE "$url" "$management"
    if [ "$status" != 202 ]; then return; fi
  else
    body "$1"
    good "$method" "$url" "$management" --retry 3 --data-binary @"$work/body"
  fi
  finish "$url"
}

# run REQUEST: starts it, and prints the name of the job.
run() {
  local audience options=() name
  body "$1"
  audience=$(jq -r --arg usual "$management" '.audience // $usual' <<< "$1")
  if jq -e .token <<< "$1" > "$work/token"; then
    header "$(jq -r .header "$work/token"): " "$(jq -r .audience "$work/token")" > "$work/second"
    options=(--header @"$work/second")
  fi
  while IFS= read -r name; do options+=(--header "$name"); done \
    < <(jq -r '.headers // {} | to_entries[] | "\(.key): \(.value)"' <<< "$1")
  good "$(jq -r .method <<< "$1")" "$(jq -r .url <<< "$1")" "$audience" \
    ${options[@]+"${options[@]}"} --data-binary @"$work/body"
  jq -r .name "$work/answer"
}

names=$(jq -c '.placeholders | to_entries | map(select(.value | type == "string").key)' requests.json)
for name in $(jq -r '.[]' <<< "$names"); do demand "$name"; done
look_up
names=$(jq -c '.placeholders | keys' requests.json)
expand < requests.json > "$work/requests"

case "${1:-} ${2:-}" in
  "deploy ")
    jq -c '.deploy[]' "$work/requests" > "$work/deploy"
    while IFS= read -r request <&3; do deploy "$request"; done 3< "$work/deploy"
    ;;
  "run "?*)
    request=$(jq -c --arg body "$2" '.run[] | select(.body == $body)' "$work/requests")
    if [ -z "$request" ]; then fail "requests.json runs no $2"; fi
    run "$request"
    ;;
  *) fail "say \`deploy\`, or \`run BODY\`" ;;
esac
