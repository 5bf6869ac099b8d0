fail() {
  echo "::error::$1"
  exit 1
}
