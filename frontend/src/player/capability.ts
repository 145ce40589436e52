import type { Sharp } from "./island";

/* Whether this device plays the thriftier codec at full size as well as the one that all play. */

interface Battery {
  charging: boolean;
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
