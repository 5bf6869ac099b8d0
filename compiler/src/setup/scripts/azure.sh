log=$(mktemp)
trap 'rm -f "$log"' EXIT
missing=0

# need WHAT COMMAND…: says whether something is there.
need() {
  local what=$1
  shift
  if "$@" --output none 2> "$log"; then
    echo "ok       $what"
  else
    echo "MISSING  $what: $(tail -n 1 "$log")"
    missing=1
  fi
}

# role PRINCIPAL ROLE SCOPE: gives a role; one that is there stays as it is.
role() {
  az role assignment create --assignee-object-id "$1" --assignee-principal-type ServicePrincipal \
    --role "$2" --scope "$3" --output none
  echo "ok       role $2"
}
