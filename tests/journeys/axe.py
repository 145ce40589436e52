"""axe-core, run on a page as a reader sees it once it has come to rest."""

import json

from playwright.sync_api import Page

from tests.running_hub import ROOT

_SCRIPT = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is half faded in has half its contrast; an endless animation never comes to rest.
_AT_REST = """async () => {
    const passing = document.getAnimations().filter(
        (one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map((one) => one.finished));
}"""
_RUN = """async ([root, rules]) => (await axe.run(root ?? document, {runOnly: rules})).violations
    .map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 160))}))"""


def violations(
    page: Page, root: str | None = None, *, impacts: tuple[str, ...] | None = GRAVE
) -> list[str]:
    """What breaks WCAG 2.2 AA or good practice below the selector `root`, or on the whole page.

    Only faults of these `impacts`, or all for None. The page must let the script past its CSP
    (`bypass_csp` of the context), except where the protocol itself evaluates it.
    """
    page.evaluate(_AT_REST)
    page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate(_RUN, [root, _RULES])
    return [
        json.dumps(one, ensure_ascii=False)
        for one in found
        if impacts is None or one["impact"] in impacts
    ]
