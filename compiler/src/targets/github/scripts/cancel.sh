set -euo pipefail
status=$(az ml job show --name "$JOB_NAME" --query status --output tsv) || status=unknown
case "$status" in
  Completed | Failed | Canceled) echo "Nothing to cancel: the Azure ML job is $status" ;;
  *)
    az ml job cancel --name "$JOB_NAME"
    echo "::warning title=Azure ML job $JOB_NAME::canceled, because this run did not finish"
    ;;
esac
