fail() {
  echo "::error::$1"
  exit 1
}
report() {
  echo "$1"
  echo "$1" >> "$GITHUB_STEP_SUMMARY"
}
