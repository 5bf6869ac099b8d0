if docker buildx imagetools inspect "$IMAGE" > /dev/null 2>&1; then
  echo "The registry has $IMAGE: nothing is built"
  if ((${#lasting[@]})); then docker buildx imagetools create "${lasting[@]}" "$IMAGE"; fi
else # also when the registry does not answer: then the push says why
  docker buildx build --push --file "$DOCKERFILE" "${arguments[@]}" \
    --cache-from "type=registry,ref=$CACHE" --cache-to type=inline \
    --tag "$IMAGE" --tag "$CACHE" "${tags[@]}" "$CONTEXT" <<< "${RECIPE-}"
fi
