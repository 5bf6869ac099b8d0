# Lines of a service or a model, so that no platform takes one for a command. A carriage return ends a
# line, too.
quoted() { tr -d '\000-\010\013\014\016-\037\177' | sed 's/#/# /g; s/\r/\n| /g; s/^/| /'; }

az() { # what Azure ML says of an error may hold words of the model
  local said status=0
  said=$(mktemp) || return
  if [[ " $* " == *" --output none "* ]]; then
    command az "$@" &> "$said" || status=$?
  else
    command az "$@" 2> "$said" || status=$?
  fi
  quoted < "$said" >&2
  rm -f "$said"
  return "$status"
}

