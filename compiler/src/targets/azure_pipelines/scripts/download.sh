# download JOB OUTPUT: brings an output of an Azure ML job to .mlopsc/inputs/OUTPUT.
download() {
  az ml job download --name "$1" --output-name "$2" --download-path "$AGENT_TEMPDIRECTORY/azure-ml"
  local from="$AGENT_TEMPDIRECTORY/azure-ml/named-outputs/$2" to="$BUILD_SOURCESDIRECTORY/.mlopsc/inputs/$2"
  # The command also ends well when there is nothing to bring.
  [[ -d $from ]] || fail "Azure ML job $1 has no output $2"
  mkdir -p "${to%/*}"
  mv "$from" "$to"
}
