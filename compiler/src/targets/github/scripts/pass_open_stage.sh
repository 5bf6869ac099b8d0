if [[ -z $ENVIRONMENT ]]; then
  echo "This stage asks for no approval"
  exit 0
fi
