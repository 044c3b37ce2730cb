/* The log lines as they come. */
import { h, useMemo, useState } from "../dom.js";
import { clockMillis, exact, exactTime, safe, safeLines } from "../format.js";
import { t } from "../i18n.js";
import { href, setParams } from "../route.js";
import { store, useStore, useTopics } from "../store.js";
import { Table } from "../table.js";

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"];

export default function Logs({ params }) {
  const level = LEVELS.includes(params.level) ? params.level : "INFO", q = params.q || "";
  const [follow, setFollow] = useState(true), [paused, setPaused] = useState(null), [open, setOpen] = useState(null);
  useTopics("logs", { logLevel: level });
  useStore("logs");
  const frozen = paused || store.logs; // a list is never changed, only replaced
  const lines = useMemo(() => filtered(frozen, level, q), [frozen, level, q]);
  const waiting = paused ? countAfter(store.logs, paused.at(-1)?.key ?? 0) : 0;
  const line = open && lines.find((one) => one.key === open);
  return h("section.panel.sheet.fill", { "aria-label": t("nav.logs"), "data-test": "logs" },
    h("div.tools", h("h1", t("nav.logs")),
      h("select", { value: level, "aria-label": t("logs.level"), "data-test": "level", onChange: (event) => setParams({ ...params, level: event.target.value }) },
        LEVELS.map((name) => h("option", { key: name, value: name }, t("logs.from." + name)))),
      h("input.search", { type: "search", value: q, "data-search": "", "data-test": "search", spellcheck: false, placeholder: t("logs.search"), "aria-label": t("logs.search"),
        onInput: (event) => setParams({ ...params, q: event.target.value }) }),
      h("span.push.tool-group",
        h("button", { type: "button", "aria-pressed": String(follow), "data-test": "follow", onClick: () => setFollow(!follow) }, t("logs.follow")),
        h("button", { type: "button", "aria-pressed": String(!!paused), "data-test": "pause", onClick: () => setPaused(paused ? null : store.logs) },
          paused ? waiting ? t("logs.resume", { n: waiting }) : t("logs.resumeNone") : t("logs.pause")),
        h("button.quiet", { type: "button", "data-test": "clear", onClick: () => { store.logs = []; setPaused(null); store.touch("logs"); } }, t("clear")))),
    h(Table, {
      test: "logs", label: t("nav.logs"), columns: columns(), rows: lines, rowKey: (one) => one.key, rowHeight: 28, follow: follow && !paused,
      onScrolled: (isAtEnd) => { if (!isAtEnd && follow) setFollow(false); },
      rowClass: (one) => "log-" + one.level.toLowerCase(), selected: open, onOpen: (one) => setOpen(one.key === open ? null : one.key),
      narrowHeight: 58, narrowRow: (one) => [
        h("div.narrow-line.small", h("span.level", one.level), h("span", clockMillis(one.time)), one.session ? h("span.push", h(SessionLink, { id: one.session })) : null),
        h("div.clip.mono", safe(one.message))],
      empty: t(q ? "logs.noMatch" : "logs.none"),
    }),
    line ? h("div.log-detail", { "data-test": "log-detail" }, h("p.small", line.level, " · ", exactTime(line.time), line.session ? [" · ", h(SessionLink, { id: line.session })] : null,
      h("button.plain", { type: "button", "aria-label": t("close.panel"), onClick: () => setOpen(null) }, "×")), h("pre.mono", safeLines(line.message))) : null,
    h("footer.table-foot.small", { "data-test": "shown" }, t(q ? "logs.shownOf" : "logs.shown", { n: lines.length, total: exact(store.logs.length) })));
}

/** Lines of a lower level may be there still, from before another level was chosen. */
function filtered(lines, level, q) {
  const least = LEVELS.indexOf(level), words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((one) => LEVELS.indexOf(one.level) >= least
    && words.every((word) => one.message.toLowerCase().includes(word) || String(one.session) === word));
}

function countAfter(lines, key) {
  let n = 0;
  while (n < lines.length && lines[lines.length - 1 - n].key > key) n++;
  return n;
}

const SessionLink = ({ id }) => h("a", { href: href("sessions/" + id), "data-test": "log-session" }, "#" + id);

const columns = () => [
  { key: "time", title: t("col.time"), width: "96px", class: "mono dim", tip: (one) => exactTime(one.time), cell: (one) => clockMillis(one.time) },
  { key: "level", title: t("col.level"), width: "58px", cell: (one) => h("span.level", one.level) },
  { key: "session", title: t("col.session"), width: "80px", class: "mono", cell: (one) => one.session ? h(SessionLink, { id: one.session }) : "" },
  { key: "message", title: t("col.message"), width: "minmax(0, 1fr)", class: "mono", cell: (one) => safe(one.message) },
];
