give() { # name, pattern, rule: the one line of an output's file becomes an output of the job
  local lines=() file=.mlopsc/outputs/$1
  if [[ -f "$file" ]]; then mapfile -t lines < "$file"; fi
  if ((${#lines[@]} != 1)) || ! [[ "${lines[0]}" =~ $2 && "${lines[0]}" != *[[:cntrl:]]* ]]; then
    echo "::error::The file of the output $1 must hold $3, on one line"
    exit 1
  fi
  echo "$1=${lines[0]}" >> "$GITHUB_OUTPUT"
}
