#!/usr/bin/env bash
# Makes the site of the guides, the rules and both references in build/site, with Sphinx in an environment of its own,
# which it makes when it is not there yet (from PyPI; where that fails it ends with 77). It needs no library, and so no
# Swift. How pages come about stands in docs/site. A warning is a failure.
#
# usage: make/docs.sh
set -eu
cd "$(dirname "$0")/.."
. make/framework-venv.sh
packages=(sphinx==9.0.4 furo==2025.12.19 myst-parser==5.2.0 hawkmoth==0.22.0 libclang==18.1.1
  sphinx-copybutton==0.5.2 websockets mypy types-docutils types-Pygments)
framework_venv docs "Sphinx" "${packages[@]}"

# The tree that Sphinx reads: pages where the repository has them, so that their links lead on, and those of docs/site.
pages=build/site-pages
rm -rf "$pages" build/site build/site-doctrees
mkdir -p "$pages/bindings/python"
cp -r docs CHANGELOG.md CONTRIBUTING.md SECURITY.md docs/site/index.rst docs/site/reference "$pages"
cp bindings/python/README.md "$pages/bindings/python"
rm -r "$pages/docs/site"

export PYTHONDONTWRITEBYTECODE=1
"$venv/bin/python" -m sphinx -q -W --keep-going -c docs/site -d build/site-doctrees "$pages" build/site
echo "The site is in build/site: begin with build/site/index.html."
