# Only Completed counts, whatever ended the wait. A job that has just ended may take a while to say so.
for _ in {1..20}; do
  status=$(az ml job show --name "$JOB_NAME" --query status --output tsv) || status=
  case $status in
    Completed) echo "Azure ML job $JOB_NAME is completed."; exit 0 ;;
    Failed | Canceled | NotResponding | Paused)
      failed_steps
      fail "Azure ML job $JOB_NAME ended as $status"
      ;;
  esac
  sleep 15
done
# Nobody waits for the job any more: its time is over, or the service did not call back.
az ml job cancel --name "$JOB_NAME" || echo "Azure ML job $JOB_NAME could not be cancelled."
fail "the wait for Azure ML job $JOB_NAME is over while its status is '${status:-unknown}'"
