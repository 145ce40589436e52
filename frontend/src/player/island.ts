/* What the server tells a player: media/playing.py writes it, as JSON in the page. */

export interface SlideImage {
  url: string;
  width: number;
  height: number;
  type: string;
}

export interface Slide {
  start_s: number;
  end_s: number;
  text: string;
  /** From narrow to wide, in one or more types. */
  images: SlideImage[];
}

/** The full-size picture in the thriftier codec, as a browser is asked whether it plays it. */
export interface Sharp {
  /** As in RFC 6381. */
  codec: string;
  width: number;
  height: number;
  /** Bit/s. */
  bitrate: number;
  /** Pictures a second, at most. */
  framerate: number;
}

export interface Island {
  title: string;
  speaker: string;
  poster: string;
  has_picture: boolean;
  duration_s: number;
  resume_at_s: number;
  /** Whose record is kept on this device; empty for visitors. */
  viewer: string;
  sources: { auto: string; av1?: string; saver?: string; audio?: string };
  av1: Sharp | null;
  slides: Slide[];
  /** Addresses; empty where there is none. */
  storyboard: string;
  waveform: string;
  chapters: string;
  watch: string;
  bookmarks: string;
  words: Record<string, string>;
}

/** A sentence of the page's language with its gaps filled in order. */
export function fill(sentence: string | undefined, ...values: string[]): string {
  return values.reduce((text, value) => text.replace("{}", value), sentence ?? "{}");
}
