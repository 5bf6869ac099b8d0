report() {
  echo "$1"
  echo "$1" > "$AGENT_TEMPDIRECTORY/report.md"
  echo "##vso[task.uploadsummary]$AGENT_TEMPDIRECTORY/report.md"
}
