begun=${RUNNER_TEMP:-$AGENT_TEMPDIRECTORY}/mlopsc_begun_deployment
rm -f "$begun"
# Whatever is asked by hand starts like this.
hand="az ml online-endpoint update --name $ENDPOINT --traffic"

# What jq takes from an answer of Azure ML is one word: names, states and addresses have no other letters.
plain='def plain: tostring | gsub("[^A-Za-z0-9._:/@+=?&-]"; "?");'

field() { # PATH [NAME]: what jq finds in the endpoint, or in a deployment
  if [[ ${2-} ]]; then
    jq -r --arg name "$2" "$plain .[] | select(.name == \$name) | $1 // \"\" | plain" <<< "$deployments"
  else
    jq -r "$plain $1 // \"\" | plain" <<< "$endpoint"
  fi
}

look() { # reads the endpoint, when nobody changes it, and its deployments
  for _ in {1..40}; do
    endpoint=$(az ml online-endpoint show --name "$ENDPOINT" --output json) ||
      fail "The endpoint $ENDPOINT cannot be read: see what Azure ML says above"
    case $(field .provisioning_state) in
      Creating | Updating | Deleting) sleep 30 ;;
      *) break ;;
    esac
  done
  deployments=$(az ml online-deployment list --endpoint-name "$ENDPOINT" --output json) ||
    fail "The deployments of $ENDPOINT cannot be read: see what Azure ML says above"
}

move() { # TRAFFIC
  renew
  echo "Traffic of $ENDPOINT: $1"
  az ml online-endpoint update --name "$ENDPOINT" --traffic "$1" --output none ||
    fail "The traffic of $ENDPOINT could not be moved to $1: see what Azure ML says above"
}

wait_for() { # NAME: sets `state` when the deployment rests; it is empty when there is none
  for _ in {1..120}; do
    renew
    state=unknown
    if deployments=$(az ml online-deployment list --endpoint-name "$ENDPOINT" --output json); then
      state=$(field .provisioning_state "$1")
    fi
    case $state in
      Creating | Updating | Scaling | Deleting | unknown) sleep 30 ;;
      *) break ;;
    esac
  done
}

mirror() { # PERCENT of the calls that the new deployment gets copies of
  renew
  echo "Copies of the calls of $ENDPOINT that $new gets: $1 %"
  az ml online-endpoint update --name "$ENDPOINT" --mirror-traffic "$new=$1" --output none ||
    fail "The copies of calls that $new of $ENDPOINT gets could not be set to $1 %: see what Azure ML says above"
}

discard() { # NAME
  wait_for "$1"
  [[ $state ]] || return 0
  echo "Deleting the deployment $1 of $ENDPOINT, which answers no calls."
  AZURE_CORE_DISABLE_CONFIRM_PROMPT=yes az ml online-deployment delete --name "$1" \
    --endpoint-name "$ENDPOINT" --output none < /dev/null
}

logs() { # what the new deployment says of itself; nothing depends on the answer
  local container
  for container in storage-initializer inference-server; do
    echo "The last lines of $container:"
    az ml online-deployment get-logs --name "$new" --endpoint-name "$ENDPOINT" \
      --container "$container" --lines 50 --output tsv | quoted || true
  done
}

check() { # the new deployment is well, and answers
  local answer
  wait_for "$new"
  if [[ $state != Succeeded ]]; then
    logs
    fail "The deployment $new of $ENDPOINT is ${state:-gone}: see its last lines above"
  fi
  [[ $SMOKE_TEST ]] || return 0
  for _ in 1 2 3; do
    if answer=$(az ml online-endpoint invoke --name "$ENDPOINT" --deployment-name "$new" \
      --request-file "$SMOKE_TEST"); then
      echo "The deployment $new answers $SMOKE_TEST:"
      quoted <<< "${answer:0:2000}"
      return 0
    fi
    sleep 15
  done
  logs
  fail "The deployment $new of $ENDPOINT does not answer $SMOKE_TEST: see what it says above"
}

[[ $MODEL =~ $MODEL_FORM ]] || fail "The model must be azureml:<name>:<version> or azureml:<name>@<label>"

names=$(az ml online-endpoint list --query "[].name" --output tsv) ||
  fail "The endpoints of the workspace cannot be read: see what Azure ML says above"
if ! grep -qixF "$ENDPOINT" <<< "$names"; then
  echo "Creating the endpoint $ENDPOINT."
  az ml online-endpoint create --file "$ENDPOINT_FILE" --output none ||
    fail "The endpoint $ENDPOINT could not be made: its name must be free in the whole region"
fi
look
auth=$(field .auth_mode)
[[ ${auth,,} == "$AUTH_MODE" ]] || fail "The endpoint $ENDPOINT has auth_mode $auth, and the spec says \
$AUTH_MODE. Nothing was changed: write $auth, or another endpoint"
[[ $(field .provisioning_state) != Failed ]] ||
  fail "The endpoint $ENDPOINT has failed and takes no deployments. Nothing was changed: delete it, or write another one"

# A rollout that nobody ended, since its machine was lost: the calls go back to where they came from.
unfinished=$(jq -r --argjson endpoint "$endpoint" "$plain"'
  ($endpoint.traffic // {}) as $calls
  | .[] | .tags.mlopsc_replaces as $old
  | select($old and ($calls[.name] // 0) > 0 and ($calls[$old] // 0) > 0) | "\(.name | plain) \($old | plain)"
' <<< "$deployments" | head -n 1)
if [[ $unfinished ]]; then
  read -r new old <<< "$unfinished"
  warn "An earlier rollout of $new at $ENDPOINT was not ended: all calls go back to $old first"
  move "$old=100 $new=0"
  look
fi

serving=$(jq -r "$plain"'.traffic // {} | to_entries[] | select(.value > 0) | .key | plain' <<< "$endpoint")
[[ $serving != *$'\n'* ]] || fail "Several deployments of $ENDPOINT share the calls: ${serving//$'\n'/, }. \
Nothing was changed: give all to one with $hand \"<name>=100\", and run this again"
[[ $serving != *\?* ]] || fail "The deployment $serving of $ENDPOINT cannot be called so. Nothing was changed"
old=$serving

if [[ $old && $(field .tags.mlopsc_run "$old") == "$RUN" ]]; then
  # This run has been here: only what follows the rollout may be missing.
  new=$old old=$(field .tags.mlopsc_replaces "$new")
  report "The deployment $new of $ENDPOINT serves all calls since an earlier attempt of this run."
else
  new=blue
  [[ $old != blue ]] || new=green
  if [[ $(field .name "$new") && -z $(field .tags.mlopsc_step "$new") ]]; then
    fail "The deployment $new of $ENDPOINT has no calls and was not made by mlopsc. Nothing was changed: \
delete it, and run this again"
  fi
  copied=$(jq -r "$plain"'.mirror_traffic // {} | to_entries[] | select(.value > 0) | .key | plain' <<< "$endpoint" | head -n 1)
  if [[ $copied == "$new" ]]; then
    warn "An earlier rollout of $new at $ENDPOINT was not ended: it gets no copies of calls any more"
    mirror 0
  elif [[ $copied && $MIRROR ]]; then
    fail "The deployment $copied of $ENDPOINT gets copies of the calls, and only one can. Nothing was changed: \
end it with az ml online-endpoint update --name $ENDPOINT --mirror-traffic $copied=0, and run this again"
  fi
  discard "$new" || fail "The deployment $new of $ENDPOINT is in the way, and could not be deleted"
  # Beside the file, from which its paths count. Values become text, and nothing else.
  copy=${DEPLOYMENT_FILE%.json}.run.json
  jq --arg name "$new" --arg model "$MODEL" --arg run "$RUN" --arg old "$old" --argjson tags "$TAGS" '
    .name = $name | .model = $model
    | .tags += ($tags | map_values(env[.])) + {mlopsc_run: $run}
      + if $old == "" then {} else {mlopsc_replaces: $old} end
  ' "$DEPLOYMENT_FILE" > "$copy"
  printf '%s\n' "$new" "$old" > "$begun"
  echo "Creating the deployment $new of $ENDPOINT with $MODEL; ${old:-nothing} answers the calls."
  az ml online-deployment create --file "$copy" --output none ||
    echo "The command did not end well; what counts is what has become of the deployment."
  check
  if [[ $old && $MIRROR ]]; then
    echo mirrored >> "$begun"
    mirror "$MIRROR"
    sleep "$PAUSE"
    check
    mirror 0
  fi
  [[ $old ]] || TRAFFIC=100
  for share in $TRAFFIC; do
    echo moved >> "$begun"
    if [[ $old ]]; then move "$old=$((100 - share)) $new=$share"; else move "$new=$share"; fi
    ((share == 100)) || sleep "$PAUSE"
    check
  done
  rm -f "$begun"
  report "The deployment $new of $ENDPOINT serves $MODEL."
fi

if [[ -z $old || $KEEP_OLD == true ]]; then
  echo "Nothing is deleted."
elif [[ -z $(field .tags.mlopsc_step "$old") ]]; then
  [[ -z $(field .name "$old") ]] ||
    warn "The deployment $old of $ENDPOINT has no calls any more, and stays: it was not made by mlopsc"
else
  discard "$old" || warn "The deployment $old of $ENDPOINT has no calls any more, and could not be deleted: \
the next deployment tries again"
fi
field .scoring_uri > "$OUTPUT_SCORING_URI"
