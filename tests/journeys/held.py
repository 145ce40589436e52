"""Requests that wait until a test lets them go: what a slow line does, in an order of one's own."""

import re

from playwright.sync_api import Page, Route


class Held:
    """Holds back what the page asks for at addresses of the pattern."""

    def __init__(self, page: Page, pattern: str | re.Pattern[str]) -> None:
        self.page = page
        self.holds = True
        self.routes: list[Route] = []
        page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        if self.holds:
            self.routes.append(route)
        else:
            route.continue_()

    def wait_for(self, count: int = 1) -> None:
        while len(self.routes) < count:
            self.page.wait_for_timeout(30)

    def pass_others(self) -> None:
        """Hold nothing more; what is held stays so."""
        self.holds = False

    def come(self) -> None:
        self.pass_others()
        for route in self.routes:
            route.continue_()


def late_script(page: Page, name: str) -> Held:
    """Scripts of that name, as Vite calls its pieces."""
    return Held(page, re.compile(rf"/viewbox/{name}-[^/]*\.js"))
