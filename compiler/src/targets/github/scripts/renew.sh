renewed=$SECONDS
renew() { # before the tokens end
  if ((SECONDS - renewed > 2400)) && sign_in; then renewed=$SECONDS; fi
}
