import {
  Enums,
  RenderingEngine,
  cache,
  init as initCore,
  metaData,
} from "@cornerstonejs/core";
import { init as initLoader } from "@cornerstonejs/dicom-image-loader";
import {
  AngleTool,
  Enums as ToolEnums,
  EllipticalROITool,
  LengthTool,
  PanTool,
  ProbeTool,
  RectangleROITool,
  ReferenceLinesTool,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
  addTool,
  annotation,
  init as initTools,
} from "@cornerstonejs/tools";

import type { StackData, Words } from "./data";
import { textLines } from "./measures";

/* Cornerstone set up once: loaders, the metadata of our own index, the tools. */

export const ENGINE = "viewbox";
const GROUP = "viewbox";
const MEBIBYTE = 1024 * 1024;

export type ToolName =
  | "cross"
  | "scroll"
  | "window"
  | "zoom"
  | "pan"
  | "length"
  | "angle"
  | "ellipse"
  | "rectangle"
  | "probe";

const DRAGGED: Partial<Record<ToolName, string>> = {
  window: WindowLevelTool.toolName,
  zoom: ZoomTool.toolName,
  pan: PanTool.toolName,
  length: LengthTool.toolName,
  angle: AngleTool.toolName,
  ellipse: EllipticalROITool.toolName,
  rectangle: RectangleROITool.toolName,
  probe: ProbeTool.toolName,
};
export const MEASURING = ["length", "angle", "ellipse", "rectangle", "probe"] as const;

/** What Cornerstone calls a tool. */
export function toolNameOf(tool: ToolName): string {
  return DRAGGED[tool] ?? "";
}

export function isMeasuring(tool: ToolName): boolean {
  return (MEASURING as readonly string[]).includes(tool);
}

/** Image ids of all stacks, and the stack each belongs to. */
const places = new Map<string, { stack: StackData; at: number }>();

/** Addresses of the images for the loader; of the light copy where `isLight` says so. */
export function imageIdsOf(stack: StackData, isLight = false): string[] {
  const { light } = stack;
  if (isLight && light) {
    return stack.frames.map((_, at) => {
      const name = `${String(at + 1).padStart(4, "0")}.dcm`;
      const id = `wadouri:${new URL(light.base + name, location.href).href}`;
      places.set(id, { stack, at });
      return id;
    });
  }
  const perFile = new Map<string, number>();
  for (const [file] of stack.frames) perFile.set(file, (perFile.get(file) ?? 0) + 1);
  return stack.frames.map(([file, frame], at) => {
    const address = new URL(stack.base + file, location.href).href;
    // Frames are counted from one in the loader's addresses.
    const many = (perFile.get(file) ?? 0) > 1 || frame > 0;
    const id = `wadouri:${address}${many ? `?frame=${frame + 1}` : ""}`;
    places.set(id, { stack, at });
    return id;
  });
}

/** The stack and image (from zero) of an address. */
export function placeOf(imageId: string): { stack: StackData; at: number } | undefined {
  return places.get(imageId);
}

/** What is known before a file is there, and is better than what it says. */
function ourMetadata(type: string, imageId: unknown): unknown {
  const place = typeof imageId === "string" ? places.get(imageId) : undefined;
  if (!place) return undefined;
  if (type === Enums.MetadataModules.VOI_LUT) return firstWindow(place.stack);
  return type === Enums.MetadataModules.IMAGE_PLANE ? planeOf(place) : undefined;
}

/** The window an image is made with, before ours is set: Cornerstone turns black and white round
    where a file records a width of 0, and fails at a width of 1. */
function firstWindow({ window }: StackData): { windowCenter: number[]; windowWidth: number[] } {
  const [centre, width] = window && window[1] >= 2 ? window : [128, 256];
  return { windowCenter: [centre], windowWidth: [width] };
}

function planeOf({ stack, at }: { stack: StackData; at: number }): unknown {
  const position = stack.positions?.[at];
  const { orientation, spacing } = stack;
  if (!position || !orientation || !spacing) return undefined;
  return {
    frameOfReferenceUID: stack.space,
    rows: stack.rows,
    columns: stack.columns,
    imageOrientationPatient: orientation,
    rowCosines: orientation.slice(0, 3),
    columnCosines: orientation.slice(3),
    imagePositionPatient: position,
    sliceThickness: stack.thickness ?? undefined,
    pixelSpacing: spacing,
    rowPixelSpacing: spacing[0],
    columnPixelSpacing: spacing[1],
  };
}

/** Bytes of decoded images that may be kept. */
export function memoryBudget(): number {
  const gigabytes = (navigator as Navigator & { deviceMemory?: number }).deviceMemory ?? 4;
  return (gigabytes >= 8 ? 768 : gigabytes >= 4 ? 384 : 192) * MEBIBYTE;
}

export class Engine {
  readonly rendering: RenderingEngine;
  private readonly group;
  private isCramped = false;

  constructor(words: Words, units: (imageId: string) => string) {
    initCore({ rendering: { webGlContextCount: 1 } } as Parameters<typeof initCore>[0]);
    cache.setMaxCacheSize(memoryBudget());
    metaData.addProvider(ourMetadata, 20_000);
    initLoader({ maxWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)) });
    initTools();
    for (const tool of [
      AngleTool,
      EllipticalROITool,
      LengthTool,
      PanTool,
      ProbeTool,
      RectangleROITool,
      ReferenceLinesTool,
      WindowLevelTool,
      ZoomTool,
    ]) {
      addTool(tool);
    }
    const group = ToolGroupManager.createToolGroup(GROUP);
    if (!group) throw new Error("tool group exists already");
    this.group = group;
    for (const name of [WindowLevelTool.toolName, PanTool.toolName]) group.addTool(name);
    group.addTool(ZoomTool.toolName, { pinchToZoom: true, pan: true, zoomToCenter: true });
    const lines = textLines(words, units, (data) => this.isBrief(data));
    for (const name of MEASURING) {
      group.addTool(DRAGGED[name] ?? "", { getTextLines: lines[name] });
    }
    group.addTool(ReferenceLinesTool.toolName);
    styleAnnotations();
    this.rendering = new RenderingEngine(ENGINE);
  }

  /** Where panes share the screen, words beside a measurement are smaller, and all of them stand at
      the chosen one only. */
  cramp(isCramped: boolean): void {
    this.isCramped = isCramped;
    styleAnnotations(isCramped ? 12 : 14);
  }

  private isBrief(data: object): boolean {
    if (!this.isCramped) return false;
    const made = annotation.state.getAllAnnotations().find((one) => one.data === data);
    if (!made || made.highlighted) return false;
    return !annotation.selection.isAnnotationSelected(made.annotationUID ?? "");
  }

  addViewport(id: string): void {
    this.group.addViewport(id, ENGINE);
  }

  removeViewport(id: string): void {
    this.group.removeViewports(ENGINE, id);
  }

  /** What dragging with the first button or one finger does. Zoom and pan keep the other buttons. */
  use(tool: ToolName): void {
    const { MouseBindings } = ToolEnums;
    const dragged = DRAGGED[tool];
    for (const [name, toolName] of Object.entries(DRAGGED)) {
      const bindings: { mouseButton?: number; numTouchPoints?: number }[] = [];
      if (toolName === dragged) {
        bindings.push({ mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 });
      }
      if (name === "zoom") {
        bindings.push({ mouseButton: MouseBindings.Secondary }, { numTouchPoints: 2 });
      }
      if (name === "pan") bindings.push({ mouseButton: MouseBindings.Auxiliary });
      // Passive first: an active tool only gains bindings.
      this.group.setToolPassive(toolName, { removeAllBindings: true });
      if (bindings.length) this.group.setToolActive(toolName, { bindings });
    }
  }

  /** Where the slice of one pane cuts the others. */
  referTo(source: string | null): void {
    if (source) {
      this.group.setToolConfiguration(ReferenceLinesTool.toolName, { sourceViewportId: source });
      this.group.setToolEnabled(ReferenceLinesTool.toolName);
    } else this.group.setToolDisabled(ReferenceLinesTool.toolName);
  }
}

function styleAnnotations(text_px = 14): void {
  const style = annotation.config.style.getDefaultToolStyles();
  annotation.config.style.setDefaultToolStyles({
    ...style,
    global: {
      ...style.global,
      color: "#f2c14e",
      colorHighlighted: "#ffe29a",
      colorSelected: "#ffe29a",
      lineWidth: "1.75",
      lineDash: "",
      textBoxColor: "#ffe29a",
      textBoxColorHighlighted: "#fff3d1",
      textBoxColorSelected: "#fff3d1",
      textBoxBackground: "rgb(8 9 11 / 0.7)",
      textBoxFontFamily: "system-ui, sans-serif",
      textBoxFontSize: `${text_px}px`,
    },
  } as Parameters<typeof annotation.config.style.setDefaultToolStyles>[0]);
}
