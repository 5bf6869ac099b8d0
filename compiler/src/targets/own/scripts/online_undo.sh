begun=${RUNNER_TEMP:-$AGENT_TEMPDIRECTORY}/mlopsc_begun_deployment
if [[ ! -f $begun ]]; then
  echo "Nothing to take back: no deployment was begun, or it was ended."
  exit 0
fi
mapfile -t lines < "$begun"
new=${lines[0]} old=${lines[1]}
if ((${#lines[@]} > 2)); then
  traffic="${old:+$old=100 }$new=0"
  # The update that was interrupted may still go on.
  for _ in {1..6}; do
    moved=yes
    az ml online-endpoint update --name "$ENDPOINT" --traffic "$traffic" --output none && break
    moved=no
    sleep 20
  done
  [[ $moved == yes ]] || fail "Calls of $ENDPOINT may still go to $new. Take them back by hand: \
az ml online-endpoint update --name $ENDPOINT --traffic \"$traffic\""
fi
report "All calls of $ENDPOINT go to ${old:-nobody} again; $new is deleted."
AZURE_CORE_DISABLE_CONFIRM_PROMPT=yes az ml online-deployment delete --name "$new" \
  --endpoint-name "$ENDPOINT" --no-wait --output none < /dev/null ||
  warn "The deployment $new of $ENDPOINT has no calls, and could not be deleted: the next deployment tries again"
rm -f "$begun"
