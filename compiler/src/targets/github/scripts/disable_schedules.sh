set -euo pipefail
live=$(az ml schedule list --output json)
found=$(jq --raw-output '($ENV.SCHEDULES | split(" ")) as $off |
  .[] | select(IN(.name; $off[])) | .name' <<< "$live")
for name in $found; do
  az ml schedule disable --name "$name" --output none
done
