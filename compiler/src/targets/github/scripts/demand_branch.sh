set -euo pipefail
if [[ "$GITHUB_REF" != "refs/heads/$DEFAULT_BRANCH" ]]; then
  echo "::error::Only the branch $DEFAULT_BRANCH is released"
  exit 1
fi
