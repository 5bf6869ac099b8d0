[[ ${HOLDS_MACRO,,} == false ]] || fail 'a parameter holds a macro, which Azure Pipelines would replace'
