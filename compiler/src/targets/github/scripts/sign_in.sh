sign_in() { # access tokens live for about an hour, and az cannot renew them by itself
  local assertion
  assertion=$(curl --silent --show-error --fail --retry 5 \
    --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api%3A%2F%2FAzureADTokenExchange" |
    jq --exit-status --raw-output .value) || return
  echo "::add-mask::$assertion"
  az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" \
    --federated-token "$assertion" --output none || return
  az account set --subscription "$AZURE_SUBSCRIPTION_ID" || return
  az account get-access-token --scope https://management.azure.com/.default --output none || return
  az account get-access-token --scope https://ml.azure.com/.default --output none || return
}
