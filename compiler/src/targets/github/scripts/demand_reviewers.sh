set -euo pipefail
# GitHub creates a missing environment by itself, without reviewers.
reviewers=$(gh api "repos/$GITHUB_REPOSITORY/environments/$ENVIRONMENT" \
  --jq '[.protection_rules[] | select(.type == "required_reviewers") | .reviewers[]] | length')
if ! [[ "$reviewers" =~ ^[1-9][0-9]*$ ]]; then
  echo "::error::Nobody has to approve the environment $ENVIRONMENT: give it required reviewers (Settings, Environments)"
  exit 1
fi
