status=$(az ml job show --name "$JOB_NAME" --query status --output tsv) || status=
case $status in
  Completed | Failed | Canceled) echo "Azure ML job $JOB_NAME has ended as $status." ;;
  *) az ml job cancel --name "$JOB_NAME" ;;
esac
