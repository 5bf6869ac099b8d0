function clean(path) {
  gsub(/\\/, "/", path)
  if (root != "" && index(path, root "/") == 1) return substr(path, length(root) + 2)
  if (path ~ /^(\/|[A-Za-z]:)/) return path
  while (substr(path, 1, 2) == "./") path = substr(path, 3)
  return folder == "" ? path : folder "/" path
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
match($0, /:[0-9]+(:[0-9]+)?:( |$)/) {
  path = substr($0, 1, RSTART - 1)
  split(substr($0, RSTART + 1, RLENGTH - 1), place, ":")
  kind = kind_of(substr($0, RSTART + RLENGTH), place[2] ~ /^[0-9]+$/ ? place[2] : "")
  if (kind == "" || path !~ /^[^ :]+$/) next
  if (++count[kind] > 10) { more++; next }
  issue(kind, clean(path), place[1], place[2] ~ /^[0-9]+$/ ? place[2] : "", message)
}
END { if (more) print more " more problems are in the log of the command" }
