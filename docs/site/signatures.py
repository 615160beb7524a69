"""Mends what Sphinx and hawkmoth make of declarations, in both references. The contents of a page name no fields,
members or numbers, and nothing by its prefix, for want of room. What a callback answers is int32_t, not what that is on
this machine. An extension of Sphinx."""

from __future__ import annotations

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_PARTS = ("attribute", "enumerator", "member")


class Signatures(SphinxTransform):
    """Looks at each declaration."""

    default_priority = 500

    def apply(self, **kwargs: object) -> None:
        """See Transform."""
        for description in self.document.findall(addnodes.desc):
            for signature in description.findall(addnodes.desc_signature):
                name = signature.get("_toc_name", "")
                signature["_toc_name"] = "" if description["objtype"] in _PARTS else name.removeprefix("rtmulti_")
                answer = signature.next_node(addnodes.desc_sig_keyword_type)
                if description["objtype"] == "type" and answer is not None and answer.astext() == "int":
                    answer.replace_self(addnodes.desc_sig_name("", "int32_t"))


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.add_transform(Signatures)
    return {"parallel_read_safe": True}
