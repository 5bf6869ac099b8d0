# download_file JOB OUTPUT NAME: the same for an output of one file, which becomes OUTPUT/NAME.
download_file() {
  download "$1" "$2"
  local folder="$BUILD_SOURCESDIRECTORY/.mlopsc/inputs/$2" files=()
  mapfile -d '' files < <(find "$folder" -type f -print0)
  (( ${#files[@]} == 1 )) || fail "output $2 of Azure ML job $1 has ${#files[@]} files instead of one"
  [[ ${files[0]} == "$folder/$3" ]] || mv "${files[0]}" "$folder/$3"
}
