slug() { # TEXT: in small letters and digits, with - for all else
  local LC_ALL=C text=${1,,}
  text=${text//[!a-z0-9]/-}
  while [[ "$text" == *--* ]]; do text=${text//--/-}; done
  text=${text#-} text=${text:0:63}
  printf '%s' "${text%-}"
}
