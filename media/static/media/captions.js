/* Captions as rows beside the video. The text field below stays what is sent, and works alone. */
(() => {
  const form = document.querySelector("[data-captions]");
  if (!form) return;
  const field = form.querySelector("[data-captions-text] textarea");
  const textPart = form.querySelector("[data-captions-text]");
  const list = form.querySelector("[data-captions-rows]");
  const note = form.querySelector("[data-captions-note]");
  const asText = form.querySelector("[data-as-text]");
  const template = form.querySelector("[data-captions-row]");
  const video = form.querySelector("[data-captions-video]");
  const draftNotice = form.querySelector("[data-captions-draft]");
  const draftKey = `viewbox-captions-${form.dataset.captions}`;
  const sent = field.value;
  let sending = false;
  let track = null;

  const seconds = (clock) => {
    const match = /^\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?\s*$/.exec(clock);
    if (!match) return NaN;
    const [, hours, minutes, whole, part] = match;
    return Number(hours || 0) * 3600 + Number(minutes) * 60 + Number(whole) + Number((part || "0").padEnd(3, "0")) / 1000;
  };
  const clock = (value) => {
    const thousandths = Math.max(0, Math.round(value * 1000));
    const two = (number) => String(Math.floor(number)).padStart(2, "0");
    const rest = String(thousandths % 1000).padStart(3, "0");
    return `${two(thousandths / 3600000)}:${two((thousandths / 60000) % 60)}:${two((thousandths / 1000) % 60)}.${rest}`;
  };

  /* Null unless every block is a caption: what can't be shown in rows is edited as text. */
  function parse(text) {
    const blocks = text.replace(/\r\n?/g, "\n").split(/\n{2,}/).map((block) => block.replace(/^\n+|\n+$/g, ""));
    // SubRip is the same without a heading, with numbers above and commas within the times.
    if (/^\ufeff?WEBVTT/.test(blocks[0] || "")) blocks.shift();
    const cues = [];
    for (const block of blocks.filter(Boolean)) {
      const lines = block.split("\n");
      if (!lines[0].includes("-->") && (lines[1] || "").includes("-->")) lines.shift();
      const match = /^(\S+)\s+-->\s+(\S+)(?:\s+(.*))?$/.exec(lines[0]);
      if (!match || Number.isNaN(seconds(match[1])) || Number.isNaN(seconds(match[2]))) return null;
      cues.push({ start: seconds(match[1]), end: seconds(match[2]), settings: match[3] || "", text: lines.slice(1).join("\n") });
    }
    return cues;
  }

  const rows = () => [...list.children];
  const part = (row, name) => row.querySelector(`[data-${name}]`);
  const cueOf = (row) => ({
    start: seconds(part(row, "start").value),
    end: seconds(part(row, "end").value),
    settings: row.dataset.settings || "",
    text: part(row, "text").value.replace(/\n{2,}/g, "\n").trim(),
  });

  function makeRow(cue) {
    const row = template.content.firstElementChild.cloneNode(true);
    part(row, "start").value = clock(cue.start);
    part(row, "end").value = clock(cue.end);
    part(row, "text").value = cue.text;
    row.dataset.settings = cue.settings || "";
    return row;
  }

  function check(row) {
    const { start, end } = cueOf(row);
    const fault = part(row, "fault");
    const isMalformed = Number.isNaN(start) || Number.isNaN(end);
    const isWrong = isMalformed || end <= start;
    fault.textContent = isMalformed ? fault.dataset.malformed : isWrong ? fault.dataset.words : "";
    for (const name of ["start", "end"]) part(row, name).setAttribute("aria-invalid", String(isWrong));
  }

  /* Rows as they stand, times included that can't be read yet: the server names their line. */
  function text() {
    const all = rows().map((row) => ({ row, at: cueOf(row).start })).filter(({ row }) => cueOf(row).text);
    all.sort((one, other) => (one.at || 0) - (other.at || 0));
    const block = ({ row }) => {
      const cue = cueOf(row);
      const time = (value, name) => (Number.isNaN(value) ? part(row, name).value.trim() : clock(value));
      return `${time(cue.start, "start")} --> ${time(cue.end, "end")} ${cue.settings}`.trim() + `\n${cue.text}\n`;
    };
    return ["WEBVTT\n", ...all.map(block)].join("\n");
  }

  function preview() {
    if (!video) return;
    track = track || video.addTextTrack("captions", "");
    track.mode = "showing";
    for (const cue of [...(track.cues || [])]) track.removeCue(cue);
    for (const row of rows()) {
      const cue = cueOf(row);
      if (cue.end > cue.start && cue.text) track.addCue(new VTTCue(cue.start, cue.end, cue.text));
    }
  }

  let waiting = 0;
  function changed() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (!list.hidden) {
        field.value = text();
        preview();
      }
      try {
        if (field.value === sent) localStorage.removeItem(draftKey);
        else localStorage.setItem(draftKey, field.value);
      } catch {
        // A browser that keeps nothing still warns before leaving.
      }
    }, 400);
  }

  function showRows() {
    const cues = parse(field.value);
    if (!cues) return false;
    list.replaceChildren(...cues.map(makeRow));
    if (!cues.length) list.append(makeRow({ start: 0, end: 3, text: "" }));
    rows().forEach(check);
    preview();
    list.hidden = false;
    textPart.hidden = true;
    asText.textContent = asText.dataset.text;
    note.textContent = "";
    return true;
  }

  function showText() {
    if (!list.hidden) field.value = text();
    list.hidden = true;
    textPart.hidden = false;
    asText.textContent = asText.dataset.rows;
  }

  /* The line that the server found fault with, selected and in sight. */
  function showLine(number) {
    showText();
    const lines = field.value.split("\n");
    const from = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    field.focus();
    field.setSelectionRange(from, from + (lines[number - 1] || "").length);
    field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, number - 4);
  }

  const faults = [...form.querySelectorAll("[data-line]")];
  for (const fault of faults) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "captions__line";
    button.append(...fault.childNodes);
    button.addEventListener("click", () => showLine(Number(fault.dataset.line)));
    fault.append(button);
  }

  const actions = {
    play(row) {
      if (!video) return;
      video.currentTime = cueOf(row).start;
      void video.play();
    },
    start: (row) => video && (part(row, "start").value = clock(video.currentTime)),
    end: (row) => video && (part(row, "end").value = clock(video.currentTime)),
    split(row) {
      const cue = cueOf(row);
      const area = part(row, "text");
      const at = area.selectionStart || Math.floor(area.value.length / 2);
      const middle = cue.start + ((cue.end - cue.start) * at) / Math.max(1, area.value.length);
      row.after(makeRow({ ...cue, start: middle, text: area.value.slice(at).trim() }));
      area.value = area.value.slice(0, at).trim();
      part(row, "end").value = clock(middle);
    },
    merge(row) {
      const next = row.nextElementSibling;
      if (!next) return;
      part(row, "end").value = clock(Math.max(cueOf(row).end, cueOf(next).end) || 0);
      part(row, "text").value = `${cueOf(row).text}\n${cueOf(next).text}`.trim();
      next.remove();
    },
    add(row) {
      const { end } = cueOf(row);
      const made = makeRow({ start: end || 0, end: (end || 0) + 3, text: "" });
      row.after(made);
      part(made, "text").focus();
    },
    remove(row) {
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      if (next) part(next, "text").focus();
    },
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const row = button.closest("li");
    actions[button.dataset.act](row);
    rows().forEach(check);
    changed();
  });
  list.addEventListener("input", (event) => {
    check(event.target.closest("li"));
    changed();
  });
  field.addEventListener("input", changed);
  asText.addEventListener("click", () => {
    if (!list.hidden) showText();
    else if (!showRows()) {
      note.textContent = note.dataset.words;
      field.focus();
    }
  });
  video?.addEventListener("timeupdate", () => {
    for (const row of rows()) {
      const cue = cueOf(row);
      row.toggleAttribute("data-current", cue.start <= video.currentTime && video.currentTime < cue.end);
    }
  });
  form.addEventListener("submit", () => {
    if (!list.hidden) field.value = text();
    sending = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && (list.hidden ? field.value : text()) !== sent && field.value !== sent) event.preventDefault();
  });

  asText.hidden = false;
  // With faults by line, the lines are what one wants to see.
  if (faults.length || !showRows()) showText();
  let draft = null;
  try {
    draft = localStorage.getItem(draftKey);
  } catch {
    draft = null;
  }
  if (draft && draft !== sent) {
    draftNotice.hidden = false;
    draftNotice.querySelector("[data-take]").addEventListener("click", () => {
      field.value = draft;
      if (!showRows()) showText();
      draftNotice.hidden = true;
    });
    draftNotice.querySelector("[data-discard]").addEventListener("click", () => {
      localStorage.removeItem(draftKey);
      draftNotice.hidden = true;
    });
  } else if (draft) localStorage.removeItem(draftKey);
})();
