#!/usr/bin/env bash
# Makes the Debian packages librtmulti0, librtmulti-dev and python3-rtmulti for the Debian that this machine is, into
# dist/. The library in them is the one that `make lib` built. What is in which package stands in packaging/debian; here
# is what must come from elsewhere: the tree that is packaged, its version and its date.
#
# usage: make/deb.sh [FOLDER]             (after `make lib`; FOLDER instead of dist; DEBFULLNAME and DEBEMAIL: who makes it)
set -euo pipefail
if ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  echo "Packages are made of what git knows, and this folder is no clone. Please run \`make deb\` in one." >&2
  exit 1
fi
make/deps.sh dpkg-buildpackage dh dh_python3
packages=$(realpath -m "${1:-dist}")
version=$(sed -n 's/^#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)
work=build/deb
tree=$work/rtmulti-$version
maintainer="${DEBFULLNAME:-The rtmulti authors} <${DEBEMAIL:-rtmulti@example.org}>"

# What git knows of this folder as it is now, and what was built of it: nothing is compiled a second time.
rm -rf "$work"
mkdir -p "$tree/build" "$packages"
git ls-files -z | while IFS= read -r -d '' file; do if [ -e "$file" ]; then printf '%s\0' "$file"; fi; done |
  xargs -0 cp -a --parents -t "$tree"
cp -a build/lib build/include build/sources "$tree/build/"
cp -r packaging/debian "$tree/debian"
control=$(<packaging/debian/control)
printf '%s\n' "${control//@MAINTAINER@/"$maintainer"}" >"$tree/debian/control"

# They are made where rtmulti is, so the version has no revision, and those that a distribution makes come after them.
# The date of a build is that of the newest commit, so that the same sources make the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
cat >"$tree/debian/changelog" <<CHANGELOG
rtmulti ($version) unstable; urgency=medium

  * The packages of rtmulti $version; its CHANGELOG.md says what changed.

 -- $maintainer  $(LC_ALL=C date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
CHANGELOG

# All is as old as that, what was built too: make sees nothing to do, and what is packed has one date.
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

# Variables of a make above this one are not those of the packages' own.
unset MAKEFLAGS MAKELEVEL MFLAGS
export DEB_BUILD_OPTIONS="nocheck noautodbgsym ${DEB_BUILD_OPTIONS:-}"
make/step.sh deb env -C "$tree" dpkg-buildpackage --no-pre-clean --build=binary --unsigned-source --unsigned-changes
rm -f "$packages"/{librtmulti0,librtmulti-dev,python3-rtmulti}_*.deb
cp "$work"/*.deb "$packages/"
ls -l "$packages"/*.deb
