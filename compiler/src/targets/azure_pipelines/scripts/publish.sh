# publish OUTPUT ARTIFACT: later jobs find the output's artifact by this name. The attempt is part of
# it, since an artifact cannot be replaced when the job is run again.
publish() {
  [[ -e $AGENT_TEMPDIRECTORY/outputs/$1 ]] || fail "the step wrote no $1"
  echo "##vso[task.setvariable variable=$1;isOutput=true]$2-$SYSTEM_JOBATTEMPT"
}
