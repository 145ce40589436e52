/* As much of HLS (RFC 8216) as our own thin playlists use: one picture, one sound, fragmented MP4. */

export interface Segment {
  url: string;
  start_s: number;
  end_s: number;
}

export interface Track {
  /** As SourceBuffers want it: `video/mp4; codecs="…"`. */
  type: string;
  init: string;
  segments: Segment[];
}

const SOUND = /^(mp4a|opus|ac-3|ec-3|flac)/i;

/** The tracks of a playlist; null where it needs more than is known here, or what won't decode. */
export async function readTracks(url: string, signal: AbortSignal): Promise<Track[] | null> {
  const text = await load(url, signal);
  if (!text.includes("#EXT-X-STREAM-INF")) {
    const track = media(text, url, "");
    if (!track) return null;
    const codec = await soundOf(track.init, signal);
    track.type = `audio/mp4; codecs="${codec}"`;
    return MediaSource.isTypeSupported(track.type) ? [track] : null;
  }
  const variant = thriftiest(text);
  if (!variant) return null;
  const sound = variant.codecs.filter((codec) => SOUND.test(codec)).join(",");
  const picture = variant.codecs.filter((codec) => !SOUND.test(codec)).join(",");
  const wanted: [string, string][] = [];
  if (picture) wanted.push([variant.uri, `video/mp4; codecs="${picture}"`]);
  const soundUri = variant.group ? groupUri(text, variant.group) : picture ? "" : variant.uri;
  if (sound && soundUri) wanted.push([soundUri, `audio/mp4; codecs="${sound}"`]);
  // Picture and sound in one file are for players that know more.
  if (picture && sound && !soundUri) return null;
  const tracks = await Promise.all(
    wanted.map(async ([uri, type]) => {
      const address = new URL(uri, new URL(url, location.href)).href;
      return media(await load(address, signal), address, type);
    }),
  );
  return tracks.every((track) => track !== null) && tracks.length ? (tracks as Track[]) : null;
}

async function load(url: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return answer.text();
}

interface Variant {
  uri: string;
  codecs: string[];
  group: string;
  bandwidth: number;
}

/** Of the variants that this browser decodes, the one that asks least of the line. */
function thriftiest(text: string): Variant | null {
  const lines = text.split(/\r?\n/);
  const variants: Variant[] = [];
  lines.forEach((line, index) => {
    if (!line.startsWith("#EXT-X-STREAM-INF:")) return;
    const codecs = (/CODECS="([^"]*)"/.exec(line)?.[1] ?? "").split(",").filter(Boolean);
    const plays = codecs.every((codec) =>
      MediaSource.isTypeSupported(`${SOUND.test(codec) ? "audio" : "video"}/mp4; codecs="${codec}"`),
    );
    if (!codecs.length || !plays) return;
    variants.push({
      uri: lines[index + 1] ?? "",
      codecs,
      group: /AUDIO="([^"]*)"/.exec(line)?.[1] ?? "",
      bandwidth: Number(/[:,]BANDWIDTH=(\d+)/.exec(line)?.[1] ?? Infinity),
    });
  });
  return variants.sort((a, b) => a.bandwidth - b.bandwidth)[0] ?? null;
}

function groupUri(text: string, group: string): string {
  const line = text
    .split(/\r?\n/)
    .find((l) => l.startsWith("#EXT-X-MEDIA:") && l.includes(`GROUP-ID="${group}"`));
  return /URI="([^"]*)"/.exec(line ?? "")?.[1] ?? "";
}

function media(text: string, url: string, type: string): Track | null {
  if (/#EXT-X-(BYTERANGE|KEY|DISCONTINUITY)\b/.test(text)) return null;
  const init = /#EXT-X-MAP:URI="([^"]*)"/.exec(text)?.[1];
  if (!init || !text.includes("#EXT-X-ENDLIST")) return null;
  const base = new URL(url, location.href);
  const segments: Segment[] = [];
  let at_s = 0;
  let length_s = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXTINF:")) length_s = parseFloat(line.slice(8));
    else if (line && !line.startsWith("#")) {
      const url = new URL(line, base).href;
      segments.push({ url, start_s: at_s, end_s: at_s + length_s });
      at_s += length_s;
    }
  }
  return { type, init: new URL(init, base).href, segments };
}

/** What an initialisation segment of sound alone holds. */
async function soundOf(init: string, signal: AbortSignal): Promise<string> {
  const bytes = new Uint8Array(await (await fetch(init, { signal })).arrayBuffer());
  return new TextDecoder("latin1").decode(bytes).includes("Opus") ? "opus" : "mp4a.40.2";
}
