fail() {
  echo "::error title=Azure ML job $JOB_NAME::$1"
  exit 1
}
deadline=$((SECONDS + MINUTES * 60)) renew=$((SECONDS + 2400)) unread=0
while ((SECONDS < deadline)); do
  if ((SECONDS >= renew)) && sign_in; then renew=$((SECONDS + 2400)); fi
  status=$(az ml job show --name "$JOB_NAME" --query status --output tsv) || status=
  case "$status" in
    Completed) exit 0 ;;
    Failed | Canceled | NotResponding | Paused) fail "ended with status $status" ;;
    "") ((++unread < 20)) || fail "its status could not be read 20 times in a row" ;;
    *) unread=0 ;;
  esac
  sleep 30
done
