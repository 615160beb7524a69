#!/usr/bin/env bash
# Makes the Debian 11 against which the library of the wheel is linked, with a compiler, and brings the sources of the C
# libraries into it. How they are built there is build-libraries.sh's.
#
# usage: make/wheel/debian-11.sh FOLDER   (as root; ends with 77 and a sentence where it cannot be made)
set -euo pipefail
root=$1
# Of Debian 12, whose libraries a build from source uses: the same engine hears the same, to the bit.
sources=(opus libogg speexdsp simdjson)

make/bare-root.sh bullseye "$root" gcc g++ make libc6-dev dpkg-dev

# An absolute link would lead the linker, which looks at the root from outside, to the libraries of this machine.
find "$root" -xdev -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
  ln -sfnr "$root$(readlink "$link")" "$link"
done

mirror=$(sed -n 's/^deb \([^ ]*\) .*/\1/p' "$root/etc/apt/sources.list" | head -n 1)
echo "deb-src $mirror bookworm main" >"$root/etc/apt/sources.list.d/sources.list"
# apt in the root fetches as a user of its own, who must be able to write there.
install -d -m 777 "$root/src"
make/step.sh wheel-sources chroot "$root" sh -c "apt-get update -q && cd /src && apt-get source -q ${sources[*]}"
