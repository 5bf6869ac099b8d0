# What lies in Azure ML is registered once: when only the answer was lost, the version is there.
version=
if [[ $SOURCE ]]; then
  same="tags.mlopsc_source=='$SOURCE'${VERSION:+ && version=='$VERSION'}"
  version=$(az ml "$ASSET" list --name "$NAME" --query "[?$same].version" --output tsv 2> /dev/null |
    head -n 1) || version=
fi
sound() { # a version is one word, whoever answers
  [[ $version =~ ^[A-Za-z0-9._-]+$ ]] || fail "What Azure ML says is no version of the $ASSET $NAME"
}
if [[ $version ]]; then
  sound
  report "$SOURCE is version $version of the $ASSET $NAME already."
else
  file=$(mktemp --suffix .json)
  # Values become text of the file, and nothing else.
  jq -n --arg name "$NAME" --arg type "$TYPE" --arg path "$FROM" --arg version "$VERSION" \
    --arg description "$DESCRIPTION" --arg source "$SOURCE" --argjson tags "$TAGS" '
    {name: $name, type: $type, path: $path, tags: ($tags | map_values(env[.]))}
    | if $version == "" then . else .version = $version end
    | if $description == "" then . else .description = $description end
    | if $source == "" then . else .tags.mlopsc_source = $source end
  ' > "$file"
  version=$(az ml "$ASSET" create --file "$file" --query version --output tsv) ||
    fail "The $ASSET $NAME was not registered${VERSION:+ (version $VERSION must be new)}: see what Azure ML says above"
  sound
  report "Registered the $ASSET $NAME, version $version."
fi
echo "$version" > "$OUTPUT_VERSION"
