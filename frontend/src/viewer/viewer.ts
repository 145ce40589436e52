import "./viewer.css";

/* The small part of the viewer, on every page that shows a case with a stack: fetches the large
   part when the poster comes into sight or the button is pressed, and shows the still pictures
   where there is no WebGL 2. On lines that the browser calls slow or costly it waits for the
   button. */

interface Line {
  saveData?: boolean;
  effectiveType?: string;
}

function isThrifty(): boolean {
  const line = (navigator as Navigator & { connection?: Line }).connection;
  return Boolean(line?.saveData) || /2g/.test(line?.effectiveType ?? "");
}

function hasWebGl(): boolean {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    // Browsers keep few contexts alive: this one is not needed any more.
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

class Gate {
  private begun = false;
  private readonly button: HTMLButtonElement | null;
  private readonly status: HTMLElement | null;

  constructor(private readonly root: HTMLElement) {
    this.button = root.querySelector("[data-dicom-open]");
    this.status = root.querySelector("[data-dicom-status]");
    if (!hasWebGl()) {
      this.fallBack(root.dataset["unsupported"] ?? "");
      return;
    }
    if (this.button) {
      this.button.hidden = false;
      this.button.addEventListener("click", () => void this.begin(true));
    }
    // What leads to the stack opens it first, and then does what it says.
    document.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const leads = target?.closest<HTMLElement>("[data-mark], [data-stack-go]");
      if (!leads || this.begun) return;
      this.root.scrollIntoView({ block: "nearest", behavior: "instant" });
      void this.begin(false).then(() => leads.click());
    });
    if (isThrifty()) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        void this.begin(false);
      },
      { rootMargin: "100px" },
    );
    watch.observe(root);
  }

  private async begin(pressed: boolean): Promise<void> {
    if (this.begun) return;
    this.begun = true;
    this.say(this.root.dataset["waiting"] ?? "");
    if (this.button) this.button.hidden = true;
    try {
      const { open } = await import("./island");
      await open(this.root, { focus: pressed });
    } catch (error) {
      console.warn("viewer:", error);
      this.begun = false;
      this.fallBack(this.root.dataset["failed"] ?? "");
    }
  }

  private fallBack(sentence: string): void {
    this.say(sentence);
    this.root
      .querySelector<HTMLDetailsElement>("[data-dicom-stills]")
      ?.toggleAttribute("open", true);
  }

  private say(sentence: string): void {
    if (this.status) this.status.textContent = sentence;
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-dicom]")) new Gate(root);
