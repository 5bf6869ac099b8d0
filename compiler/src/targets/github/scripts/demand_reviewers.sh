# GitHub creates a missing environment by itself, without reviewers.
reviewers=$(gh api "repos/$GITHUB_REPOSITORY/environments/$ENVIRONMENT" \
  --jq '[.protection_rules[] | select(.type == "required_reviewers") | .reviewers[]] | length')
if ! [[ "$reviewers" =~ ^[1-9][0-9]*$ ]]; then
  echo "::error::The environment has no required reviewers: add some in Settings, Environments"
  exit 1
fi
