arguments=() tags=() lasting=()
name() { # TAG: the image under this tag
  ((${#1} <= 128)) && [[ "$1" =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || fail "$1 cannot be a tag of an image"
  named=$IMAGE_PATH:$1
}
built() { # TAG: for the run that builds the image
  name "$1"
  tags+=(--tag "$named")
}
always() { # TAG: for every run
  built "$1"
  lasting+=(--tag "$named")
}
