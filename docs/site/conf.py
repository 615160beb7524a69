"""How Sphinx makes the site of the guides, the rules and both references. make/docs.sh lays out the tree that it reads,
which is that of the repository with index.rst and reference/ beside it; what is done to the pages lives in the other
modules of this folder."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "bindings" / "python" / "src")]

project = "rtmulti"
author = "the authors of rtmulti"
copyright = author
_version = re.search(r'^#define RTMULTI_VERSION "(.*)"', (ROOT / "include" / "rtmulti.h").read_text(), re.MULTILINE)
assert _version is not None
version = release = _version[1]

extensions = [
    "myst_parser",
    "hawkmoth",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "anchors",
    "citations",
    "picture_links",
    "code_links",
    "guides",
    "source_pages",
    "c_reference",
    "python_reference",
    "signatures",
]
root_doc = "index"
nitpicky = True
nitpick_ignore_regex = [
    ("c:identifier", r"u?int\d+_t|size_t"),
    # A type that only annotations name: of the standard library, or of a framework.
    ("py:.*", r".*"),
]

smartquotes_action = "D"  # dashes, and no other quotes than were written

# --- guides ---

myst_heading_anchors = 3
suppress_warnings = [
    "myst.header",  # the words of the README begin below its title
    "misc.highlighting_failure",  # a block may say that it is a scenario, or a piece of JSON with an ellipsis
]

# --- the C reference ---

hawkmoth_compiler = "cc"

# --- the Python reference ---

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
add_module_names = False
python_use_unqualified_type_names = True
# The package of a framework is there only for who uses it.
autodoc_mock_imports = ["agents", "livekit", "loguru", "openai", "pipecat", "pydantic"]
maximum_signature_line_length = 72
toc_object_entries_show_parents = "hide"

# --- how it looks ---

html_theme = "furo"
html_title = f"rtmulti {release}"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_copy_source = False
html_use_index = False  # it would be as long as all pages together, and there is a search
html_domain_indices = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "default"
pygments_dark_style = "github-dark"
copybutton_prompt_text = "$ "
