demand() { # name, value, pattern, rule
  [[ "$2" =~ $3 && "$2" != *[[:cntrl:]]* ]] || { echo "::error::$1 $4" && exit 1; }
}
