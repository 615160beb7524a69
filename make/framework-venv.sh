# Sourced by the scripts that play real frameworks: an environment of its own for a framework and its version. Which packages
# there are, and what is played with them, stands in those scripts.

# pip_install NAME VENV ARGUMENT...: installs into VENV, as the step NAME. A line that breaks or stands still is tried again.
pip_install() {
  local name=$1 python=$2/bin/python
  shift 2
  local pip=(timeout 300 "$python" -m pip install --quiet --disable-pip-version-check --retries 8 --timeout 30)
  make/step.sh "$name" "${pip[@]}" "$@" 2>/dev/null || make/step.sh "$name" "${pip[@]}" "$@"
}

# framework_venv FOLDER WHAT PACKAGE...: has build/integrations/FOLDER hold these packages, from PyPI, and sets `venv` to it.
# Ends the script with 77, and a sentence that names WHAT, where they cannot be installed.
#   FRAMEWORK_VENV    an environment that has what is wanted, and is taken as it is
framework_venv() {
  local folder=$1 what=$2
  shift 2
  venv=${FRAMEWORK_VENV:-build/integrations/$folder}
  if [ -n "${FRAMEWORK_VENV:-}" ] || [ "$(cat "$venv/.complete" 2>/dev/null)" = "$*" ]; then return; fi
  rm -rf "$venv"
  mkdir -p build/integrations
  make/step.sh "$folder-venv" python3 -m venv "$venv" &&
    pip_install "$folder-packages" "$venv" "$@" &&
    echo "$*" >"$venv/.complete" && return
  echo "$what could not be installed from PyPI, so what needs it was left out."
  exit 77
}
