"""Makes a link of each piece of code that names something in a reference, wherever it stands: `rtmulti_session_poll`,
`Session.poll`, `config.clear_timeout_ms`, BUSY. An extension of Sphinx."""

from __future__ import annotations

import re
from collections.abc import Iterator

from c_reference import SHORT_NAMES
from docutils import nodes
from sphinx.addnodes import desc, desc_parameter, desc_sig_name, desc_signature
from sphinx.application import Sphinx
from sphinx.domains.c import CDomain
from sphinx.domains.python import PythonDomain
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

#: A name, and perhaps what is called with it.
_NAMED = re.compile(r"(?:rtmulti\.)?(?P<name>[A-Za-z_]\w*(?:\.\w+)*)(?:\(.*\))?")
#: Of these a sentence names fields by a variable of the same name: config.wire.
_STRUCTS = ("config", "sink", "stats", "event", "message", "command")


class CodeLinks(SphinxPostTransform):
    """Looks for names in the code of a page."""

    default_priority = 401

    def run(self, **kwargs: object) -> None:
        """See SphinxPostTransform."""
        places = _places(self.env.domains.c_domain, self.env.domains.python_domain)
        here = self.env.docname
        language = "c" if here.startswith("reference/c") else "python" if here.startswith("reference/python") else ""
        for literal in list(self.document.findall(nodes.literal)):
            found = _NAMED.fullmatch(literal.astext())
            if not found or _is_linked(literal) or found["name"] in _parameters_at(literal):
                continue
            names = [f"{scope}.{found['name']}" for scope in _scopes_of(literal)]
            keys = [(key, name) for name in [*names, found["name"]] for key in (language, "")]
            place = next((places[key] for key in keys if key in places), None)
            if place is not None:
                literal.parent.replace(literal, make_refnode(self.app.builder, here, *place, literal.deepcopy()))


def _places(c: CDomain, python: PythonDomain) -> dict[tuple[str, str], tuple[str, str]]:
    """Where a name is documented, by the reference that uses it. What is no word of English leads there from
    everywhere, which is the reference ""."""
    places: dict[tuple[str, str], tuple[str, str]] = {}
    for name, _, kind, docname, anchor, _ in c.get_objects():
        if kind != "functionParam":
            places["", name.rpartition(".")[2] if kind == "enumerator" else name] = (docname, anchor)
    for struct in _STRUCTS:
        for (_, name), place in list(places.items()):
            if name.startswith(f"rtmulti_{struct}."):
                places["c", name.removeprefix("rtmulti_")] = place
    for short, name in SHORT_NAMES.items():
        places["c", short] = places["", name]
    for name, _, kind, docname, anchor, _ in python.get_objects():
        _, _, short = name.partition(".")
        if kind == "module":
            continue
        places["python", short] = (docname, anchor)
        places["python", short.removeprefix("Result.").removeprefix("ERROR_")] = (docname, anchor)
        if re.search(r"\.|[a-z][A-Z]", short):
            places.setdefault(("", short), (docname, anchor))
    return places


def _signatures_around(node: nodes.Node) -> Iterator[desc_signature]:
    """Of the descriptions in which a node stands, the innermost first."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, desc):
            signature = node.next_node(desc_signature)
            if signature is not None:
                yield signature


def _scopes_of(node: nodes.Node) -> list[str]:
    """The classes in whose description a node stands."""
    names = (signature.get("class") or signature.get("fullname", "") for signature in _signatures_around(node))
    return [name for name in names if name]


def _parameters_at(node: nodes.Node) -> set[str]:
    """What the function takes in whose description a node stands."""
    signature = next(_signatures_around(node), None)
    parameters = signature.findall(desc_parameter) if signature is not None else ()
    return {name.astext() for parameter in parameters for name in parameter.findall(desc_sig_name)}


def _is_linked(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.reference | nodes.title | desc_signature):
            return True
    return False


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.add_post_transform(CodeLinks)
    return {"parallel_read_safe": True}
