fail() { echo "$1" >&2; exit 1; }

# environment NAME [reviewers]: makes an environment; with reviewers, it gets those of $REVIEWERS
# unless it has some.
environment() {
  local name=$1 path rules login reviewers='[]'
  path="repos/$repository/environments/$(jq --null-input --raw-output --arg name "$name" '$name | @uri')"
  if [[ ${2:-} != reviewers ]]; then
    gh api "$path" --silent 2> /dev/null || gh api --method PUT "$path" --silent
    echo "environment $name is there"
    return
  fi
  rules=$(gh api "$path" --jq '.protection_rules[].type' 2> /dev/null) || rules=
  if grep --quiet --line-regexp required_reviewers <<< "$rules"; then
    echo "environment $name has reviewers"
    return
  fi
  for login in ${REVIEWERS:?set it to logins of people who approve in $name, with blanks between them}; do
    reviewers=$(jq --compact-output --argjson id "$(gh api "users/$login" --jq .id)" \
      '. + [{type: "User", id: $id}]' <<< "$reviewers")
  done
  jq --null-input --argjson reviewers "$reviewers" '{reviewers: $reviewers, prevent_self_review: true}' |
    gh api --method PUT "$path" --input - --silent
  echo "environment $name has reviewers now"
}

# is_listed NAME LIST: names of GitHub have no letter case.
is_listed() { grep --quiet --ignore-case --line-regexp --fixed-strings -- "$1" <<< "$2"; }

# secret NAME [ENVIRONMENT]: asks for a secret that is not set. No command line holds it.
secret() {
  local where=(--repo "$repository") known
  [[ -z ${2:-} ]] || where+=(--env "$2")
  known=$(gh secret list "${where[@]}" --json name --jq '.[].name')
  if is_listed "$1" "$known"; then
    echo "secret $1${2:+ of $2} is set"
    return
  fi
  echo "The value of the secret $1${2:+ of the environment $2}:"
  gh secret set "$1" "${where[@]}"
}

# variable NAME [ENVIRONMENT]: sets a variable that is not set, to that of the shell.
variable() {
  local where=(--repo "$repository") known
  [[ -z ${2:-} ]] || where+=(--env "$2")
  known=$(gh variable list "${where[@]}" --json name --jq '.[].name')
  if is_listed "$1" "$known"; then
    echo "variable $1${2:+ of $2} is set"
    return
  fi
  gh variable set "$1" "${where[@]}" --body "${!1:?set it: its value becomes the variable on GitHub}"
}
