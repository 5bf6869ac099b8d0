[[ $MODEL =~ $MODEL_FORM ]] || fail "The model must be azureml:<name>:<version> or azureml:<name>@<label>"

names=$(az ml batch-endpoint list --query "[].name" --output tsv) ||
  fail "The endpoints of the workspace cannot be read: see what Azure ML says above"
if ! grep -qixF "$ENDPOINT" <<< "$names"; then
  echo "Creating the endpoint $ENDPOINT."
  az ml batch-endpoint create --file "$ENDPOINT_FILE" --output none ||
    fail "The endpoint $ENDPOINT could not be made: its name must be free in the whole region"
fi
deployments=$(az ml batch-deployment list --endpoint-name "$ENDPOINT" --output json) ||
  fail "The deployments of $ENDPOINT cannot be read: see what Azure ML says above"
owner=$(jq -r --arg name "$DEPLOYMENT" '
  .[] | select(.name == $name) | .tags.mlopsc_step // "nobody"
' <<< "$deployments")
[[ $owner != nobody ]] || fail "The deployment $DEPLOYMENT of $ENDPOINT was not made by mlopsc. \
Nothing was changed: write another \`deployment\`"
# Beside the file, from which its paths count. Values become text, and nothing else.
copy=${DEPLOYMENT_FILE%.json}.run.json
jq --arg model "$MODEL" --arg run "$RUN" --argjson tags "$TAGS" '
  .model = $model | .tags += ($tags | map_values(env[.])) + {mlopsc_run: $run}
' "$DEPLOYMENT_FILE" > "$copy"
az ml batch-deployment create --file "$copy" --output none ||
  fail "The deployment $DEPLOYMENT of $ENDPOINT could not be made: see what Azure ML says above. \
The default of the endpoint is as it was"
az ml batch-endpoint update --name "$ENDPOINT" --set "defaults.deployment_name=$DEPLOYMENT" --output none ||
  fail "The deployment $DEPLOYMENT of $ENDPOINT is there, and could not become the default"
report "The deployment $DEPLOYMENT of $ENDPOINT serves $MODEL."
az ml batch-endpoint show --name "$ENDPOINT" --query scoring_uri --output tsv > "$OUTPUT_SCORING_URI"
