# The identity assertion lives for five minutes: get both tokens while it does.
az account get-access-token --scope https://management.azure.com/.default --output none
az account get-access-token --scope https://ml.azure.com/.default --output none
