one_file() { # prints the path of a folder's only file
  local files
  mapfile -t files < <(find "$1" -type f)
  if ((${#files[@]} != 1)); then
    echo "::error::$1 holds ${#files[@]} files, and should hold one" >&2
    return 1
  fi
  echo "${files[0]}"
}
