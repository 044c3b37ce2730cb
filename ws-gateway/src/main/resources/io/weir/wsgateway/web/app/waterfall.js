import { h } from "./dom.js";
import { t } from "./i18n.js";

/*
 * Where the time of an exchange went. The gateway says how long connecting and the handshake took, and when the first and
 * the last byte of the answer were there, from the start; what was between them is waiting and receiving.
 */

/**
 * @param {{connect?: number, tls?: number, firstByte?: number, lastByte?: number}} times in µs
 * @returns {{name: string, from: number, to: number}[]} the phases that there were, in µs from the start
 */
export function phasesOf(times) {
  const end = Math.max(times.lastByte ?? 0, times.firstByte ?? 0);
  const connected = Math.min(times.connect ?? 0, end);
  const secured = Math.min(connected + (times.tls ?? 0), end);
  const answered = Math.max(times.firstByte ?? end, secured);
  return [
    { name: "connect", from: 0, to: connected, is: times.connect !== undefined },
    { name: "tls", from: connected, to: secured, is: times.tls !== undefined },
    { name: "waiting", from: secured, to: answered, is: true },
    { name: "receiving", from: answered, to: end, is: times.firstByte !== undefined },
  ].filter((phase) => phase.is);
}

/** A time in µs, with three digits or so. */
export function micros(value) {
  if (value < 1000) return Math.round(value) + " µs";
  const [n, unit] = value < 999_500 ? [value / 1000, "ms"] : [value / 1e6, "s"];
  return n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0) + " " + unit;
}

/** The phases as bars on one scale, each with its name and length. */
export function Waterfall({ times }) {
  const phases = phasesOf(times), total = Math.max(1, times.lastByte ?? 0, times.firstByte ?? 0);
  const isReused = times.connect === undefined && times.firstByte !== undefined;
  return [h("ul", { key: "phases", class: "waterfall", "data-test": "waterfall" },
    phases.map(({ name, from, to }) => h("li", { key: name, "data-test": "phase-" + name },
      h("span", { class: "phase" }, t("x.phase." + name)),
      h("span", { class: "track", "aria-hidden": "true" },
        h("span", { class: "phase-bar bar-" + name, style: { left: percent(from, total), width: percent(to - from, total) } })),
      h("span", { class: "took" }, micros(to - from)))),
    h("li", { class: "sum", "data-test": "phase-total" },
      h("span", { class: "phase" }, t("x.phase.total")), h("span", { class: "track" }), h("span", { class: "took" }, micros(total)))),
  isReused && h("p", { key: "reused", class: "small" }, t("x.phase.reused"))];
}

const percent = (part, whole) => (100 * part / whole).toFixed(2) + "%";
