if [[ ! -f $log ]]; then
  exit 0
fi
