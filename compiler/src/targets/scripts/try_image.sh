docker buildx build --file "$DOCKERFILE" "${arguments[@]}" --tag "$IMAGE" "$CONTEXT" <<< "${RECIPE-}"
