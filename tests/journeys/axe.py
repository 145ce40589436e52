"""axe-core, run on a page as a reader sees it once it has come to rest."""

import json

from playwright.sync_api import Page

from tests.running_hub import ROOT

_SCRIPT = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is half faded has half its contrast, and a message may begin to fade while the scanner is at
# work: until it has done, whatever changes does so at once. An endless animation goes on.
_AT_REST = """() => {
    window.axeStill = new CSSStyleSheet();
    window.axeStill.replaceSync(`*, ::before, ::after, ::backdrop {
        transition-duration: 0s !important; transition-delay: 0s !important;
    }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, window.axeStill];
    for (const one of document.getAnimations()) {
        if (one.effect?.getComputedTiming().endTime !== Infinity) one.finish();
    }
}"""
_RUN = """async ([root, rules]) => (await axe.run(root ?? document, {runOnly: rules})).violations
    .map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 160))}))"""
_GO_ON = """() => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== axeStill);
}"""


def violations(
    page: Page, root: str | None = None, *, impacts: tuple[str, ...] | None = GRAVE
) -> list[str]:
    """What breaks WCAG 2.2 AA or good practice below the selector `root`, or on the whole page.

    Only faults of these `impacts`, or all for None. The page must let the script past its CSP
    (`bypass_csp` of the context), except where the protocol itself evaluates it.
    """
    # After a click that led here, the page may have come in part only.
    page.wait_for_load_state()
    page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    page.evaluate(_AT_REST)
    found = page.evaluate(_RUN, [root, _RULES])
    page.evaluate(_GO_ON)
    return [
        json.dumps(one, ensure_ascii=False)
        for one in found
        if impacts is None or one["impact"] in impacts
    ]
