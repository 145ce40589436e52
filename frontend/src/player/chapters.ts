import { clock } from "./clock";
import type { Panel } from "./panel";
import type { Player } from "./playback";
import { Roster } from "./roster";
import type { Seek } from "./seek";
import { fetchVtt, indexAt, type VttCue } from "./vtt";

/* Chapters: a list beside the video, ticks in the seek bar, and the present one's name in the bar. */

export function attachChapters(player: Player, panel: Panel, seek: Seek): void {
  const body = panel.body("chapters");
  const list = body?.querySelector<HTMLElement>("[data-chapters]");
  const label = player.part("chapter");
  if (!body || !list || !player.island.chapters) return;
  player.whenCalm(() => {
    void fetchVtt(player.island.chapters).then((chapters) => {
      if (chapters.length) show(chapters);
    });
  });
  const show = (chapters: VttCue[]) => {
    const roster = new Roster(list, body, (index) => {
      const chapter = chapters[index];
      if (chapter) player.seekTo(chapter.start_s);
    });
    list.append(
      ...chapters.map((chapter) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "player__line";
        const time = document.createElement("span");
        time.className = "player__stamp";
        time.textContent = clock(chapter.start_s);
        const title = document.createElement("span");
        title.dir = "auto";
        title.textContent = chapter.text;
        button.append(time, title);
        item.append(button);
        return item;
      }),
    );
    roster.refresh();
    seek.setChapters(chapters);
    panel.offer("chapters");
    panel.onShow("chapters", () => roster.reveal());
    const follow = (at_s: number) => {
      const index = indexAt(chapters, at_s);
      roster.mark(index);
      if (label) label.textContent = chapters[index]?.text ?? "";
    };
    player.follow(follow);
    follow(player.video.currentTime);
    label?.addEventListener("click", () => panel.show("chapters"));
  };
}
