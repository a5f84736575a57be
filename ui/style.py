"""The page's style sheet: fixed text, never anything from a table."""

from __future__ import annotations

HIGHLIGHT = "background-color: #ffe08a; color: #1a1a1a; font-weight: bold"
# See-through, so that the theme's own letters can be read on it.
PALE_HIGHLIGHT = "background-color: rgba(255, 196, 50, 0.18)"

# Text from tables is drawn by st.text, which knows neither Markdown nor HTML; these rules give it its size. Colours are
# see-through shades and currentColor, so that they suit the light and the dark theme alike.
PAGE_STYLE = """
<style>
.block-container { padding-top: 2.6rem; padding-bottom: 4rem; max-width: 1240px; }
.np-brand { font-size: 1.35rem; font-weight: 700; margin: 0 0 .2rem; letter-spacing: -.01em; }
/* The pages in the side bar's width, in two lines where one is too short for them. */
.st-key-page :has(> button) { gap: .3rem; }
.st-key-page button { padding-left: .5rem; padding-right: .5rem; border-radius: .5rem !important;
    margin: 0 !important; }
.st-key-page button:not([aria-checked="true"]) { border: 1px solid rgba(128, 128, 128, .35) !important; }
.st-key-page button p { font-size: .84rem; }
.np-hero { font-size: 2.3rem; font-weight: 700; letter-spacing: -.02em; line-height: 1.15; margin: 0; }
.np-lead { font-size: 1.05rem; opacity: .8; margin: .3rem 0 0; max-width: 46rem; }
.np-label { font-size: .78rem; font-weight: 600; letter-spacing: .05em; text-transform: uppercase; opacity: .7;
    margin: 0; }
.st-key-answer [data-testid="stText"], .st-key-answer [data-testid="stText"] * {
    font-size: 2.1rem; font-weight: 650; line-height: 1.25; font-family: inherit; white-space: pre-wrap;
    overflow-wrap: anywhere;
}
.st-key-explanation [data-testid="stText"], .st-key-explanation [data-testid="stText"] * {
    font-size: 1.05rem; white-space: pre-wrap; font-family: inherit; overflow-wrap: anywhere;
}
.st-key-table_name [data-testid="stText"], .st-key-table_name [data-testid="stText"] * {
    font-size: 1.6rem; font-weight: 650; font-family: inherit; letter-spacing: -.01em; overflow-wrap: anywhere;
}
[class*="st-key-sampleanswer"] [data-testid="stText"], [class*="st-key-sampleanswer"] [data-testid="stText"] * {
    font-family: inherit; font-size: .85rem; opacity: .8; white-space: pre-wrap;
}
[class*="st-key-samplecard"] button, [class*="st-key-samplecard"] button > div,
[class*="st-key-samplecard"] button > div > span { justify-content: flex-start; text-align: left; }
[class*="st-key-samplecard"] button p { text-align: left; }
[class*="st-key-sampleanswer"] { margin: -.55rem 0 .35rem .25rem; }
.np-own { font-weight: 700; margin: .45rem 0 0; }
[class*="st-key-chips"] label p { font-size: .74rem; opacity: .75; }
[class*="st-key-chips"] [data-testid="stSelectbox"] { min-width: 9.5rem; }
.st-key-card .stMarkdownBadge, .st-key-card .stMarkdownBadge * { white-space: normal !important;
    overflow: visible !important; line-height: 1.4; }
.np-words { display: flex; flex-wrap: wrap; gap: .3rem .35rem; align-items: flex-start; margin: .1rem 0 .2rem; }
.np-word { display: inline-flex; flex-direction: column; align-items: center; padding: .1rem .15rem;
    max-width: 100%; overflow-wrap: anywhere; line-height: 1.35; }
.np-word small { font-size: .72rem; opacity: .85; line-height: 1.2; max-width: 16rem; text-align: center; }
.np-column, .np-value, .np-operation, .np-fuzzy, .np-unused { border-radius: .4rem; padding: .1rem .5rem .2rem; }
.np-column { background: rgba(46, 120, 220, .17); border-bottom: 3px solid #3d7edb; }
.np-value { background: rgba(34, 150, 84, .17); border-bottom: 3px solid #2a9d5c; }
.np-operation { background: rgba(130, 90, 210, .16); border-bottom: 3px solid #8a5cd6; }
.np-fuzzy { background: rgba(230, 160, 0, .2); border-bottom: 3px dashed #c98a00; }
.np-unused { background: rgba(215, 60, 60, .13); border-bottom: 3px dotted #d24848; }
.np-steps { display: flex; flex-direction: column; gap: .6rem; margin: .2rem 0 .6rem; }
.np-step { border: 1px solid rgba(128, 128, 128, .3); border-radius: .5rem; padding: .6rem .9rem .7rem; }
.np-step-title { font-weight: 650; margin: 0 0 .35rem; overflow-wrap: anywhere; }
.np-step-line { display: flex; flex-wrap: wrap; gap: .15rem .8rem; align-items: baseline; padding: .12rem 0; }
.np-step-name { flex: 0 0 13rem; font-size: .82rem; opacity: .75; }
.np-looked, .np-choices { flex: 1 1 18rem; display: flex; flex-wrap: wrap; gap: .2rem .25rem; min-width: 0; }
.np-choices { gap: .2rem 1.1rem; }
.np-looked > span { padding: .05rem .3rem; border-radius: .3rem; }
.np-looked > span, .np-choices > span { overflow-wrap: anywhere; }
.np-looked small, .np-choices small { font-size: .74rem; opacity: .85; margin-left: .25rem; }
.np-choices > span:first-child { font-weight: 650; }
.np-dark, .np-dark small { color: #fff; }
/* The small buttons of tables and code, whose colour alone would say that one of them has the focus. */
button[kind="elementToolbar"]:focus-visible { outline: 2px solid currentColor; }
/* While a question is answered, what stands on the page is marked as old; to fade all of it out, element by element,
    costs the browser more than to show the answer. It pales once waiting is shown, and then at once. */
.stElementContainer, .stExpander details, .stExpander summary { transition: none !important; opacity: 1 !important; }
body:has(.st-key-working) .st-key-card [data-stale="true"] { opacity: .35 !important; }
@media (max-width: 640px) {
    .block-container { padding-left: 1rem; padding-right: 1rem; padding-top: 3.4rem; }
    .np-hero { font-size: 1.75rem; }
    .st-key-answer [data-testid="stText"], .st-key-answer [data-testid="stText"] * { font-size: 1.6rem; }
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
