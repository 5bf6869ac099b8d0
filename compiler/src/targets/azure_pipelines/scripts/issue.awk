function data(text) { gsub(/%/, "%AZP25", text); return text }
function property(text) { text = data(text); gsub(/;/, "%3B", text); gsub(/]/, "%5D", text); return text }
function issue(kind, path, line, column, message,    at) {
  at = "sourcepath=" property(path) ";linenumber=" line (column == "" ? "" : ";columnnumber=" column)
  print "##vso[task.logissue type=" kind ";" at ";]" data(message)
}
