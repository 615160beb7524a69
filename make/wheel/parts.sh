# Sourced by the scripts that make the wheel and try it: where its parts are kept, and when one is made again. What the
# parts are stands in those scripts. They are found by what they were made of, not by dates, so that a folder that
# outlives the checkout (RTMULTI_PARTS) serves the next one.
parts=${RTMULTI_PARTS:-build/wheel}
mkdir -p "$parts" build/log
parts=$(cd "$parts" && pwd)
# The roots have a dot before their name: SwiftPM looks into every other folder of a package.
# shellcheck disable=SC2034  # whoever sources this uses it
sysroot=$parts/.debian-11

# key FILE-OR-FOLDER...: the same for the same contents.
key() { find "$@" -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -d' ' -f1; }

# part NAME KEY COMMAND...: runs the command unless the part was made for this key already.
part() {
  local name=$1 key=$2
  shift 2
  if [ "$(cat "$parts/$name.key" 2>/dev/null)" = "$key" ]; then return; fi
  rm -f "$parts/$name.key"
  echo "Making $name ..."
  "$@" || return
  echo "$key" >"$parts/$name.key"
}
