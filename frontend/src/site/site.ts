import "./site.css";

/* Enhancement only: every page works without this file. */

const YEAR_S = 31_536_000;

function chooseTheme(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax${
    location.protocol === "https:" ? "; secure" : ""
  }`;
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-switch] button")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("value") === theme));
  }
}

function closeMenus(except?: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  closeMenus(target?.closest("details.menu"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (!open) return;
  const had = open.contains(document.activeElement);
  open.open = false;
  if (had) open.querySelector("summary")?.focus();
});

// A form is sent once, however often its button is pressed; going back makes it usable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.matches("[data-theme-switch]")) {
    event.preventDefault();
    chooseTheme(event.submitter?.getAttribute("value") ?? "auto");
    return;
  }
  if (form.dataset["sent"]) {
    event.preventDefault();
    return;
  }
  form.dataset["sent"] = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
    delete form.dataset["sent"];
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// Times are shown in the reader's zone from the first day on.
for (const field of document.querySelectorAll<HTMLInputElement>("input[type=hidden][name=time_zone]")) {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
}

// What is wrong comes first: the error summary takes focus when a form comes back.
document.querySelector<HTMLElement>("[data-error-summary]")?.focus();

export {};
