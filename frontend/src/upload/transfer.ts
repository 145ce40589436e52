/* One file on its way: tus in pieces, with checksums, tried again for as long as it takes. */

import * as tus from "tus-js-client";

import { packs } from "./pack";

// What a closed browser loses at most: a piece counts once its checksum is known to be right.
const PIECE_S = 4;
const SMALLEST_PIECE = 256 * 1024;
const LARGEST_PIECE = 32 * 1024 * 1024;
const RETRY_MS = [0, 1000, 2000, 4000, 8000];
// Without a byte for so long, the line is dead even if nobody has said so.
const STALLED_MS = 30_000;
const LOOK_EVERY_MS = 1000;

export interface TransferEvents {
  /** Bytes given to the line; they may not have arrived. */
  progress: (sent: number) => void;
  named: (url: string) => void;
  /** Nothing gets through just now; it is tried again and again. */
  lost: () => void;
  /** The server has acknowledged something. */
  answered: () => void;
  finished: () => void;
  /** `sentence` is the server's, empty if it had none; `final` when trying again is no use. */
  refused: (sentence: string, final: boolean) => void;
}

export interface TransferOptions {
  endpoint: string;
  purpose: string;
  /** Whether the server may know the file's name. */
  keepsName: boolean;
  firstBytes: number;
  token: () => string;
}

/** What a file is known by when it is chosen again: a pack by its content's list, others by name. */
export function fingerprint(file: File): string {
  return packs.get(file) ?? `${file.name}-${file.size}-${file.lastModified}`;
}

/** The headers of every request: who asks, and in which language to answer. */
export function headers(token: string): Record<string, string> {
  return {
    "Tus-Resumable": "1.0.0",
    "X-CSRFToken": token,
    "Accept-Language": document.documentElement.lang || "en",
  };
}

async function sha1(piece: Blob): Promise<string | null> {
  // Browsers hash on secure pages only.
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", await piece.arrayBuffer()));
  return btoa(String.fromCharCode(...digest));
}

/** What the server says about a refusal: its sentence, and its status (0 for no answer). */
function answerOf(error: Error | tus.DetailedError): [status: number, sentence: string] {
  const response = "originalResponse" in error ? error.originalResponse : null;
  if (!response) return [0, ""];
  let sentence = "";
  try {
    sentence = String(JSON.parse(response.getBody())["error"] ?? "");
  } catch {
    // A proxy's page, not ours.
  }
  return [response.getStatus(), sentence];
}

function passes(status: number): boolean {
  // No answer, somebody else at it, damaged on the way, server away: all of it passes.
  return status === 0 || [400, 408, 409, 423, 429, 460].includes(status) || (status >= 500 && status !== 507);
}

export class Transfer {
  private readonly upload: tus.Upload;
  private digest: string | null = null;
  private pieceBegan = 0;
  private heardAt = 0;
  private watchdog = 0;
  private failures = 0;

  constructor(
    file: File,
    url: string | null,
    options: TransferOptions,
    private readonly events: TransferEvents,
  ) {
    this.upload = new tus.Upload(file, {
      endpoint: options.endpoint,
      uploadUrl: url,
      // What is no recording shows in the first bytes: a short first piece lets the server say so.
      chunkSize: options.firstBytes,
      retryDelays: [...RETRY_MS, ...Array<number>(5000).fill(10_000)],
      storeFingerprintForResuming: false,
      metadata: {
        purpose: options.purpose,
        fingerprint: fingerprint(file),
        ...(options.keepsName ? { filename: file.name, filetype: file.type } : {}),
      },
      fileReader: {
        openFile: async (source: File) => ({
          size: source.size,
          slice: async (start: number, end: number) => {
            const value = source.slice(start, end);
            this.digest = await sha1(value);
            this.pieceBegan = performance.now();
            return { value, done: end >= source.size };
          },
          close: () => undefined,
        }),
      },
      onBeforeRequest: (request) => {
        const common = headers(options.token());
        for (const name of ["X-CSRFToken", "Accept-Language"]) request.setHeader(name, common[name] ?? "");
        if (request.getMethod() === "PATCH" && this.digest) {
          request.setHeader("Upload-Checksum", `sha1 ${this.digest}`);
        }
      },
      onUploadUrlAvailable: () => {
        if (this.upload.url) events.named(this.upload.url);
      },
      onProgress: (sent) => {
        this.heardAt = performance.now();
        events.progress(sent);
      },
      onAfterResponse: () => {
        this.heardAt = performance.now();
      },
      onChunkComplete: (size) => {
        this.failures = 0;
        events.answered();
        this.adapt(size);
      },
      onShouldRetry: (error) => {
        const [status] = answerOf(error);
        // One cut is mended at once and need not trouble anybody.
        this.failures += status === 0 ? 1 : 0;
        if (this.failures > 1 || !navigator.onLine) events.lost();
        return passes(status);
      },
      onSuccess: () => {
        this.stopWatching();
        events.finished();
      },
      onError: (error) => {
        this.stopWatching();
        const [status, sentence] = answerOf(error);
        events.refused(sentence, ![401, 403, 507].includes(status) && !passes(status));
      },
    });
  }

  start(): void {
    this.heardAt = performance.now();
    this.failures = 0;
    this.stopWatching();
    this.watchdog = window.setInterval(() => this.watch(), LOOK_EVERY_MS);
    this.upload.start();
  }

  /** Stop sending; what has arrived stays, and `start` goes on. */
  async pause(): Promise<void> {
    this.stopWatching();
    await this.upload.abort();
  }

  private adapt(size: number): void {
    const took_s = Math.max(0.05, (performance.now() - this.pieceBegan) / 1000);
    const fitting = Math.min((size * PIECE_S) / took_s, 4 * size);
    this.upload.options.chunkSize = Math.round(
      Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, fitting)),
    );
  }

  private watch(): void {
    // The browser's own event may have come before this began, or not at all.
    if (!navigator.onLine) this.events.lost();
    if (performance.now() - this.heardAt < STALLED_MS || !navigator.onLine) return;
    this.heardAt = performance.now();
    this.events.lost();
    void this.upload.abort().then(() => this.upload.start());
  }

  private stopWatching(): void {
    window.clearInterval(this.watchdog);
  }
}

/** Have the server forget an upload; false if it could not be reached. */
export async function forget(url: string, token: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: "DELETE", headers: headers(token) });
    return answer.ok || answer.status === 410;
  } catch {
    return false;
  }
}
