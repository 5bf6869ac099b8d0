// mlopsc spec=pipelines/training.mlops.yaml digest=c40d9443c3e0a69e
// Written by mlopsc: edit pipelines/training.mlops.yaml, then run `mlopsc build pipelines/training.mlops.yaml`.
//
// What brings events to diabetes-training.
// Trigger new_data: blobs of workspaceblobstore change in diabetes/raw/**.

@description('the region of what is deployed')
param location string = resourceGroup().location

@description('the region of what the topic tells of')
param topic_stdiabetesLocation string = location

@description('whose all of it is')
param projectName string

@description('the storage account of a datastore')
param accountName_workspaceblobstore string

@description('the storage account in which the wiring keeps what it saw')
param storageAccountName string

@description('owner/repository')
param githubRepository string

@description('the vault that has the token for GitHub')
param keyVaultName string

@description('the secret in it')
param githubTokenName string

var topic_stdiabetesName = replace('evgt-${accountName_workspaceblobstore}', '_', '-')

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource storageBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: storage
  name: 'default'
}

resource account_stdiabetes 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: accountName_workspaceblobstore
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

resource topic_stdiabetes 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: topic_stdiabetesName
  location: topic_stdiabetesLocation
  properties: {
    source: account_stdiabetes.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource app_new_data 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'la-diabetes-training-new_data'
  location: location
  tags: {
    mlopsc_pipeline: 'diabetes-training'
    mlopsc_project: projectName
    mlopsc_trigger: 'new_data'
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
                      'Microsoft.Storage.BlobCreated'
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
                  '@take(body(\'Parse_event\')?[\'subject\'], 70)'
                  '/blobServices/default/containers/azureml-blobstore/blobs/diabetes/raw/'
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
        Note_last: {
          type: 'Http'
          runAfter: {
            Is_wanted: [
              'Succeeded'
            ]
          }
          inputs: {
            method: 'PUT'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-training/new_data/last'
            headers: {
              'x-ms-version': '2024-11-04'
              'x-ms-date': '@{formatDateTime(utcNow(), \'r\')}'
              'x-ms-blob-type': 'BlockBlob'
              'Content-Type': 'application/json'
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
        Open_burst: {
          type: 'Http'
          runAfter: {
            Note_last: [
              'Succeeded'
            ]
          }
          inputs: {
            method: 'PUT'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-training/new_data/burst'
            headers: {
              'x-ms-version': '2024-11-04'
              'x-ms-date': '@{formatDateTime(utcNow(), \'r\')}'
              'x-ms-blob-type': 'BlockBlob'
              'Content-Type': 'application/json'
              'If-None-Match': '*'
            }
            body: {
              since: '@{utcNow()}'
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
        Is_noted: {
          type: 'If'
          runAfter: {
            Open_burst: [
              'Succeeded'
              'Failed'
              'TimedOut'
            ]
          }
          expression: {
            or: [
              {
                equals: [
                  '@outputs(\'Open_burst\')?[\'statusCode\']'
                  201
                ]
              }
              {
                equals: [
                  '@outputs(\'Open_burst\')?[\'statusCode\']'
                  409
                ]
              }
            ]
          }
          actions: {}
          else: {
            actions: {
              Burst_is_not_noted: {
                type: 'Terminate'
                runAfter: {}
                inputs: {
                  runStatus: 'Failed'
                  runError: {
                    code: 'StorageFailed'
                    message: 'the storage account did not answer; submit this run again'
                  }
                }
              }
            }
          }
        }
        Wait_for_quiet: {
          type: 'Wait'
          runAfter: {
            Is_noted: [
              'Succeeded'
            ]
          }
          inputs: {
            interval: {
              count: 300
              unit: 'Second'
            }
          }
        }
        Read_last: {
          type: 'Http'
          runAfter: {
            Wait_for_quiet: [
              'Succeeded'
            ]
          }
          inputs: {
            method: 'GET'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-training/new_data/last'
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
        Read_burst: {
          type: 'Http'
          runAfter: {
            Read_last: [
              'Succeeded'
            ]
          }
          inputs: {
            method: 'GET'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-training/new_data/burst'
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
        Is_open: {
          type: 'If'
          runAfter: {
            Read_burst: [
              'Succeeded'
              'Failed'
              'TimedOut'
            ]
          }
          expression: {
            and: [
              {
                equals: [
                  '@outputs(\'Read_burst\')?[\'statusCode\']'
                  200
                ]
              }
            ]
          }
          actions: {}
          else: {
            actions: {
              Is_burst_gone: {
                type: 'If'
                runAfter: {}
                expression: {
                  or: [
                    {
                      equals: [
                        '@outputs(\'Read_burst\')?[\'statusCode\']'
                        404
                      ]
                    }
                  ]
                }
                actions: {}
                else: {
                  actions: {
                    Burst_is_not_readable: {
                      type: 'Terminate'
                      runAfter: {}
                      inputs: {
                        runStatus: 'Failed'
                        runError: {
                          code: 'StorageFailed'
                          message: 'the storage account did not answer; submit this run again'
                        }
                      }
                    }
                  }
                }
              }
              Burst_is_over: {
                type: 'Terminate'
                runAfter: {
                  Is_burst_gone: [
                    'Succeeded'
                  ]
                }
                inputs: {
                  runStatus: 'Cancelled'
                }
              }
            }
          }
        }
        Is_due: {
          type: 'If'
          runAfter: {
            Is_open: [
              'Succeeded'
            ]
          }
          expression: {
            or: [
              {
                equals: [
                  '@body(\'Read_last\')?[\'run\']'
                  '@workflow()?[\'run\']?[\'name\']'
                ]
              }
              {
                greaterOrEquals: [
                  '@ticks(utcNow())'
                  '@ticks(addSeconds(body(\'Read_burst\')?[\'since\'], 2700))'
                ]
              }
            ]
          }
          actions: {}
          else: {
            actions: {
              More_came: {
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
            Is_due: [
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
        Take_burst: {
          type: 'Http'
          runAfter: {
            Get_token: [
              'Succeeded'
            ]
          }
          inputs: {
            method: 'DELETE'
            uri: 'https://@{parameters(\'storageAccountName\')}.blob.core.windows.net/mlopsc-events/diabetes-training/new_data/burst'
            headers: {
              'x-ms-version': '2024-11-04'
              'x-ms-date': '@{formatDateTime(utcNow(), \'r\')}'
              'If-Match': '@{outputs(\'Read_burst\')?[\'headers\']?[\'ETag\']}'
            }
            authentication: {
              type: 'ManagedServiceIdentity'
              audience: 'https://storage.azure.com/'
            }
            retryPolicy: {
              type: 'none'
            }
          }
        }
        Is_taken: {
          type: 'If'
          runAfter: {
            Take_burst: [
              'Succeeded'
              'Failed'
              'TimedOut'
            ]
          }
          expression: {
            and: [
              {
                equals: [
                  '@outputs(\'Take_burst\')?[\'statusCode\']'
                  202
                ]
              }
            ]
          }
          actions: {}
          else: {
            actions: {
              Was_another_faster: {
                type: 'If'
                runAfter: {}
                expression: {
                  or: [
                    {
                      equals: [
                        '@outputs(\'Take_burst\')?[\'statusCode\']'
                        404
                      ]
                    }
                    {
                      equals: [
                        '@outputs(\'Take_burst\')?[\'statusCode\']'
                        412
                      ]
                    }
                  ]
                }
                actions: {}
                else: {
                  actions: {
                    Burst_is_not_writable: {
                      type: 'Terminate'
                      runAfter: {}
                      inputs: {
                        runStatus: 'Failed'
                        runError: {
                          code: 'StorageFailed'
                          message: 'the storage account did not answer; submit this run again'
                        }
                      }
                    }
                  }
                }
              }
              Another_run_took_it: {
                type: 'Terminate'
                runAfter: {
                  Was_another_faster: [
                    'Succeeded'
                  ]
                }
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
            Is_taken: [
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
                  event_type: 'diabetes-training.new_data'
                  client_payload: {
                    parameters: {}
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
      }
      outputs: {}
    }
    parameters: {
      sourceId: {
        value: account_stdiabetes.id
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

resource reads_token_new_data 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: token
  name: guid(token.id, app_new_data.id, '4633458b-17de-408a-b874-0445c86b69e6')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
    principalId: app_new_data.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource keeps_state_new_data 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: stateContainer
  name: guid(stateContainer.id, app_new_data.id, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
    principalId: app_new_data.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource subscription_new_data 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic_stdiabetes
  name: 'mlopsc-diabetes-training-new-data'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: listCallbackUrl('${app_new_data.id}/triggers/When_an_event_arrives', '2019-05-01').value
        minimumTlsVersionAllowed: '1.2'
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.Storage.BlobCreated'
      ]
      subjectBeginsWith: '/blobServices/default/containers/azureml-blobstore/blobs/diabetes/raw/'
      isSubjectCaseSensitive: true
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.api'
          values: [
            'PutBlob'
            'PutBlockList'
            'CopyBlob'
            'FlushWithClose'
          ]
        }
      ]
    }
    labels: [
      'mlopsc'
      'project ${projectName}'
      'pipeline diabetes-training'
      'trigger new_data'
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
    reads_token_new_data
    keeps_state_new_data
    deadLetterContainer
  ]
}

output principals object = {
  'la-diabetes-training-new_data': app_new_data.identity.principalId
}
