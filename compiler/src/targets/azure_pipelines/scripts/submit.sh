# The name is known before the job exists: whoever cancels this run finds what it started.
echo "##vso[task.setvariable variable=JOB_NAME;isOutput=true]$JOB_NAME"
# Submitted once: when only the answer was lost, the job is there.
studio=$(az ml job create --file "$JOB_FILE" --name "$JOB_NAME" \
  --query services.Studio.endpoint --output tsv) ||
  studio=$(az ml job show --name "$JOB_NAME" --query services.Studio.endpoint --output tsv)
echo "Azure ML job $JOB_NAME: $studio"
summary="$AGENT_TEMPDIRECTORY/Azure ML.md"
echo "[$JOB_NAME]($studio)" > "$summary"
echo "##vso[task.uploadsummary]$summary"
