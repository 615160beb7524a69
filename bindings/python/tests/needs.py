"""What some tests want of the machine beside Python and rtmulti, as marks that skip them where it is missing: in a bare
root that has only the wheel. Where rtmulti is built from source all of it is there."""

from __future__ import annotations

import shutil

import pytest

needs_c_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
