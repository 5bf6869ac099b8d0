printf '%s' "$REGISTRY_PASSWORD" |
  docker login --username "$REGISTRY_USERNAME" --password-stdin "$REGISTRY"
