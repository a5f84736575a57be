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
