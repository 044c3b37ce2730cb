import { h, useEffect, useLayoutEffect, useReducer, useRef, useState } from "./dom.js";
import { t } from "./i18n.js";
import { get, isAbort } from "./api.js";
import { color, onColors } from "./colors.js";
import { bytes, clock, clockMillis, day, duration, exact, exactTime, safe, shortTime } from "./format.js";
import { Segments } from "./filters.js";
import { cumulative, movingSteps, perStep, totals } from "./timeline-data.js";
import uPlot from "/lib/uplot.js";

/* What a session moved when, out of the journal: as a chart, and as a table for who cannot see it or wants the figures. */

const POINTS = 300, REFRESH_MS = 10_000, HEIGHT = 220, DAY = 86_400_000;

/** @param {{id: string, at?: string, isOpen: boolean}} props */
export function Timeline({ id, at, isOpen }) {
  const [mode, setMode] = useState("step"), [, again] = useReducer((n) => n + 1, 0), [round, refresh] = useReducer((n) => n + 1, 0);
  const state = useRef({ status: "loading", timeline: null, error: null }).current;
  useEffect(() => {
    const abort = new AbortController();
    get("/api/sessions/" + id + "/timeline", { points: POINTS, at }, { signal: abort.signal }).then(
      (timeline) => Object.assign(state, { status: "ready", timeline, error: null }),
      (error) => { if (!isAbort(error)) Object.assign(state, { status: state.timeline ? "ready" : "failed", error }); }).then(again);
    return () => abort.abort();
  }, [id, isOpen, round]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(() => { if (!document.hidden) refresh(); }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [isOpen]);

  const { status, timeline, error } = state, sums = timeline && totals(timeline);
  const isEmpty = sums && sums.up + sums.down + sums.overheadUp + sums.overheadDown === 0;
  return h("section.panel.timeline", { "aria-label": t("s.timeline"), "data-test": "timeline", "data-status": isEmpty ? "empty" : status },
    h("div.timeline-head", h("h2", t("s.timeline")),
      timeline && !isEmpty ? h("span.small", t("s.step", { step: duration(timeline.stepMillis) })) : null,
      h(Segments, { label: t("s.timeline"), value: mode, test: "timeline-mode", onChange: setMode, options: [["step", t("s.perStep")], ["sum", t("s.cumulative")]] }),
      isOpen ? h("button", { type: "button", "data-test": "timeline-refresh", onClick: refresh }, t("s.timeline.refresh")) : null),
    status === "loading" ? h("p.note", { role: "status" }, t("s.timeline.loading")) : null,
    status === "failed" ? h("p.note.note-bad", { role: "alert" }, error.status === 503 ? t("h.slow") : t("s.timeline.failed") + " " + safe(error.message)) : null,
    isEmpty ? h("p.note", t("s.timeline.none")) : null,
    timeline && !isEmpty ? [h(Chart, { key: "chart", id, timeline, sums, mode }), h(Steps, { key: "steps", timeline, sums })] : null);
}

function Chart({ id, timeline, sums, mode }) {
  const box = useRef(null), chart = useRef(null), [readout, setReadout] = useState(null);
  const data = mode === "sum" ? cumulative(timeline) : perStep(timeline);
  useLayoutEffect(() => {
    const plot = new uPlot(options(box.current, mode, setReadout), data, box.current);
    chart.current = plot;
    const observer = new ResizeObserver(() => {
      if (box.current && box.current.clientWidth !== plot.width) plot.setSize({ width: box.current.clientWidth, height: HEIGHT });
    });
    observer.observe(box.current);
    const forget = onColors(() => plot.redraw(false, true));
    return () => {
      observer.disconnect();
      forget();
      plot.destroy();
    };
  }, [mode]);
  useEffect(() => {
    const { current: plot } = chart, { min, max } = plot.scales.x, known = plot.data[0];
    if (plot.data === data) return;
    const isCloser = min > known[0] || max < known[known.length - 1]; // who looks at a part goes on looking at it
    plot.setData(data, !isCloser);
    if (isCloser) plot.redraw();
  }, [timeline]);
  const end = timeline.from + timeline.up.length * timeline.stepMillis;
  return [
    h("div.timeline-chart", { key: "chart", ref: box, role: "img", "data-test": "timeline-chart",
      "aria-label": t("s.timeline.label", { id, up: exact(sums.up), down: exact(sums.down), from: exactTime(timeline.from), to: exactTime(end) }) }),
    h("p.timeline-readout.small", { key: "readout", "aria-hidden": "true" },
      h("span", readout === null ? t("s.timeline.zoom") : clockMillis(data[0][readout])),
      h("span.c-down", h("span.key.key-down"), t("s.down"), " ", bytes(readout === null ? sums.down : data[1][readout])),
      h("span.c-up", h("span.key.key-up"), t("s.up"), " ", bytes(readout === null ? sums.up : data[2][readout]))),
  ];
}

function options(box, mode, onReadout) {
  const paths = mode === "sum" ? uPlot.paths.linear() : uPlot.paths.stepped({ align: 1 });
  const axis = { stroke: () => color("--dim"), font: "11px system-ui, sans-serif", ticks: { stroke: () => color("--line"), width: 1, size: 4 } };
  const series = (name) => ({ stroke: () => color(name), width: 1.6, fill: () => color(name, .14), paths, points: { show: false } });
  return {
    width: box.clientWidth, height: HEIGHT, ms: 1, legend: { show: false }, padding: [8, 28, 0, 0],
    scales: { x: { time: true }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      { ...axis, size: 28, space: 84, grid: { show: false }, values: timeLabels },
      { ...axis, size: 66, grid: { stroke: () => color("--line"), width: 1 }, values: (_, ticks) => ticks.map((tick) => Number.isInteger(tick) ? bytes(tick) : "") },
    ],
    series: [{}, series("--down"), series("--up")],
    cursor: { y: false, drag: { x: true, y: false }, points: { show: false } },
    hooks: { setCursor: [(plot) => onReadout(plot.cursor.idx ?? null)] },
  };
}

/** Times as fine as the ticks are apart, with the day where there are several. */
function timeLabels(plot, ticks, axis, space, step) {
  const isLong = plot.scales.x.max - plot.scales.x.min > DAY;
  return ticks.map((tick) => step >= DAY ? day(tick) : isLong ? shortTime(tick).replace(/:\d\d$/, "")
    : step >= 60_000 ? clock(tick).slice(0, 5) : step >= 1000 ? clock(tick) : clockMillis(tick).replace(/^\d+:/, ""));
}

function Steps({ timeline, sums }) {
  const [isOpen, setOpen] = useState(false);
  const names = ["up", "down", "overheadUp", "overheadDown"];
  return h("details.steps", { "data-test": "timeline-table", onToggle: (event) => setOpen(event.currentTarget.open) },
    h("summary", t("s.timeline.table")),
    isOpen ? h("div.steps-box", { tabIndex: 0 }, h("table", h("thead", h("tr", h("th", { scope: "col" }, t("s.timeline.time")), names.map((name) => h("th.num", { key: name, scope: "col" }, t("s.steps." + name))))),
      h("tbody", movingSteps(timeline).map((step) => h("tr", { key: step.time }, h("td.mono", exactTime(step.time)), names.map((name) => h("td.num", { key: name }, exact(step[name])))))),
      h("tfoot", h("tr", h("th", { scope: "row" }, "Σ"), names.map((name) => h("td.num", { key: name, "data-test": "timeline-sum-" + name }, exact(sums[name]))))))) : null);
}
