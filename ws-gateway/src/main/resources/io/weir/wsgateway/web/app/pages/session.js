import { h, useEffect, useMemo, useReducer, useRef } from "../dom.js";
import { has, t } from "../i18n.js";
import { get, isAbort, post } from "../api.js";
import { bytes, duration, exact, exactTime, millis, safe } from "../format.js";
import { now } from "../now.js";
import { go, href } from "../route.js";
import { isChild, isClosed } from "../sessions.js";
import { isReplay, useStore, useTick } from "../store.js";
import { confirm, toast } from "../shell.js";
import { Table } from "../table.js";
import { Legs } from "../legs.js";
import { Timeline } from "../timeline.js";
import { Destination, endInWords, endOf, kindOf, StatusCode } from "../session-words.js";

/*
 * One session, open or closed. Its facts come from the gateway once, out of memory or out of the journal; while it is open its
 * figures come with the topic `changes`, as everywhere.
 */

/** What the gateway knows of it: asked at the start, and again when it has closed. */
function useSession(id, at, hasClosed) {
  const [, again] = useReducer((n) => n + 1, 0);
  const state = useRef({ status: "loading", answer: null, error: null }).current;
  useEffect(() => {
    if (!isId(id)) return undefined;
    const abort = new AbortController();
    get("/api/sessions/" + id, { at }, { signal: abort.signal }).then(
      (answer) => Object.assign(state, { status: "ready", answer, error: null }),
      (error) => { if (!isAbort(error) && !state.answer) Object.assign(state, { status: error.status === 404 ? "gone" : "failed", error }); })
      .then(again);
    return () => abort.abort();
  }, [id, at, hasClosed]);
  return state;
}

const NONE = []; // one and the same, so that nothing is made anew for it

const isId = (id) => /^[1-9]\d{0,15}$/.test(id);

/** @param {{id: string, params: Record<string, string>}} props */
export default function Session({ id, params }) {
  const { sessions } = useStore("sessions");
  const found = useSession(id, params.at, sessions.get(Number(id))?.closed === true);
  useTick(1000);
  const asked = found.answer?.session, held = sessions.get(Number(id))?.row;
  const row = asked && isClosed(asked) ? asked : held || asked;
  if (!isId(id)) return h(Missing, { title: t("s.badId") });
  if (!row && found.status === "gone") return h(Missing, { title: t("s.notFound", { id }), text: t("s.notFound.text") });
  if (!row && found.status === "failed") return h(Missing, { title: found.error.status === 503 ? t("h.slow") : t("h.error"), text: safe(found.error.message) });
  if (!row) return h("section.panel.empty", { "data-test": "session-loading", role: "status" }, t("s.loading"));
  return h("div.page-session", { "data-test": "session", "data-id": id, "data-state": isClosed(row) ? "closed" : "open" },
    h(Head, { row }),
    h("section.panel", { "aria-label": t("s.facts") }, h(Facts, { row, route: found.answer?.route })),
    h("section.panel", { "aria-label": t("s.legs") }, h("h2", t("s.legs")), h(Legs, { row })),
    h(Timeline, { id, at: params.at, isOpen: !isClosed(row) }),
    row.protocol === "TUNNEL" ? h(Children, { id: row.id, first: found.answer?.children || NONE, total: found.answer?.childrenTotal || 0, sessions }) : null);
}

function Missing({ title, text }) {
  return h("section.panel.missing", { "data-test": "session-missing" },
    h("svg.missing-mark", { viewBox: "0 0 48 48", "aria-hidden": "true" }, h("path", { d: "M6 18c6-6 10 6 18 0s12 6 18 0M6 30c6-6 10 6 14 2m8-2c6-5 9 3 14-1" })),
    h("h2", title), text ? h("p.dim", text) : null,
    h("p.missing-links", h("a", { href: href("history", { range: "all" }) }, t("s.toHistory")), h("a", { href: href("connections") }, t("s.toConnections"))));
}

function Head({ row }) {
  const isOpen = !isClosed(row);
  async function close() {
    const answer = await confirm({ title: t("s.close.ask", { id: String(row.id) }), text: t("s.close.text"), action: t("s.close.do"), danger: true, input: { label: t("s.close.why"), maxLength: 200 } });
    if (!answer) return;
    try {
      await post("/api/sessions/close", answer.input ? { id: row.id, why: answer.input } : { id: row.id });
      toast(t("s.close.sent"), "good");
    } catch (error) {
      toast(t("s.close.failed", { why: safe(error.message) }), "bad");
    }
  }
  const { build } = useStore("build");
  const recorded = row.protocol === "TUNNEL" ? "s.toExchanges" : row.protocol === "HTTPS-Tunnel" || (row.protocol === "HTTP" && !build?.intercepting) ? "" : "s.toRecord";
  return h("section.panel.session-head",
    h("div.session-title", h("p.small", t("s.title", { id: String(row.id) })), h("h1.session-to", { "data-test": "session-to" }, h(Destination, { row }))),
    h("div.session-acts",
      h("span.pill", { "data-open": isOpen ? "true" : null, "data-test": "session-state" }, h("span.dot"), isOpen ? t("s.open") : endOf(row) || t("s.closed")),
      recorded ? h("a.button", { href: href("exchanges", { session: row.id }), "data-test": "session-exchanges" }, t(recorded)) : null,
      isOpen && !isReplay() ? h("button.danger", { type: "button", "data-test": "session-close", onClick: close }, t("s.close")) : null));
}

function Facts({ row, route }) {
  const end = row.endTime ? millis(row.endTime) : now();
  const facts = [
    ["from", [h("span.mono", { key: "a" }, safe(row.remote)), h("span.dim", { key: "u" }, " · ", row.user ? safe(row.user) : t("s.noUser"))]],
    ["to", [h("span.mono", { key: "h" }, safe(row.host)), row.originAddress ? h("span.dim", { key: "o" }, " · " + t("s.resolved") + " ", h("span.mono", safe(row.originAddress))) : h("span.dim", { key: "o" }, " · " + t("s.notConnected"))]],
    ["rule", route?.rule ? has("s.rule." + route.rule) ? t("s.rule." + route.rule) : safe(route.rule) : "–"],
    ["upstream", row.upstream ? safe(row.upstream) : null],
    ["config", row.configVersion ? String(row.configVersion) : null],
    ["kind", [kindOf(row), h("span.fact-note", { key: "n" }, has("kind." + row.protocol + ".long") ? t("kind." + row.protocol + ".long") : "")]],
    ["parent", isChild(row) ? h("a", { href: href("sessions/" + row.parentId, { at: millis(row.startTime) }), "data-test": "session-parent" }, String(row.parentId)) : null],
    ["url", row.url && !["TUNNEL", "CONNECT"].includes(row.method) ? h("span.mono", safe(row.url)) : null],
    ["opened", h("time", { datetime: row.startTime }, exactTime(row.startTime))],
    ["ended", row.endTime ? h("time", { datetime: row.endTime }, exactTime(row.endTime)) : null],
    ["duration", [duration(end - millis(row.startTime)), row.endTime ? null : h("span.dim", { key: "f" }, " " + t("s.soFar"))]],
    ["status", row.statusCode ? h(StatusCode, { code: row.statusCode }) : null],
    ["reason", row.reason ? [endOf(row), h("span.fact-note", { key: "n" }, endInWords(row))] : null],
    ["sequence", row.closedSequence ? exact(row.closedSequence) : null],
  ];
  return h("dl.facts.facts-wide", { "data-test": "session-facts" }, facts.filter(([, value]) => value !== null).map(([name, value]) =>
    h("div", { key: name, "data-test": "session-" + name }, h("dt", t("s." + name)), h("dd", value))));
}

/** The exchanges of an intercepted tunnel: those that the gateway told at first, and those that came since. */
function Children({ id, first, total, sessions }) {
  const rows = useMemo(() => {
    const all = new Map(first.map((row) => [row.id, row]));
    for (const entry of sessions.entries.values()) if (entry.row.parentId === id && entry.id !== id) all.set(entry.id, entry.row);
    return [...all.values()].sort((a, b) => b.id - a.id);
  }, [first, sessions.membership]); // figures change within the rows; a look through all sessions is for what came and went
  const shown = rows.map((row) => sessions.get(row.id)?.row || row);
  return h("section.panel.children", { "aria-label": t("s.children"), "data-test": "session-children" },
    h("div.children-head", h("h2", t("s.children"), h("span.dim", " " + exact(Math.max(total, shown.length)))), h("p.small", t("s.childrenMore"))),
    h(Table, { test: "children", label: t("s.children"), columns: childColumns(), rows: shown, rowKey: (row) => row.id, narrowRow: narrowChild,
      onOpen: (row) => go("sessions/" + row.id, { at: millis(row.endTime) || "" }), empty: t("s.noChildren") }));
}

const childState = (row) => isClosed(row) ? endOf(row) : t("s.open");

const childColumns = () => [
  { key: "id", title: t("h.col.id"), width: "96px", class: "c-mono", cell: (row) => h("a", { href: href("sessions/" + row.id, { at: millis(row.endTime) || "" }), tabIndex: -1 }, String(row.id)) },
  { key: "to", title: t("h.col.to"), width: "minmax(160px, 1fr)", class: "c-to", cell: (row) => h("span.to", { title: safe(row.url) }, h(Destination, { row })) },
  { key: "took", title: t("h.col.took"), width: "92px", minWidth: 620, num: true, class: "c-dim", cell: (row) => duration((row.endTime ? millis(row.endTime) : now()) - millis(row.startTime)) },
  { key: "up", title: t("h.col.up"), width: "88px", num: true, class: "c-up", cell: (row) => h("span", { title: exact(row.up) }, bytes(row.up)) },
  { key: "down", title: t("h.col.down"), width: "88px", num: true, class: "c-down", cell: (row) => h("span", { title: exact(row.down) }, bytes(row.down)) },
  { key: "state", title: t("h.col.reason"), width: "138px", cell: childState },
  { key: "status", title: t("h.col.status"), width: "64px", cell: (row) => row.statusCode ? h(StatusCode, { code: row.statusCode }) : null },
];

function narrowChild(row) {
  return [h("div.two-line", { key: "1" }, h(Destination, { row })),
    h("div.two-line.small", { key: "2" }, h("span", String(row.id)), h("span.c-up", "↑ " + bytes(row.up)), h("span.c-down", "↓ " + bytes(row.down)), h("span.narrow-end", childState(row)))];
}
