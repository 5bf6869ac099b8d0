warn() { echo "##vso[task.logissue type=warning]$1"; }
