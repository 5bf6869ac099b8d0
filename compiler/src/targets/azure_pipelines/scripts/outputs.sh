# give OUTPUT FORM WORDS: the line in the output's file becomes an output variable of this job.
give() {
  local file="$AGENT_TEMPDIRECTORY/outputs/$1" lines=()
  [[ -f $file ]] || fail "the step wrote no value for $1"
  mapfile -t lines < "$file"
  (( ${#lines[@]} < 2 )) || fail "the value of $1 has more than one line"
  local value=${lines[0]-}
  [[ $value =~ $2 && $value != *[[:cntrl:]]* ]] || fail "the value of $1 is not $3"
  [[ $value != *\$\(* ]] || fail "the value of $1 holds a macro, which Azure Pipelines would replace"
  echo "##vso[task.setvariable variable=$1;isOutput=true]${value//'%'/%AZP25}"
}
