begun=${RUNNER_TEMP:-$AGENT_TEMPDIRECTORY}/mlopsc_begun_deployment
if [[ ! -f $begun ]]; then
  echo "Nothing to take back: no deployment was begun, or it was ended."
  exit 0
fi
mapfile -t lines < "$begun"
new=${lines[0]} old=${lines[1]}
done=" ${lines[*]:2} "
take_back() { # OPTION VALUE; the update that was interrupted may still go on
  for _ in {1..6}; do
    az ml online-endpoint update --name "$ENDPOINT" "$1" "$2" --output none && return 0
    sleep 20
  done
  fail "Calls of $ENDPOINT may still go to $new. Take them back by hand: \
az ml online-endpoint update --name $ENDPOINT $1 \"$2\""
}
if [[ $done == *" moved "* ]]; then take_back --traffic "${old:+$old=100 }$new=0"; fi
if [[ $done == *" mirrored "* ]]; then take_back --mirror-traffic "$new=0"; fi
report "All calls of $ENDPOINT go to ${old:-nobody} again; $new is deleted."
AZURE_CORE_DISABLE_CONFIRM_PROMPT=yes az ml online-deployment delete --name "$new" \
  --endpoint-name "$ENDPOINT" --no-wait --output none < /dev/null ||
  warn "The deployment $new of $ENDPOINT has no calls, and could not be deleted: the next deployment tries again"
rm -f "$begun"
