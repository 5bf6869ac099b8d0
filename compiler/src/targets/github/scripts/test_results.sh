shopt -s globstar nullglob
found=()
while IFS= read -r pattern; do
  mapfile -t -O "${#found[@]}" found < <(compgen -G "$pattern" || true)
done <<< "$TEST_RESULTS"
if (( ${#found[@]} == 0 )); then
  echo "::warning title=No test results::the step wrote none of the files that it promised"
  exit 0
fi
awk -v summary="$GITHUB_STEP_SUMMARY" '
  BEGIN { RS = "<" }
  function attribute(name,    text) {
    if (!match($0, "[ \t\r\n]" name "=\"[^\"]*\"")) return ""
    text = substr($0, RSTART, RLENGTH)
    text = substr(text, index(text, "\"") + 1)
    text = substr(text, 1, length(text) - 1)
    gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text)
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
    gsub(/&#10;|[\r\n]/, " ", text)
    return text
  }
  function data(text) { gsub(/%/, "%25", text); return text }
  function property(text) { text = data(text); gsub(/:/, "%3A", text); gsub(/,/, "%2C", text); return text }
  /^testcase[ \t\r\n\/>]/ {
    tests++; over = 0
    test = attribute("classname"); test = (test == "" ? "" : test ".") attribute("name")
  }
  /^(failure|error)[ \t\r\n\/>]/ && !over {
    failed++; over = 1
    if (failed <= 10) print "::error title=" property(test) "::" data(attribute("message"))
    if (failed <= 100) { gsub(/`/, "\047", test); list = list "* `" test "`\n" }
  }
  /^skipped[ \t\r\n\/>]/ && !over { skipped++; over = 1 }
  END {
    printf "| tests | failed | skipped |\n|---|---|---|\n| %d | %d | %d |\n\n%s", tests, failed, skipped, list >> summary
  }
' "${found[@]}"
