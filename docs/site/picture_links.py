"""Makes a link of each picture to itself, for what is small on a phone is large by itself. An extension of Sphinx."""

from __future__ import annotations

import posixpath

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri


class Pictures(SphinxPostTransform):
    """Looks for pictures on a page."""

    default_priority = 500

    def run(self, **kwargs: object) -> None:
        """See SphinxPostTransform."""
        here = self.app.builder.get_target_uri(self.env.docname)
        for image in list(self.document.findall(nodes.image)):
            if image["uri"] in self.env.images and not isinstance(image.parent, nodes.reference):
                file = posixpath.join(self.app.builder.imagedir, self.env.images[image["uri"]][1])
                place = relative_uri(here, file)
                image.replace_self(nodes.reference("", "", image.deepcopy(), internal=True, refuri=place))


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.add_post_transform(Pictures)
    return {"parallel_read_safe": True}
