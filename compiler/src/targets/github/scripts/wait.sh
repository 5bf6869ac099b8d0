fail() {
  echo "::error title=Azure ML job $JOB_NAME::$1"
  exit 1
}
# The link to the job; the wait needs none.
az ml job show --name "$JOB_NAME" --query services.Studio.endpoint --output tsv || true
known=
deadline=$((SECONDS + MINUTES * 60)) renew=$((SECONDS + 2400)) unread=0
while ((SECONDS < deadline)); do
  if ((SECONDS >= renew)) && sign_in; then renew=$((SECONDS + 2400)); fi
  status=$(az ml job show --name "$JOB_NAME" --query status --output tsv) || status=
  if [[ -n "$status" && "$status" != "$known" ]]; then
    echo "$(date -u +%H:%M:%S) UTC: Azure ML job $JOB_NAME: $status"
    known=$status
  fi
  case "$status" in
    Completed) exit 0 ;;
    Failed | Canceled | NotResponding | Paused)
      failed_steps
      fail "ended with status $status"
      ;;
    "") ((++unread < 20)) || fail "its status could not be read 20 times in a row" ;;
    *) unread=0 ;;
  esac
  sleep 30
done
