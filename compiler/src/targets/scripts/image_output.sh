digest=$(docker buildx imagetools inspect "$IMAGE" --format '{{.Manifest.Digest}}') ||
  fail "The registry does not say which image $IMAGE is"
report "$IMAGE is $digest"
echo "$IMAGE_PATH@$digest" > "$OUTPUT_IMAGE"
