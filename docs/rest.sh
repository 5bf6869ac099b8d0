#!/usr/bin/env bash
# Deploys the bodies for Azure ML's REST API, and starts what they start, with curl and jq.
#
#   rest.sh deploy       what `deploy` of requests.json lists, in this order
#   rest.sh run BODY     the one request of `run` with that body, such as pipeline.json
#
# It is started in a folder rest.api, with every placeholder of requests.json exported. VALUES holds what
# parameters get in place of their defaults, and those without a default must get:
# export VALUES='{"depth": 7}'. The tokens come from Azure's command line; replace `token` where you have others.
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

# The same for what the last answer has nothing to do with.
refuse() {
  : > "$work/answer"
  fail "$1"
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

# files FOLDER: what Azure ML's own tools upload of a folder, each ended by a NUL: what its `.amlignore`,
# else its `.gitignore`, does not name. Git reads the patterns, from an index of its own that is empty.
files() {
  local ignore entry
  cd "$1" || fail "there is no $1"
  ignore=.amlignore
  if [ ! -f "$ignore" ]; then ignore=.gitignore; fi
  if [ ! -f "$ignore" ]; then
    everything .
    return
  fi
  export GIT_DIR=$work/.git GIT_INDEX_FILE=$work/index
  git init --quiet || fail "git is needed to read $1/$ignore"
  git --work-tree=. ls-files --others --exclude-from="$ignore" -z > "$work/files" ||
    fail "git did not read $1/$ignore"
  while IFS= read -r -d '' entry; do everything "./$entry"; done < "$work/files"
}

# everything PATH: a file, or all files of a folder or of what a link leads to.
everything() {
  case $1/ in */.git/* | */__pycache__/*) return ;; esac
  find -L "$1" \( -name .git -o -name __pycache__ \) -prune -o -type f -print0
}

# upload PATH ADDRESS QUERY [OPTION…]: puts a file, or a folder with all that is in it, below an address
# of a storage account.
upload() {
  local path parent file url below=''
  path=$(realpath "$1") || fail "there is no $1"
  if [ -d "$path" ]; then
    (files "$path") > "$work/list" || exit 1
    parent=$path below=$(basename "$path")/
  else
    printf '%s\0' "$(basename "$path")" > "$work/list"
    parent=$(dirname "$path")
  fi
  while IFS= read -r -d '' file; do
    url=$2/$(jq -rn --arg path "$below${file#./}" '$path | split("/") | map(@uri) | join("/")')
    curl --fail --silent --show-error --retry 3 --header 'x-ms-blob-type: BlockBlob' \
      --header 'x-ms-version: 2023-11-03' "${@:4}" --output /dev/null \
      --upload-file "$parent/$file" "$url${3:+?$3}" || fail "$file was not uploaded"
  done < "$work/list"
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
  local name=${1%/*}
  name=${name##*/}
  jq -e --arg name "$name" 'has($name)' <<< "$VALUES" > "$work/has" || refuse "VALUES has no $name"
  jq --arg pointer "$1" --arg name "$name" '
    .[$name] | if $pointer | endswith("/value") | not then .
    elif type == "boolean" then if . then "True" else "False" end
    else tostring end' <<< "$VALUES"
}

# The component that a request of `run` starts: its inputs are what VALUES may name.
parameters() { # REQUEST
  local starts=$work/body
  if [ "$(jq -r .method <<< "$1")" = POST ]; then
    jq -r --argjson call "$1" '
      ($call.url | split("/")[2] | split(".")[0]) as $endpoint
      | ($call.headers | to_entries[] | select(.key == "azureml-model-deployment").value) as $deployment
      | first(.deploy[] | select(.url // "" | contains("/batchEndpoints/\($endpoint)/deployments/\($deployment)?")).body)
    ' "$work/requests" > "$work/name"
    expand < "$(< "$work/name")" > "$work/starts"
    starts=$work/starts
  fi
  jq -r '.properties.componentId // [.. | .assetId? // empty][0]' "$starts" > "$work/component"
  jq -r --rawfile id "$work/component" '
    ($id | rtrimstr("\n")) as $id | first(.deploy[] | select(.url // "" | contains($id + "?")).body)
  ' "$work/requests" > "$work/name"
  jq -c '.properties.componentSpec.inputs // {}' "$(< "$work/name")"
}

# bind REQUEST: puts VALUES into $work/body, in place of defaults.
bind() {
  local inputs
  inputs=$(parameters "$1") || fail "the component of this request is not in requests.json"
  jq --argjson values "$VALUES" --argjson inputs "$inputs" '
    def pascal: {uri_file: "UriFile", uri_folder: "UriFolder", mltable: "MLTable", mlflow_model: "MLFlowModel",
      custom_model: "CustomModel", triton_model: "TritonModel"}[.];
    def fits($kind): if $kind == "integer" then type == "number" and . == floor
      elif $kind == "number" or $kind == "boolean" then type == $kind else type == "string" end;
    def text: if . == true then "True" elif . == false then "False" else tostring end;
    reduce ($values | to_entries[]) as {$key, $value} (.;
      $inputs[$key] as $input | ($input.type // "" | pascal) as $data
      | if $input == null then
          error("VALUES has `\($key)`, but the parameters are: \($inputs | keys | join(", "))")
        elif $value | fits($input.type) | not then
          error("VALUES: `\($key)` is of type \($input.type), which \($value | tojson) is not")
        elif .properties.InputData then
          .properties.InputData[$key] = if $data then {JobInputType: $data, Uri: $value}
            else {JobInputType: "Literal", Value: $value} end
        else
          .properties.inputs[$key] |= if $data then . + {jobInputType: $input.type, uri: $value}
            else {jobInputType: "literal", value: ($value | text)} end
        end)' "$work/body" > "$work/bound" 2> "$work/refused" ||
    refuse "$(sed 's/^jq: error (at [^)]*): //' "$work/refused")"
  mv "$work/bound" "$work/body"
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

# demand_ours REQUEST: after a GET of a schedule or an endpoint: one of another project is not replaced.
demand_ours() {
  local owner own tags='(.tags // .properties.tags // {}).mlopsc_project // empty'
  if [ "$status" = 404 ]; then return; fi
  case $status in 2??) ;; *) fail "GET of what is there got $status" ;; esac
  owner=$(jq -r "$tags" "$work/answer")
  own=$(jq -r "$tags" "$(jq -r .body <<< "$1")")
  if [ -n "$owner" ] && [ "$owner" != "$own" ]; then
    refuse "$(jq -r '.url | split("?")[0] | split("/")[-2:] | join("/")' <<< "$1") belongs to the project $owner, \
and this is ${own:-one without a name (github.repository in mlopsc.yaml)}: rename yours, or delete that one"
  fi
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
    demand_ours "$1"
    if [ "$status" = "$(jq -r .status "$work/unless")" ]; then return; fi
  elif [ "$method" = PUT ] && [[ ${url%%\?*} =~ /(schedules|batchEndpoints)/[^/]+$ ]]; then
    call GET "$url" "$management"
    demand_ours "$1"
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
  bind "$1"
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

VALUES=${VALUES:-"{}"}
jq -es 'length == 1 and (.[0] | type == "object")' <<< "$VALUES" > "$work/values" 2>&1 ||
  fail "VALUES is no JSON object such as {\"depth\": 7}: $VALUES"
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
