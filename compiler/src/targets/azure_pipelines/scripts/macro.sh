[[ $HOLDS_MACRO == False ]] || fail 'a parameter holds a macro, which Azure Pipelines would replace'
