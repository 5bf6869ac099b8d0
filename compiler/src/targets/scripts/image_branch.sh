of_branch() { # whether the run is one of the default branch, and no pull request from there
  [[ "${GITHUB_REF:-${BUILD_SOURCEBRANCH-}}" == "refs/heads/$DEFAULT_BRANCH" ]]
}
