function clean(path) {
  gsub(/\\/, "/", path)
  if (root != "" && index(path, root "/") == 1) return substr(path, length(root) + 2)
  if (path ~ /^(\/|[A-Za-z]:)/) return path
  while (substr(path, 1, 2) == "./") path = substr(path, 3)
  return folder == "" ? path : folder "/" path
}
function there(path,    text, got) {
  if (path !~ /^(\/|[A-Za-z]:)/) path = root "/" path
  got = (getline text < path) >= 0
  close(path)
  return got
}
function named(path) { return path ~ /^[^ :]+$/ || (path ~ /^[^ :][^:]*$/ && there(clean(path))) }
function show(kind, path, line, column, message) {
  if (++count[kind] > 10) { more++; return }
  issue(kind, clean(path), line, column, message)
}
# A file of tests that cannot be read has no failed test: the last own place before the error counts.
function collected(    place) {
  if (match($0, /^_+ ERROR collecting .* _+$/)) {
    at = $0
    sub(/^_+ ERROR collecting /, "", at)
    sub(/ _+$/, "", at)
    line = 1
  } else if (match($0, /^ImportError while loading conftest .*\.$/)) {
    at = substr($0, 37, length($0) - 38)
    line = 1
  } else if (at != "" && match($0, /:[0-9]+: in /)) {
    place = substr($0, 1, RSTART - 1)
    if (clean(place) ~ /^\// || place ~ /site-packages/) return
    at = place
    line = substr($0, RSTART + 1) + 0
  } else if (at != "" && match($0, /^E +File ".*", line [0-9]+/)) {
    place = $0
    sub(/^E +File "/, "", place)
    line = place
    sub(/", line [0-9]+.*/, "", place)
    sub(/.*", line /, "", line)
    at = place
    line += 0
  } else if (at != "" && match($0, /^E   [^ ]/)) {
    show("error", at, line, "", substr($0, 5))
    at = ""
  }
}
function has(tool) { return index(" " tools " ", " " tool " ") > 0 }
function kind_of(rest, column) {
  message = rest
  if ((has("mypy") || has("gcc")) && match(rest, /^(fatal )?(error|warning): /)) {
    message = substr(rest, RLENGTH + 1)
    return rest ~ /^warning/ ? "warning" : "error"
  }
  if (has("yamllint") && match(rest, /^\[(error|warning)\] /)) {
    message = substr(rest, RLENGTH + 1)
    return rest ~ /^\[warning/ ? "warning" : "error"
  }
  if ((has("flake8") || has("pylint") || has("ruff")) && column != "" && rest ~ /^([A-Z]+[0-9]+|SyntaxError|invalid-syntax):? /)
    return rest ~ /^[CIRW][0-9]/ ? "warning" : "error"
  if (has("pytest") && column == "" && rest ~ /^[A-Za-z_][A-Za-z0-9_.]*$/) return "error"
  return ""
}
{ gsub(/\033\[[0-9;]*[A-Za-z]/, ""); gsub(/[\001-\037\177]/, " "); sub(/ +$/, "") }
has("pytest") { collected() }
match($0, /:[0-9]+(:[0-9]+)?:( |$)/) {
  path = substr($0, 1, RSTART - 1)
  split(substr($0, RSTART + 1, RLENGTH - 1), place, ":")
  kind = kind_of(substr($0, RSTART + RLENGTH), place[2] ~ /^[0-9]+$/ ? place[2] : "")
  if (kind == "" || !named(path)) next
  show(kind, path, place[1], place[2] ~ /^[0-9]+$/ ? place[2] : "", message)
}
END { if (more) print more " more problems are in the log of the command" }
