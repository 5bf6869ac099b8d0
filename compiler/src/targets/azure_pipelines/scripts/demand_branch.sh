if [[ "$BUILD_SOURCEBRANCH" != "refs/heads/$DEFAULT_BRANCH" ]]; then
  fail "Only the branch $DEFAULT_BRANCH is released"
fi
