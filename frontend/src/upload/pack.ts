/* Many files as one archive, made while it is sent: a ZIP without compression (PKWARE's APPNOTE
   6.3.10) whose parts are the files themselves, so that nothing is copied into memory. Entries have
   numbers for names, in the order of the files' paths: names of files tell patients. The same files
   chosen again make the same bytes, and an upload that broke off goes on. */

/** Fingerprints of archives that were made here. */
export const packs = new WeakMap<File, string>();
/** Where files of a dropped folder lie in it; the browser says that of chosen folders only. */
const droppedPaths = new WeakMap<File, string>();

const ZIP_TYPE = "application/zip";
const READ_AT_ONCE = 4 * 1024 * 1024;
// What file managers leave in folders, and the directory of a medium, which holds no picture.
const NO_IMAGES = /(^|\/)(\.[^/]*|thumbs\.db|desktop\.ini|dicomdir|autorun\.inf)$|(^|\/)__macosx\//i;
const FOUR_GIGABYTES = 0xffffffff;
const MOST_ENTRIES = 0xffff;

interface PackOptions {
  name: (count: number) => string;
  /** From 0 to 1, of what has been read. */
  progress: (share: number) => void;
}

interface Entry {
  crc: number;
  size: number;
  offset: number;
}

/** One archive of `files`, or the only file if that is one already; null if none is of use. */
export async function pack(files: File[], options: PackOptions): Promise<File | null> {
  const wanted = files
    .map((file) => ({ file, path: droppedPaths.get(file) || file.webkitRelativePath || file.name }))
    .filter(({ file, path }) => file.size > 0 && !NO_IMAGES.test(path))
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  if (!wanted.length) return null;
  const print = await digest(
    wanted.map(({ file, path }) => `${path}\t${file.size}\t${file.lastModified}`).join("\n"),
  );
  const only = wanted.length === 1 ? wanted[0] : undefined;
  const made =
    only && (await isZip(only.file))
      ? new File([only.file], options.name(1), { type: ZIP_TYPE })
      : await zipOf(wanted.map(({ file }) => file), options);
  packs.set(made, print);
  return made;
}

async function isZip(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

async function zipOf(files: File[], options: PackOptions): Promise<File> {
  if (files.length > MOST_ENTRIES) throw new RangeError("more files than an archive holds");
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const parts: BlobPart[] = [];
  const entries: Entry[] = [];
  let [offset, read] = [0, 0];
  for (const [number, file] of files.entries()) {
    const crc = await crc32(file, (length) => {
      read += length;
      options.progress(read / total);
    });
    const head = localHeader(nameOf(number), crc, file.size);
    parts.push(head, file);
    entries.push({ crc, size: file.size, offset });
    offset += head.length + file.size;
  }
  parts.push(...directory(entries, offset));
  return new File(parts, options.name(files.length), { type: ZIP_TYPE });
}

function nameOf(number: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(String(number).padStart(6, "0"));
}

/** Numbers of two, four or eight bytes, lowest byte first. */
function record(...fields: [width: 2 | 4 | 8, value: number][]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

// 1 January 1980: the time of a file is nobody's business, and the same files make the same bytes.
const NO_TIME: [2, number][] = [
  [2, 0],
  [2, 0x21],
];

function localHeader(name: Uint8Array, crc: number, size: number): Uint8Array<ArrayBuffer> {
  const head = record([4, 0x04034b50], [2, 20], [2, 0], [2, 0], ...NO_TIME, [4, crc], [4, size], [4, size], [2, name.length], [2, 0]);
  return joined(head, name);
}

/** The list at the end; places beyond four gigabytes are told in the ZIP64 way. */
function directory(entries: Entry[], start: number): Uint8Array<ArrayBuffer>[] {
  const list = entries.map(({ crc, size, offset }, number) => {
    const name = nameOf(number);
    const far = offset >= FOUR_GIGABYTES;
    const extra = far ? record([2, 1], [2, 8], [8, offset]) : new Uint8Array();
    const head = record(
      [4, 0x02014b50], [2, 45], [2, far ? 45 : 20], [2, 0], [2, 0], ...NO_TIME, [4, crc], [4, size], [4, size],
      [2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, far ? FOUR_GIGABYTES : offset],
    );
    return joined(head, name, extra);
  });
  const size = list.reduce((sum, entry) => sum + entry.length, 0);
  const count = entries.length;
  const far = start >= FOUR_GIGABYTES;
  if (far) {
    list.push(
      record([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, start]),
      record([4, 0x07064b50], [4, 0], [8, start + size], [4, 1]),
    );
  }
  const told = far ? FOUR_GIGABYTES : start;
  list.push(record([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, told], [2, 0]));
  return list;
}

function joined(...pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

async function crc32(file: Blob, onRead: (length: number) => void): Promise<number> {
  let crc = 0xffffffff;
  for (let start = 0; start < file.size; start += READ_AT_ONCE) {
    const piece = new Uint8Array(await file.slice(start, start + READ_AT_ONCE).arrayBuffer());
    for (const byte of piece) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
    onRead(piece.length);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A number for the list of files, from which no name can be read. */
async function digest(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  // Browsers hash on secure pages only; a sum tells files apart as well, if not as surely.
  if (!globalThis.crypto?.subtle) {
    return (await crc32(new Blob([bytes]), () => undefined)).toString(16).padStart(64, "0");
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** All files of a drop, folders with all that is in them. */
export async function filesOf(dropped: DataTransfer): Promise<File[]> {
  // Entries are gone once this turn of the browser's loop has ended: take them all at once.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const loose = [...dropped.files];
  if (!entries.length) return loose;
  const found: File[] = [];
  for (const entry of entries) await gather(entry, found);
  return found;
}

async function gather(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    droppedPaths.set(file, entry.fullPath.replace(/^\//, ""));
    found.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives a hundred at a time, and none when it has given all.
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return;
    for (const inner of some) await gather(inner, found);
  }
}
