/* The bar with which a replay is played: what time it is there, play and pause, one step, the speed, and a bar to go to any time. */
import { post } from "./api.js";
import { h, icon, useEffect, useRef, useState } from "./dom.js";
import { clockMillis, dateTime, exactTime, safe } from "./format.js";
import { t } from "./i18n.js";
import { now } from "./now.js";
import { isReplay, store, takeReplay, useStore, useTick } from "./store.js";
import { toast } from "./toast.js";

const SPEEDS = [1, 10, 100, "max"];
const PLAY = "M7 4.5v15l12-7.5z", PAUSE = "M8 5v14M16 5v14", STEP = "M6 5v14l9-7zM18.5 5v14", AGAIN = "M4 12a8 8 0 1 0 2.6-5.9L4 8.5m0-5v5h5";
const LEAP_MS = 10_000, LONG_LEAP_MS = 60_000;

/** Sends one order after the other; of several places to go to that wait, the last one. */
let busy = false, waiting = null;

async function order(body) {
  if (busy) {
    waiting = body.action === "seek" || !waiting ? body : waiting;
    return;
  }
  busy = true;
  try {
    takeReplay(await post("/api/replay", body));
  } catch (e) {
    toast(t("failed", { why: e.status ? safe(e.message) : t("unreachable") }), "bad");
  }
  busy = false;
  const next = waiting;
  waiting = null;
  if (next) order(next);
}

const seek = (at) => order({ action: "seek", at: Math.round(at) });
const toggle = () => order({ action: store.replay.state === "playing" ? "pause" : "play" });
const step = () => order({ action: "step" });

/** Above each page, when history is played. */
export function Player() {
  const { replay } = useStore(["replay", "build", "connection"]);
  usePlayerKeys();
  if (!isReplay()) return null;
  return h("section.player", { "aria-label": t("replay.player"), "data-test": "player", "data-state": replay?.state },
    replay ? h(Controls, { replay }) : h("span.small", t("loading")));
}

function Controls({ replay }) {
  const [drag, setDrag] = useState(null), isPlaying = replay.state === "playing", isOver = replay.state === "ended", off = store.connection.state !== "live";
  useTick(isPlaying ? 100 : 1000);
  const at = drag ?? now();
  const label = t(isPlaying ? "replay.pause" : isOver ? "replay.again" : "replay.play");
  return [
    h("div.player-buttons",
      h("button.primary.player-toggle", { type: "button", disabled: off, title: label, "aria-label": label, "data-test": "player-toggle", onClick: toggle }, icon(isPlaying ? PAUSE : isOver ? AGAIN : PLAY)),
      h("button", { type: "button", disabled: off || isOver, title: t("replay.step"), "aria-label": t("replay.step"), "data-test": "player-step", onClick: step }, icon(STEP))),
    h("div.player-when",
      h("time.player-time", { datetime: new Date(at).toISOString(), title: exactTime(at), "data-test": "player-time", "data-at": Math.round(at) }, dateTime(at)),
      h("span.small", { "data-test": "player-sequence", "data-sequence": replay.sequence }, t("replay.sequence", { n: replay.sequence }), isOver ? " · " + t("replay.ended") : "",
        replay.error ? h("span.bad", " ", safe(replay.error)) : null)),
    h(Scrubber, { replay, at, off, setDrag }),
    h("div.segments", { role: "group", "aria-label": t("replay.speed") }, SPEEDS.map((speed) =>
      h("button", { key: speed, type: "button", disabled: off, "aria-pressed": String(replay.speed === speed), "data-test": "player-speed-" + speed, onClick: () => order({ action: "speed", speed }) },
        speed === "max" ? t("replay.max") : speed + "×"))),
  ];
}

/** All that was recorded, from left to right. While it is dragged, the dashboard follows. */
function Scrubber({ replay, at, off, setDrag }) {
  const [tip, setTip] = useState(null), box = useRef(null);
  const { from, to } = replay, span = Math.max(1, to - from);
  const point = (event) => {
    const { left, width } = box.current.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (event.clientX - left) / Math.max(1, width)));
    setTip({ part, at: from + part * span });
  };
  return h("div.scrub", { ref: box, onPointerMove: point, onPointerLeave: () => setTip(null) },
    h("input.scrub-range", {
      type: "range", min: 0, max: span, step: 1, value: Math.max(0, Math.min(span, at - from)), disabled: off, "aria-label": t("replay.scrub"), "aria-valuetext": dateTime(at), "data-test": "player-scrub",
      onInput: (event) => { const wanted = from + Number(event.target.value); setDrag(wanted); seek(wanted); },
      onChange: (event) => { setDrag(null); seek(from + Number(event.target.value)); },
    }),
    h("div.scrub-ends.small", h("span", dateTime(from)), h("span", dateTime(to))),
    tip ? h("span.scrub-tip", { style: { left: tip.part * 100 + "%" }, "data-test": "player-tip" }, span < 3_600_000 ? clockMillis(tip.at) : dateTime(tip.at)) : null);
}

const TAKES_KEYS = "input, textarea, select, dialog, [contenteditable]";

/** Space plays and halts, arrows leap, the full stop is one step. A control, or a table, that has the focus keeps its own keys. */
function usePlayerKeys() {
  useEffect(() => {
    function onKey(event) {
      if (!store.replay || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TAKES_KEYS)) return;
      const isControl = event.target.closest?.("button, a, [role=grid], [role=treegrid]"), leap = event.shiftKey ? LONG_LEAP_MS : LEAP_MS;
      if (event.key === " " && !isControl) toggle();
      else if (event.key === "ArrowLeft" && !isControl) seek(now() - leap);
      else if (event.key === "ArrowRight" && !isControl) seek(now() + leap);
      else if (event.key === ".") step();
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
