# GitHub's subjects have two forms. Repositories made, renamed or moved after July 2026 have the immutable
# one, others unless they asked for it have the plain one; the wrong one fails with AADSTS700213.
case ${SUBJECTS:?set it to plain or immutable, the form of the subjects of this repository} in
  plain) subject="repo:$repository" ;;
  immutable)
    subject=$(gh api "repos/$repository" --jq '"repo:\(.owner.login)@\(.owner.id)/\(.name)@\(.id)"')
    ;;
  *) fail "SUBJECTS is '$SUBJECTS', and must be plain or immutable" ;;
esac

# credential NAME END: lets jobs with a subject sign in as the application.
credential() {
  local known body
  known=$(az ad app federated-credential list --id "$application" --query '[].subject' --output tsv)
  if grep --quiet --line-regexp --fixed-strings -- "$subject:$2" <<< "$known"; then
    echo "federated credential for $2 is there"
    return
  fi
  body=$(jq --null-input --arg name "$1" --arg subject "$subject:$2" '{
    name: $name,
    issuer: "https://token.actions.githubusercontent.com",
    subject: $subject,
    audiences: ["api://AzureADTokenExchange"]
  }')
  az ad app federated-credential create --id "$application" --parameters "$body" --output none
  echo "federated credential for $2 is there now"
}
