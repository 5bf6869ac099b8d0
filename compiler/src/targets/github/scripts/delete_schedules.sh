set -euo pipefail
live=$(az ml schedule list --include-disabled --output json)
found=$(jq --raw-output '($ENV.SCHEDULES | split(" ")) as $wanted |
  .[] | select(.tags.mlopsc_pipeline == $ENV.PIPELINE and .tags.mlopsc_project == $ENV.PROJECT) |
  select(IN(.name; $wanted[]) | not) | .name' <<< "$live")
for name in $found; do
  az ml schedule disable --name "$name" --output none # the service deletes disabled ones only
  # Not every version of the extension asks, and not every one takes --yes.
  AZURE_CORE_DISABLE_CONFIRM_PROMPT=yes az ml schedule delete --name "$name" --output none
done
