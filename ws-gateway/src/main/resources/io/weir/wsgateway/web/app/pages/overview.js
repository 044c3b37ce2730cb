/* What goes on now, what was carried, and whether it can be trusted. */
import { h, useMemo, useState } from "../dom.js";
import { Chart } from "../chart.js";
import { bytes, clock, dateTime, day, exact, rate, scaled } from "../format.js";
import { t } from "../i18n.js";
import { href } from "../route.js";
import { useStore } from "../store.js";
import { TopLists } from "./overview-top.js";
import { TrustLine } from "./overview-trust.js";

const WINDOWS = [1, 5, 15];
const RATES = [{ color: "--down", area: true }, { color: "--up", area: true }];
const OPEN = [{ color: "--down", area: true }];

export default function Overview() {
  const { traffic } = useStore("traffic");
  return [
    h("h1.visually-hidden", t("nav.overview")),
    h("div.figures", h(Rates, { traffic }), h(Carried, { traffic }), h(Sessions, { traffic })),
    h(TrustLine),
    h(TopLists),
  ];
}

function Rates({ traffic }) {
  const [minutes, setMinutes] = useState(5), [at, setAt] = useState(null);
  const { history, connection } = useStore(["traffic", "connection"]);
  const point = at !== null && at < history.times.length ? at : null;
  const recent = history.times.findIndex((time) => time >= (history.times.at(-1) || 0) - minutes * 60);
  const peak = (values) => values.slice(Math.max(0, recent)).reduce((most, value) => Math.max(most, value || 0), 0);
  const data = [history.times, history.down, history.up];
  return h("section.panel.figure.rate", { "aria-label": t("overview.rates"), "data-test": "rates" },
    h("div.rate-heads",
      h(Rate, { name: "down", value: point === null ? traffic?.down : history.down[point], overhead: traffic?.overheadDown, point }),
      h(Rate, { name: "up", value: point === null ? traffic?.up : history.up[point], overhead: traffic?.overheadUp, point }),
      h("div.segments.push", { role: "group", "aria-label": t("overview.window") }, WINDOWS.map((n) =>
        h("button", { key: n, type: "button", "aria-pressed": String(n === minutes), "data-test": "window-" + n, onClick: () => setMinutes(n) }, t("overview.minutes", { n }))))),
    h(Chart, { test: "chart", label: t("overview.chart", { n: minutes }), data, series: RATES, seconds: minutes * 60, height: 190, format: rate, onCursor: setAt }),
    h("p.small.chart-note",
      h("span", { "data-test": "chart-time" }, point === null ? t(connection.state === "live" ? "overview.live" : "trust.old") : clock(history.times[point] * 1000)),
      h("span", t("overview.peak"), " ", h("b.down", "↓ ", rate(peak(history.down))), " ", h("b.up", "↑ ", rate(peak(history.up))))));
}

function Rate({ name, value, overhead, point }) {
  const [figure, unit] = scaled(value ?? 0);
  return h("div", h("h2", h("span.key", { class: "key-" + name }), t("overview." + name)),
    h("p.big", { "data-test": "rate-" + name }, value === undefined || value === null ? "–" : [figure, h("i", unit + "/s")]),
    h("p.small", point === null && overhead !== undefined ? t("overview.plusOverhead", { rate: rate(overhead) }) : "\u00a0"));
}

function Carried({ traffic }) {
  const line = (name, count) => h("div", { key: name }, h("dt", t("overview." + name)),
    h("dd", { "data-test": "total-" + name }, traffic ? bytes(count) : "–"), h("dd.exact", traffic ? t("overview.exact", { n: count }) : ""));
  return h("section.panel.figure", { "aria-label": t("overview.carried"), "data-test": "totals" },
    h("h2", t("overview.carried"), " ", h("span.dim", { title: traffic?.since ? dateTime(traffic.since) : null }, traffic?.since ? t("overview.since", { day: day(traffic.since) }) : "")),
    h("dl.totals", line("down", traffic?.totalDown), line("up", traffic?.totalUp),
      line("overhead", traffic ? traffic.totalOverheadUp + traffic.totalOverheadDown : 0)));
}

function Sessions({ traffic }) {
  const { history } = useStore("traffic");
  const data = useMemo(() => [history.times, history.open], [history]);
  const perSecond = (name) => h("div", { key: name }, h("dt", t("overview." + name)), h("dd", { "data-test": name }, traffic?.[name] === undefined ? "–" : exact(Math.round(traffic[name] * 10) / 10)));
  return h("section.panel.figure", { "aria-label": t("overview.sessions"), "data-test": "sessions" },
    h("h2", t("overview.sessions")),
    h("a.big-link", { href: href("connections", { state: "open" }), "data-test": "open-link" },
      h("span.big", { "data-test": "open" }, traffic ? exact(traffic.open) : "–"), h("span.small", " ", t("overview.openNow"))),
    h(Chart, { test: "open-chart", label: t("overview.openChart"), data, series: OPEN, mini: true, height: 84, seconds: 900 }),
    h("dl.pairs", perSecond("opened"), perSecond("closed"),
      h("div", h("dt", t("overview.refused")), h("dd", { "data-test": "refused" }, traffic?.refused === undefined ? "–" : exact(traffic.refused)))),
    h("p.small.push", { "data-test": "ever" }, traffic ? t("overview.ever", { n: traffic.sessions }) : ""));
}
