set -euo pipefail
# A name is given once: when the answer got lost, the job is there, and is not submitted again.
studio=$(az ml job create --file "$JOB_FILE" --name "$JOB_NAME" \
  --query services.Studio.endpoint --output tsv) ||
  studio=$(az ml job show --name "$JOB_NAME" --query services.Studio.endpoint --output tsv)
echo "### Azure ML job [$JOB_NAME]($studio)" >> "$GITHUB_STEP_SUMMARY"
