# Names the steps that failed, as far as Azure ML says; nothing depends on the answer.
failed_steps() {
  az ml job list --parent-job-name "$JOB_NAME" --query "[?status=='Failed'].[display_name || name]" \
    --output tsv | sed 's/#/# /g; s/^/Failed on Azure ML: /' || true
}
