import { alongside, corresponding, priorOf, type Meeting, type StackData } from "./data";
import type { Engine } from "./engine";
import type { Pane, PaneSurroundings } from "./pane";
import { PlanePane } from "./plane-pane";
import { StackPane, type PaneState } from "./stack-pane";
import { Volume, refusalOf, type PlaneName, type Refusal } from "./volume";

/* The panes on the screen: how many, which is active, what they do together. */

const PLANES: PlaneName[] = ["axial", "coronal", "sagittal"];

export interface LayoutEvents {
  added: (pane: Pane) => void;
  activated: (pane: Pane) => void;
  arranged: () => void;
}

export class Layout {
  panes: Pane[] = [];
  active!: Pane;
  isLinked = true;
  /** Set while planes through a volume are shown. */
  volume: Volume | null = null;
  private made = 0;
  private left: PaneState[] = [];
  /** Where stacks stood when they began to scroll together. */
  private readonly meetings = new WeakMap<StackPane, Meeting>();

  constructor(
    private readonly grid: HTMLElement,
    private readonly stacks: StackData[],
    private readonly engine: Engine,
    private readonly surroundings: PaneSurroundings,
    private readonly events: LayoutEvents,
  ) {}

  /** "1x1" to "2x2", or "planes". */
  get name(): string {
    return this.grid.dataset["layout"] ?? "";
  }

  get stackPanes(): StackPane[] {
    return this.panes.filter((pane) => pane instanceof StackPane);
  }

  async arrange(rows: number, columns: number): Promise<void> {
    const states = this.leave();
    this.grid.dataset["layout"] = `${rows}x${columns}`;
    for (let number = 0; number < rows * columns; number += 1) {
      this.add(this.stackPane(states[number] ?? this.freshState(states, number)));
    }
    await this.open();
    this.meet();
    const [first] = this.panes;
    if (first && this.panes.length > 1) this.follow(first);
  }

  /** Shows three planes through the active stack, or tells why not. */
  async arrangePlanes(): Promise<Refusal | null> {
    const { active } = this;
    const refusal = refusalOf(active.stack);
    if (refusal) return refusal;
    const window = active.window;
    this.left = this.leave();
    const volume = new Volume(
      `planes-${active.stack.key}-${active.isLight ? "light" : "full"}`,
      active.stack,
      active.at,
      active.isLight,
    );
    this.volume = volume;
    this.grid.dataset["layout"] = "planes";
    for (const plane of PLANES) {
      const pane = new PlanePane(
        this.nextId(),
        plane,
        volume,
        this.surroundings,
        (one) => this.follow(one),
      );
      this.add(pane);
    }
    try {
      await volume.load((done) => {
        for (const pane of this.panes) if (pane instanceof PlanePane) pane.loaded(done);
      });
      // Somebody has gone back to the stack meanwhile.
      if (this.volume !== volume) {
        volume.release();
        return null;
      }
      await this.open();
    } catch (error) {
      if (this.volume !== volume) return null;
      console.warn("planes:", error);
      await this.arrange(1, 1);
      return "broken";
    }
    if (this.volume === volume) for (const pane of this.panes) pane.applyWindow(window);
    return null;
  }

  activate(pane: Pane, anew = false): void {
    if (this.active === pane && !anew) return;
    this.active = pane;
    for (const one of this.panes) one.root.toggleAttribute("data-active", one === pane);
    if (pane.cornerstone) this.refer();
    this.events.activated(pane);
  }

  /** Lets the other panes show what corresponds. */
  follow(pane: Pane): void {
    for (const other of this.panes) {
      if (other === pane) continue;
      if (other instanceof PlanePane) other.show();
      else if (other instanceof StackPane && this.isLinked) {
        const at = corresponding(pane.stack, pane.at, other.stack) ?? this.beside(pane, other);
        if (at !== null) other.scrollTo(at, true);
      }
    }
    if (pane instanceof PlanePane) pane.show();
  }

  link(isLinked: boolean): void {
    this.isLinked = isLinked;
    if (!isLinked) return;
    this.meet();
    this.follow(this.active);
  }

  /** Takes what the panes show now for images of the same place. */
  private meet(): void {
    for (const pane of this.stackPanes) {
      this.meetings.set(pane, { stack: pane.stack, at: pane.at });
    }
  }

  private beside(pane: Pane, other: StackPane): number | null {
    if (!(pane instanceof StackPane)) return null;
    const [one, two] = [this.meetings.get(pane), this.meetings.get(other)];
    if (one?.stack !== pane.stack || two?.stack !== other.stack) return null;
    return alongside(one, pane.at, two);
  }

  /** Shows the other copy of the stacks. */
  async changeQuality(): Promise<void> {
    if (this.volume) {
      await this.arrange(1, 1);
      await this.arrangePlanes();
    } else await Promise.all(this.stackPanes.map((pane) => pane.changeQuality()));
    this.events.arranged();
  }

  /** Shows an image of a stack, in the pane that has the stack already or else the active one. */
  async goTo(series: string, at: number): Promise<void> {
    const number = this.stacks.findIndex((stack) => stack.key === series);
    if (number < 0) return;
    if (this.volume) await this.arrange(1, 1);
    const shown = this.stackPanes.find((pane) => pane.stack.key === series);
    const pane = shown ?? this.active;
    if (!(pane instanceof StackPane)) return;
    if (!shown) {
      await pane.open(number, at);
      this.meet();
    }
    this.activate(pane, true);
    pane.scrollTo(at);
  }

  private async open(): Promise<void> {
    const [first] = this.panes;
    if (!first) return;
    this.activate(first, true);
    await Promise.all(this.panes.map((pane) => pane.enable()));
    this.refer();
    this.events.arranged();
  }

  /** Takes all panes away; where stacks were, what they showed. */
  private leave(): PaneState[] {
    const states = this.volume ? this.left : this.stackPanes.map((pane) => pane.state);
    if (this.volume) this.turnTo(states);
    for (const pane of this.panes.splice(0)) pane.disable();
    this.volume?.release();
    this.volume = null;
    return states;
  }

  /** After planes the stack comes back at the slice where they met. */
  private turnTo(states: PaneState[]): void {
    const { volume } = this;
    const state = states.find((one) => this.stacks[one.stack] === volume?.stack);
    if (!state || !volume) return;
    state.at = volume.nearestSlice;
    const { active } = this;
    if (active.isShown) Object.assign(state, { window: active.window, chosen: active.chosen });
  }

  /** Reference lines need two stacks; planes draw their own. */
  private refer(): void {
    const refers = this.panes.length > 1 && !this.volume;
    this.engine.referTo(refers ? this.active.id : null);
  }

  /** The next series that no pane shows yet; beside the first one what a prior study has of it. */
  private freshState(states: PaneState[], number: number): PaneState {
    const shown = this.stackPanes.map((pane) => pane.state);
    const taken = new Set([...states, ...shown].map((state) => state.stack));
    const [first] = shown;
    const prior = number === 1 && first ? priorOf(this.stacks, first.stack) : -1;
    const free = this.stacks.findIndex((_, at) => !taken.has(at));
    const fresh = prior >= 0 && !taken.has(prior) ? prior : free;
    const stack = fresh >= 0 ? fresh : number % this.stacks.length;
    return { stack, at: this.stacks[stack]?.start ?? 0 };
  }

  private stackPane(state: PaneState): StackPane {
    return new StackPane(this.nextId(), this.stacks, this.surroundings, state, {
      pick: (one, stack) =>
        void one.open(stack).then(() => {
          this.meet();
          this.activate(one, true);
        }),
      sharers: () => this.panes.length,
    });
  }

  private nextId(): string {
    this.made += 1;
    return `pane-${this.made}`;
  }

  private add(pane: Pane): void {
    this.panes.push(pane);
    this.grid.append(pane.root);
    this.events.added(pane);
  }
}
