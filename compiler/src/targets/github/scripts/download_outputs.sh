set -euo pipefail
mkdir -p .mlopsc/inputs
for output in $OUTPUTS; do
  az ml job download --name "$JOB_NAME" --output-name "$output" --download-path .mlopsc/download
  mv ".mlopsc/download/named-outputs/$output" ".mlopsc/inputs/$output"
done
