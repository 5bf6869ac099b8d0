function data(text) { gsub(/%/, "%25", text); return text }
function property(text) { text = data(text); gsub(/:/, "%3A", text); gsub(/,/, "%2C", text); return text }
function issue(kind, path, line, column, message,    at) {
  at = "file=" property(path) ",line=" line (column == "" ? "" : ",col=" column)
  print "::" kind " " at "::" data(message)
}
