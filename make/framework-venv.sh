# Sourced by the scripts that play real frameworks: an environment of its own for a framework and its version. Which packages
# there are, and what is played with them, stands in those scripts.

# framework_venv FOLDER WHAT PACKAGE...: has build/integrations/FOLDER hold these packages, from PyPI, and sets `venv` to it.
# Ends the script with 77, and a sentence that names WHAT, where they cannot be installed.
framework_venv() {
  local folder=$1 what=$2
  shift 2
  venv=build/integrations/$folder
  if [ "$(cat "$venv/.complete" 2>/dev/null)" = "$*" ]; then return; fi
  rm -rf "$venv"
  mkdir -p build/integrations
  make/step.sh "$folder-venv" python3 -m venv "$venv" &&
    make/step.sh "$folder-packages" "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" &&
    echo "$*" >"$venv/.complete" && return
  echo "$what could not be installed from PyPI, so what needs it was left out."
  exit 77
}
