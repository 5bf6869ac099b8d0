// mlopsc spec=pipelines/deploy.mlops.yaml digest=e18e6acf2299788f
// Written by mlopsc: edit pipelines/deploy.mlops.yaml, then run `mlopsc build pipelines/deploy.mlops.yaml`.
//
// What brings events to diabetes-deploy.
// Trigger registered: a version of the model diabetes is registered.

@description('the region of what is deployed')
param location string = resourceGroup().location

@description('the region of what the topic tells of')
param topic_workspaceLocation string = location

@description('whose all of it is')
param projectName string

@description('the Azure ML workspace')
param workspaceName string

@description('the storage account in which the wiring keeps what it saw')
param storageAccountName string

@description('owner/repository')
param githubRepository string

@description('the vault that has the token for GitHub')
param keyVaultName string

@description('the secret in it')
param githubTokenName string

var topic_workspaceName = replace('evgt-${workspaceName}', '_', '-')

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource storageBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: storage
  name: 'default'
}

resource workspace 'Microsoft.MachineLearningServices/workspaces@2026-05-01' existing = {
  name: workspaceName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: keyVaultName
}

resource token 'Microsoft.KeyVault/vaults/secrets@2025-05-01' existing = {
  parent: vault
  name: githubTokenName
}

resource stateContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: storageBlobs
  name: 'mlopsc-events'
  properties: {
    publicAccess: 'None'
  }
}

resource deadLetterContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: storageBlobs
  name: 'mlopsc-dead-letter'
  properties: {
    publicAccess: 'None'
  }
}

resource topic_workspace 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: topic_workspaceName
  location: topic_workspaceLocation
  properties: {
    source: workspace.id
    topicType: 'Microsoft.MachineLearningServices.Workspaces'
  }
}

resource app_registered 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'la-diabetes-deploy-registered'
  location: location
  tags: {
    mlopsc_pipeline: 'diabetes-deploy'
    mlopsc_project: projectName
    mlopsc_trigger: 'registered'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    state: 'Enabled'
    definition: {
      '$schema': 'https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#'
      contentVersion: '1.0.0.0'
      parameters: {
        sourceId: {
          type: 'string'
        }
        storageAccountName: {
          type: 'string'
        }
        githubRepository: {
          type: 'string'
        }
        keyVaultName: {
          type: 'string'
        }
        githubTokenName: {
          type: 'string'
        }
      }
      triggers: {
        When_an_event_arrives: {
          type: 'Request'
          kind: 'Http'
          inputs: {
            method: 'POST'
            schema: {
              type: 'array'
            }
          }
          splitOn: '@triggerBody()'
        }
      }
      actions: {
        Is_the_event: {
          type: 'If'
          runAfter: {}
          expression: {
            and: [
              {
                or: [
                  {
                    equals: [
                      '@coalesce(triggerBody()?[\'eventType\'], \'\')'
                      'Microsoft.MachineLearningServices.ModelRegistered'
                    ]
                  }
                ]
              }
              {
                equals: [
                  '@toLower(coalesce(triggerBody()?[\'topic\'], \'\'))'
                  '@toLower(parameters(\'sourceId\'))'
                ]
              }
            ]
          }
          actions: {}
          else: {
            actions: {
              Not_the_event: {
                type: 'Terminate'
                runAfter: {}
                inputs: {
                  runStatus: 'Cancelled'
                }
              }
            }
          }
        }
        Parse_event: {
          type: 'ParseJson'
          runAfter: {
            Is_the_event: [
              'Succeeded'
            ]
          }
          inputs: {
            content: '@triggerBody()'
            schema: {
              type: 'object'
              required: [
                'id'
                'subject'
                'eventType'
                'eventTime'
                'data'
              ]
              properties: {
                id: {
                  type: 'string'
                  minLength: 1
                  maxLength: 256
                }
                subject: {
                  type: 'string'
                  minLength: 1
                  maxLength: 8192
                }
                eventType: {
                  type: 'string'
                  minLength: 1
                  maxLength: 256
                }
                eventTime: {
                  type: 'string'
                  minLength: 1
                  maxLength: 256
                }
                data: {
                  type: 'object'
                  required: [
                    'ModelName'
                    'ModelVersion'
                  ]
                  properties: {
                    ModelName: {
                      type: 'string'
                      minLength: 1
                      maxLength: 8192
                    }
                    ModelVersion: {
                      type: [
                        'integer'
                        'string'
                      ]
                      minLength: 1
                      maxLength: 8192
                    }
                  }
                }
              }
            }
          }
        }
        Is_wanted: {
          type: 'If'
          runAfter: {
            Parse_event: [
              'Succeeded'
            ]
          }
          expression: {
            and: [
              {
                equals: [
                  '@body(\'Parse_event\')?[\'data\']?[\'ModelName\']'
                  'diabetes'
                ]
              }
            ]
          }
          actions: {}
          else: {
            actions: {
              Not_wanted: {
                type: 'Terminate'
                runAfter: {}
                inputs: {
                  runStatus: 'Cancelled'
                }
              }
            }
          }
        }
        Get_token: {
          type: 'Http'
          runAfter: {
            Is_wanted: [
              'Succeeded'
            ]
          }
          inputs: {
            method: 'GET'
            uri: 'https://@{parameters(\'keyVaultName\')}.vault.azure.net/secrets/@{parameters(\'githubTokenName\')}?api-version=7.4'
            authentication: {
              type: 'ManagedServiceIdentity'
              audience: 'https://vault.azure.net'
            }
            retryPolicy: {
              type: 'exponential'
              count: 4
              interval: 'PT10S'
            }
          }
          runtimeConfiguration: {
            secureData: {
              properties: [
                'inputs'
                'outputs'
              ]
            }
          }
        }
        Mark_as_seen: {
          type: 'Http'
          runAfter: {
            Get_token: [
              'Succeeded'
            ]
          }
          inputs: {
            method: 'PUT'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-deploy/registered/seen/@{encodeUriComponent(body(\'Parse_event\')?[\'id\'])}'
            headers: {
              'x-ms-version': '2024-11-04'
              'x-ms-date': '@{formatDateTime(utcNow(), \'r\')}'
              'x-ms-blob-type': 'BlockBlob'
              'Content-Type': 'application/json'
              'If-None-Match': '*'
            }
            body: {
              run: '@{workflow()?[\'run\']?[\'name\']}'
            }
            authentication: {
              type: 'ManagedServiceIdentity'
              audience: 'https://storage.azure.com/'
            }
            retryPolicy: {
              type: 'exponential'
              count: 4
              interval: 'PT10S'
            }
          }
        }
        Read_mark: {
          type: 'Http'
          runAfter: {
            Mark_as_seen: [
              'Succeeded'
              'Failed'
              'TimedOut'
            ]
          }
          inputs: {
            method: 'GET'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-deploy/registered/seen/@{encodeUriComponent(body(\'Parse_event\')?[\'id\'])}'
            headers: {
              'x-ms-version': '2024-11-04'
              'x-ms-date': '@{formatDateTime(utcNow(), \'r\')}'
            }
            authentication: {
              type: 'ManagedServiceIdentity'
              audience: 'https://storage.azure.com/'
            }
            retryPolicy: {
              type: 'exponential'
              count: 4
              interval: 'PT10S'
            }
          }
        }
        Is_first: {
          type: 'If'
          runAfter: {
            Read_mark: [
              'Succeeded'
            ]
          }
          expression: {
            and: [
              {
                equals: [
                  '@body(\'Read_mark\')?[\'run\']'
                  '@workflow()?[\'run\']?[\'name\']'
                ]
              }
            ]
          }
          actions: {}
          else: {
            actions: {
              Seen_before: {
                type: 'Terminate'
                runAfter: {}
                inputs: {
                  runStatus: 'Cancelled'
                }
              }
            }
          }
        }
        Start: {
          type: 'Scope'
          runAfter: {
            Is_first: [
              'Succeeded'
            ]
          }
          actions: {
            Start_GitHub_workflow: {
              type: 'Http'
              runAfter: {}
              inputs: {
                method: 'POST'
                uri: 'https://api.github.com/repos/@{parameters(\'githubRepository\')}/dispatches'
                headers: {
                  Accept: 'application/vnd.github+json'
                  Authorization: 'Bearer @{body(\'Get_token\')?[\'value\']}'
                  'Content-Type': 'application/json'
                  'User-Agent': 'mlopsc'
                  'X-GitHub-Api-Version': '2022-11-28'
                }
                body: {
                  event_type: 'diabetes-deploy.registered'
                  client_payload: {
                    parameters: {
                      model_version: '@{body(\'Parse_event\')?[\'data\']?[\'ModelVersion\']}'
                    }
                    event: {
                      id: '@{body(\'Parse_event\')?[\'id\']}'
                      type: '@{body(\'Parse_event\')?[\'eventType\']}'
                      time: '@{body(\'Parse_event\')?[\'eventTime\']}'
                    }
                  }
                }
                retryPolicy: {
                  type: 'exponential'
                  count: 4
                  interval: 'PT10S'
                }
              }
              runtimeConfiguration: {
                secureData: {
                  properties: [
                    'inputs'
                  ]
                }
              }
            }
          }
        }
        Forget_the_event: {
          type: 'Http'
          runAfter: {
            Start: [
              'Failed'
              'TimedOut'
            ]
          }
          inputs: {
            method: 'DELETE'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-deploy/registered/seen/@{encodeUriComponent(body(\'Parse_event\')?[\'id\'])}'
            headers: {
              'x-ms-version': '2024-11-04'
              'x-ms-date': '@{formatDateTime(utcNow(), \'r\')}'
            }
            authentication: {
              type: 'ManagedServiceIdentity'
              audience: 'https://storage.azure.com/'
            }
            retryPolicy: {
              type: 'exponential'
              count: 4
              interval: 'PT10S'
            }
          }
        }
        Not_started: {
          type: 'Terminate'
          runAfter: {
            Forget_the_event: [
              'Succeeded'
              'Failed'
              'TimedOut'
            ]
          }
          inputs: {
            runStatus: 'Failed'
            runError: {
              code: 'NotStarted'
              message: 'what the event starts could not be started; submit this run again'
            }
          }
        }
      }
      outputs: {}
    }
    parameters: {
      sourceId: {
        value: workspace.id
      }
      storageAccountName: {
        value: storageAccountName
      }
      githubRepository: {
        value: githubRepository
      }
      keyVaultName: {
        value: keyVaultName
      }
      githubTokenName: {
        value: githubTokenName
      }
    }
  }
}

resource reads_token_registered 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: token
  name: guid(token.id, app_registered.id, '4633458b-17de-408a-b874-0445c86b69e6')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
    principalId: app_registered.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource keeps_state_registered 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: stateContainer
  name: guid(stateContainer.id, app_registered.id, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
    principalId: app_registered.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource subscription_registered 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic_workspace
  name: 'mlopsc-diabetes-deploy-registered'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: listCallbackUrl('${app_registered.id}/triggers/When_an_event_arrives', '2019-05-01').value
        minimumTlsVersionAllowed: '1.2'
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.MachineLearningServices.ModelRegistered'
      ]
      subjectBeginsWith: 'models/diabetes:'
      isSubjectCaseSensitive: true
    }
    labels: [
      'mlopsc'
      'project ${projectName}'
      'pipeline diabetes-deploy'
      'trigger registered'
    ]
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    deadLetterDestination: {
      endpointType: 'StorageBlob'
      properties: {
        resourceId: storage.id
        blobContainerName: 'mlopsc-dead-letter'
      }
    }
  }
  dependsOn: [
    reads_token_registered
    keeps_state_registered
    deadLetterContainer
  ]
}

output principals object = {
  'la-diabetes-deploy-registered': app_registered.identity.principalId
}
