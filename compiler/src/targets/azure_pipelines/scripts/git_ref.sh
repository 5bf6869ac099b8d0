# git_ref NAME PREFIX: the variable becomes the name of a branch or tag. It comes with `%` as %25 and
# `$` as %24, since Azure Pipelines would replace a macro in it.
git_ref() {
  local text=${!1#"$2"}
  text=${text//%24/\$}
  export "$1=${text//%25/%}"
}
