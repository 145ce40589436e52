import assert from "node:assert/strict";
import { test } from "node:test";

import { pack, packs } from "../src/upload/pack";

/* What travels instead of a folder: one archive that tells nothing of its files' names. */

const NAME = "Zebrowska";
const options = { name: (count: number) => `Files: ${count}`, progress: () => undefined };

function file(path: string, content: string | Uint8Array<ArrayBuffer>, lastModified = 1): File {
  const made = new File([content], path.split("/").at(-1) ?? "", { lastModified });
  Object.defineProperty(made, "webkitRelativePath", { value: path });
  return made;
}

async function packed(files: File[]): Promise<{ file: File; bytes: Uint8Array }> {
  const made = await pack(files, options);
  assert.ok(made);
  return { file: made, bytes: new Uint8Array(await made.arrayBuffer()) };
}

interface Entry {
  name: string;
  content: string;
  crc: number;
}

/** Reads an archive as PKWARE's note says: the end, the list, each file's own head. */
function entries(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  assert.equal(view.getUint32(end, true), 0x06054b50);
  const found: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    assert.equal(view.getUint32(at, true), 0x02014b50);
    const [crc, size] = [view.getUint32(at + 16, true), view.getUint32(at + 24, true)];
    const [nameLength, extra] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const head = view.getUint32(at + 42, true);
    assert.equal(view.getUint32(head, true), 0x04034b50);
    assert.equal(view.getUint32(head + 14, true), crc);
    const from = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
    const text = (start: number, length: number) =>
      new TextDecoder().decode(bytes.subarray(start, start + length));
    found.push({ name: text(at + 46, nameLength), content: text(from, size), crc });
    at += 46 + nameLength + extra;
  }
  assert.equal(at, end);
  return found;
}

test("entries are numbered in the order of paths, and whole", async () => {
  const { bytes } = await packed([
    file(`${NAME}/b/2.dcm`, "second"),
    file(`${NAME}/a/9.dcm`, "first"),
    file(`${NAME}/c.dcm`, "123456789"),
  ]);
  assert.deepEqual(
    entries(bytes).map(({ name, content }) => [name, content]),
    [
      ["000000", "first"],
      ["000001", "second"],
      ["000002", "123456789"],
    ],
  );
  // The check value of CRC-32, as every description of it gives it.
  assert.equal(entries(bytes)[2]?.crc, 0xcbf43926);
});

test("no name leaves the browser, in the archive, its own name or its fingerprint", async () => {
  const made = await packed([file(`${NAME}/${NAME}.dcm`, "1"), file(`${NAME}/2.dcm`, "2")]);
  const told = `${new TextDecoder("latin1").decode(made.bytes)} ${made.file.name} ${packs.get(made.file)}`;
  assert.ok(!told.includes(NAME));
  assert.match(packs.get(made.file) ?? "", /^[0-9a-f]{64}$/);
});

test("the same files chosen again make the same bytes and fingerprint, others do not", async () => {
  const chosen = () => [file("x/1.dcm", "one"), file("x/2.dcm", "two")];
  const [once, again] = [await packed(chosen()), await packed(chosen().reverse())];
  assert.deepEqual(once.bytes, again.bytes);
  assert.equal(packs.get(once.file), packs.get(again.file));
  const changed = await packed([file("x/1.dcm", "one", 2), file("x/2.dcm", "two")]);
  assert.notEqual(packs.get(changed.file), packs.get(once.file));
});

test("what file managers leave, directories of media and empty files stay at home", async () => {
  const left = ["x/.DS_Store", "x/Thumbs.db", "x/DICOMDIR", "__MACOSX/x/1.dcm", "x/autorun.inf"];
  const files = [...left.map((path) => file(path, "no image")), file("x/empty", "")];
  assert.equal(await pack(files, options), null);
  assert.equal(entries((await packed([...files, file("x/1", "1")])).bytes).length, 1);
});

test("an only file that is an archive already travels as it is, under another name", async () => {
  const zip = new Uint8Array([0x50, 0x4b, 3, 4, 1, 2, 3]);
  const made = await packed([file(`${NAME}.zip`, zip)]);
  assert.deepEqual(made.bytes, zip);
  assert.equal(made.file.name, "Files: 1");
});

test("progress is told from what has been read", async () => {
  const shares: number[] = [];
  await pack([file("1", "aaaa"), file("2", "bbbb")], { ...options, progress: (share) => shares.push(share) });
  assert.deepEqual(shares, [0.5, 1]);
});
