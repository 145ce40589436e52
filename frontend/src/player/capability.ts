import type { Sharp } from "./island";

/* What this browser decodes: the codecs that nearly all have, those of our thriftiest rendition, and
   whether this device plays the thriftier codec at full size as well as the one that all play. */

interface Battery {
  charging: boolean;
}

/** H.264 and AAC, which browsers built without licensed codecs lack, by any way of playing. */
export function decodesCommon(video: HTMLVideoElement, hasPicture: boolean): boolean {
  return decodes(video, hasPicture ? ["avc1.64001f", "mp4a.40.2"] : ["mp4a.40.2"]);
}

/** AV1 and Opus, in which there is a saver too, for browsers without the common ones. */
export function decodesFree(video: HTMLVideoElement, hasPicture: boolean): boolean {
  return decodes(video, hasPicture ? ["av01.0.05M.08", "opus"] : ["opus"]);
}

function decodes(video: HTMLVideoElement, codecs: string[]): boolean {
  const kind = codecs.length > 1 ? "video" : "audio";
  const type = `${kind}/mp4; codecs="${codecs.join(", ")}"`;
  return (
    video.canPlayType(type) !== "" || ("MediaSource" in window && MediaSource.isTypeSupported(type))
  );
}

/** True where the browser promises a smooth picture that costs no battery worth speaking of. */
export async function playsWell(av1: Sharp, type: "file" | "media-source"): Promise<boolean> {
  try {
    const told = await navigator.mediaCapabilities.decodingInfo({
      type,
      video: {
        contentType: `video/mp4; codecs="${av1.codec}"`,
        width: av1.width,
        height: av1.height,
        bitrate: av1.bitrate,
        framerate: av1.framerate,
      },
    });
    return told.supported && told.smooth && (told.powerEfficient || (await onMains()));
  } catch {
    // A browser that can't say is given what every browser plays.
    return false;
  }
}

/** Plugged in, or, where the browser keeps that to itself, a desk with mouse or touchpad. */
async function onMains(): Promise<boolean> {
  const { getBattery } = navigator as unknown as { getBattery?: () => Promise<Battery> };
  try {
    if (getBattery) return (await getBattery.call(navigator)).charging;
  } catch {
    // Refused by the page's permissions.
  }
  return matchMedia("(pointer: fine) and (hover: hover)").matches;
}
