fail() {
  echo "##vso[task.logissue type=error]$1"
  exit 1
}
