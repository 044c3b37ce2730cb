import { h } from "./dom.js";
import { t } from "./i18n.js";

/*
 * Where the time of an exchange went. The gateway says how long connecting and the handshake took, and when the first and
 * the last byte of the answer were there, from the start; what was between them is waiting and receiving.
 *
 * The origin of an intercepted tunnel is connected before the first request is there, as its certificate is wanted. Such a
 * connection is drawn in front of the exchange; its time is on top of the total.
 */

/**
 * @param {{connect?: number, tls?: number, firstByte?: number, lastByte?: number}} times in µs
 * @returns {{phases: {name: string, from: number, to: number}[], span: number, before: number}} the phases that there were, in
 *   µs of a scale that is span long; before: how much of it was over when the exchange began
 */
export function phasesOf(times) {
  const end = Math.max(times.lastByte ?? 0, times.firstByte ?? 0), answered = times.firstByte ?? end;
  const setUp = (times.connect ?? 0) + (times.tls ?? 0), before = setUp > answered ? setUp : 0;
  const phases = [
    { name: "connect", from: 0, to: times.connect ?? 0, is: times.connect !== undefined },
    { name: "tls", from: times.connect ?? 0, to: setUp, is: times.tls !== undefined },
    { name: "waiting", from: setUp, to: answered + before, is: true },
    { name: "receiving", from: answered + before, to: end + before, is: times.firstByte !== undefined },
  ];
  return { phases: phases.filter((phase) => phase.is), span: end + before, before };
}

/** A time in µs, with three digits or so. */
export function micros(value) {
  if (value < 1000) return Math.round(value) + " µs";
  const [n, unit] = value < 999_500 ? [value / 1000, "ms"] : [value / 1e6, "s"];
  return n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0) + " " + unit;
}

/** The phases as bars on one scale, each with its name and length. */
export function Waterfall({ times }) {
  const { phases, span, before } = phasesOf(times), scale = Math.max(1, span);
  const isReused = times.connect === undefined && times.firstByte !== undefined;
  return [h("ul.waterfall", { key: "phases", "data-test": "waterfall" },
    phases.map(({ name, from, to }) => h("li", { key: name, "data-test": "phase-" + name },
      h("span.phase", t("x.phase." + name)),
      h("span.track", { "aria-hidden": "true" },
        h("span", { class: "phase-bar bar-" + name, style: { left: percent(from, scale), width: percent(to - from, scale) } })),
      h("span.took", micros(to - from)))),
    h("li.sum", { "data-test": "phase-total" },
      h("span.phase", t("x.phase.total")), h("span.track"), h("span.took", micros(span - before)))),
  isReused && h("p.small", { key: "reused" }, t("x.phase.reused")),
  before > 0 && h("p.small", { key: "before" }, t("x.phase.before"))];
}

const percent = (part, whole) => (100 * part / whole).toFixed(2) + "%";
