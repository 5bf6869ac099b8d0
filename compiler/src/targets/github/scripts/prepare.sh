az extension add --name ml --version "$ML_EXTENSION" --yes
az configure --defaults \
  group="${AZURE_RESOURCE_GROUP:?is not set}" workspace="${AZUREML_WORKSPACE:?is not set}"
