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

# roles CLIENTS ROLE SCOPE: gives applications a role; one that is there stays as it is.
roles() {
  local clients client principal
  read -ra clients <<< "$1"
  for client in "${clients[@]}"; do
    principal=$(az ad sp show --id "$client" --query id --output tsv)
    az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal \
      --role "$2" --scope "$3" --output none
    echo "ok       role $2 for $client"
  done
}
