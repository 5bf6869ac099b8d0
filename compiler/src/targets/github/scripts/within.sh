within() { # name, number, minimum, maximum, rule
  awk -v n="$2" -v min="$3" -v max="$4" \
    'BEGIN { exit (min != "" && n + 0 < min + 0) || (max != "" && n + 0 > max + 0) }' ||
    { echo "::error::$1 $5" && exit 1; }
}
