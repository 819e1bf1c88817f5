"""The frame of the small pages that stand beside the dashboard: legible by day and by night."""

from html import escape

from exporter.messages import Language

_FRAME = """<!doctype html>
<html lang="{code}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{more}
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%237c3aed'/%3E%3Cpath \
d='M6 21.5l6-5 5 3 9-9' fill='none' stroke='%23fff' stroke-width='3'/%3E%3C/svg%3E">
<style>
:root {{ color-scheme: light dark; --card: #fff; --line: #e3e6ee; --soft: #5b6478; }}
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 2.5rem auto;
  padding: 0 1rem; background: #f4f5f9; color: #1b2130; }}
h1 {{ font-size: 1.6rem; margin: 0 0 .6rem; }}
a {{ color: #6d28d9; }}
ul {{ list-style: none; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; }}
li {{ padding: .6rem 1rem; overflow-wrap: anywhere; }}
li + li {{ border-top: 1px solid var(--line); }}
small {{ color: var(--soft); }}
@media (prefers-color-scheme: dark) {{
  :root {{ --card: #191e28; --line: #2a3140; --soft: #9aa4b8; }}
  body {{ background: #10131a; color: #e6e9f0; }}
  a {{ color: #b794f6; }}
}}
</style></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""


def small_page(
    title: str, body: str, language: Language, refresh_seconds: int | None = None
) -> str:
    """A whole page around `body`, which is HTML; it loads again after `refresh_seconds`."""
    more = f'\n<meta http-equiv="refresh" content="{refresh_seconds}">' if refresh_seconds else ""
    return _FRAME.format(code=language.value, title=escape(title), body=body, more=more)
