"""The drawing library: the file inside the installed plotly package, served as it is."""

import gzip
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from flask import Response, request

#: In the address, so that a browser may keep the file for ever.
PLOTLY_VERSION = version("plotly")
_YEAR = 365 * 24 * 3600


def plotly_script() -> Response:
    """plotly.js, compressed when the browser takes that."""
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(_script(packed=packed), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


@cache
def _script(*, packed: bool) -> bytes:
    content = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    return gzip.compress(content, 6, mtime=0) if packed else content
