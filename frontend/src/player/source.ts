/* HLS: by the browser itself where it can, else by hls.js, loaded only then. */

import type Hls from "hls.js";

const HLS_TYPE = "application/vnd.apple.mpegurl";

export interface Quality {
  index: number;
  height: number;
  kbps: number;
}

/** Present only when hls.js plays; browsers that play HLS themselves choose quality themselves. */
export interface Streaming {
  qualities: Quality[];
  choose(index: number): void;
}

export async function attach(
  video: HTMLVideoElement,
  onReady: (streaming: Streaming) => void,
): Promise<void> {
  const source = video.querySelector<HTMLSourceElement>(`source[type="${HLS_TYPE}"]`);
  if (!source || video.canPlayType(HLS_TYPE)) return;
  const { default: HlsPlayer } = await import("hls.js");
  // Without Media Source Extensions the MP4 <source> plays on.
  if (!HlsPlayer.isSupported()) return;

  const paused = video.paused;
  const at_s = video.currentTime;
  // Segments are fragmented MP4 already, so there is no remuxing worth a worker (whose blob:
  // address the content security policy would refuse).
  const hls: Hls = new HlsPlayer({ enableWorker: false, startPosition: at_s || -1 });
  hls.on(HlsPlayer.Events.MANIFEST_PARSED, () => {
    onReady({
      qualities: hls.levels
        .map((level, index) => ({ index, height: level.height, kbps: level.bitrate / 1000 }))
        .sort((a, b) => b.height - a.height || b.kbps - a.kbps),
      choose: (index) => {
        hls.currentLevel = index;
      },
    });
    if (!paused) void video.play();
  });
  hls.on(HlsPlayer.Events.ERROR, (_event, data) => {
    if (!data.fatal) return;
    if (data.type === HlsPlayer.ErrorTypes.NETWORK_ERROR) {
      window.setTimeout(() => hls.startLoad(), 3000);
    } else if (data.type === HlsPlayer.ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
    } else {
      hls.destroy();
      video.dispatchEvent(new Event("error"));
    }
  });
  hls.loadSource(source.src);
  hls.attachMedia(video);
}
