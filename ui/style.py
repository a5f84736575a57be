"""The page's style sheet: fixed text, never anything from a table."""

from __future__ import annotations

HIGHLIGHT = "background-color: #ffe08a; color: #1a1a1a; font-weight: bold"

# Text from tables is drawn by st.text, which knows neither Markdown nor HTML; these rules give it its size.
PAGE_STYLE = """
<style>
.block-container { padding-top: 3rem; }
.st-key-answer [data-testid="stText"], .st-key-answer [data-testid="stText"] * {
    font-size: 2.1rem; font-weight: 650; line-height: 1.25; font-family: inherit; white-space: pre-wrap;
}
.st-key-explanation [data-testid="stText"] { font-size: 1.05rem; white-space: pre-wrap; }
.st-key-table_name [data-testid="stText"], .st-key-table_name [data-testid="stText"] * {
    font-size: 1.6rem; font-weight: 600; font-family: inherit;
}
</style>
"""

# A table with one cell highlighted. It is drawn here because the browser would fetch an icon that is named, and
# nothing is to be fetched.
PAGE_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect x="1" y="1" width="30" height="30" rx="3" fill="#ffffff" stroke="#3c5078" stroke-width="2"/>
<rect x="11" y="11" width="10" height="10" fill="#ffc83c"/>
<path d="M1 11h30M1 21h30M11 1v30M21 1v30" stroke="#3c5078" stroke-width="2"/>
</svg>"""
