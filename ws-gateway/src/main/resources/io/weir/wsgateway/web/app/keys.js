/* Keys that work on every page: ? for help, g and a letter to go, / to search. */
import { h, useEffect, useRef } from "./dom.js";
import { t } from "./i18n.js";
import { go } from "./route.js";
import { isReplay } from "./store.js";
import { Sheet } from "./toast.js";

const PLACES = { o: "overview", c: "connections", h: "history", e: "exchanges", r: "rules", u: "usage", l: "logs" };
const TOGETHER_MS = 1200;

const isTyping = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");

/** Listens while the shell is there. The search field of a page is the input with `data-search`. */
export function useKeys(onHelp) {
  const went = useRef(0);
  useEffect(() => {
    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && event.target.matches?.("[data-search]")) event.target.blur();
      if (isTyping(event.target)) return;
      const isSecond = Date.now() - went.current < TOGETHER_MS;
      went.current = 0;
      if (isSecond && PLACES[event.key]) go(PLACES[event.key]);
      else if (event.key === "g") went.current = Date.now();
      else if (event.key === "?") onHelp();
      else if (event.key === "/") document.querySelector("[data-search]")?.focus();
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

const KEYS = [
  ["g o", "nav.overview"], ["g c", "nav.connections"], ["g h", "nav.history"], ["g e", "nav.exchanges"], ["g r", "nav.rules"], ["g u", "nav.usage"], ["g l", "nav.logs"],
  ["/", "keys.search"], ["↑ ↓", "keys.rows"], ["PgUp PgDn Home End", "keys.pages"], ["Enter", "keys.open"], ["← →", "keys.tree"], ["x", "keys.close"], ["Esc", "keys.escape"], ["?", "help"],
];
const REPLAY_KEYS = [["Space", "replay.keys.play"], ["← →", "replay.keys.leap"], [".", "replay.keys.step"]];

export function Help({ onClose }) {
  return h(Sheet, { title: t("keys.title"), test: "help", onClose }, h("dl.keys", (isReplay() ? [...KEYS.filter(([, text]) => text !== "keys.close"), ...REPLAY_KEYS] : KEYS).map(([keys, text]) =>
    h("div", { key: text }, h("dt", keys.split(" ").map((key) => h("kbd", { key }, key))), h("dd", t(text))))));
}
