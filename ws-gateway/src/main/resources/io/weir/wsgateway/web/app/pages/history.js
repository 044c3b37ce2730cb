import { h, useEffect, useMemo, useReducer, useRef } from "../dom.js";
import { t } from "../i18n.js";
import { ApiError, get, isAbort } from "../api.js";
import { csv, download, fileName, jsonLines, SESSION_COLUMNS } from "../csv.js";
import { bytes, dateTime, duration, exact, exactTime, millis, safe, shortTime } from "../format.js";
import { now } from "../now.js";
import { go, setParams } from "../route.js";
import { isChild } from "../sessions.js";
import { Table } from "../table.js";
import { FilterPanel, Segments, SelectFilter, TextFilter } from "../filters.js";
import { Destination, endInWords, endOf, FILTER_KINDS, filterKindOf, kindOf, StatusCode } from "../session-words.js";

/*
 * Closed sessions out of the journal. The address has the whole question, so a link shows the same; the gateway filters and
 * pages, and what is loaded is kept here until the question changes.
 */

const PAGE = 200, DEFAULT_RANGE = "24h";
const MINUTE = 60_000, HOUR = 60 * MINUTE;
const RANGES = { "15m": 15 * MINUTE, "1h": HOUR, "24h": 24 * HOUR, "7d": 7 * 24 * HOUR, all: 0 };
const TEXTS = ["q", "host", "client", "user", "protocol"];

/** What the parameters of the address ask for. A range counts from now on, whenever it is asked. */
export function questionOf(params, now) {
  const question = Object.fromEntries(TEXTS.map((name) => [name, params[name] || ""]));
  if (params.range === "custom") return { ...question, from: params.from || "", to: params.to || "" };
  const length = RANGES[params.range] ?? RANGES[DEFAULT_RANGE];
  return { ...question, from: length ? new Date(now - length).toISOString() : "", to: "" };
}

export const isBadRange = ({ from, to }) => Boolean(from && to) && Date.parse(from) >= Date.parse(to);

/** Sums in which no byte is twice: what is within a tunnel that is listed too was counted with the tunnel. */
export function sumsOf(rows) {
  const sums = { up: 0, down: 0, children: 0 }, ids = new Set(rows.map((row) => row.id));
  for (const row of rows) {
    if (isChild(row) && ids.has(row.parentId)) {
      sums.children++;
    } else {
      sums.up += row.up;
      sums.down += row.down;
    }
  }
  return sums;
}

const errorText = (error) => error.status === 503 ? t("h.slow") : error.status === 0 ? t("h.offline") : t("h.error") + " " + safe(error.message);

/** Asks page by page. @returns what is loaded so far, and how to have more or to begin again */
function usePages(params) {
  const [, again] = useReducer((n) => n + 1, 0);
  const [round, begin] = useReducer((n) => n + 1, 0);
  const state = useRef({ rows: [], next: undefined, busy: true, error: null, question: null, abort: null }).current;
  const key = JSON.stringify(params);

  async function load() {
    const abort = new AbortController();
    Object.assign(state, { busy: true, error: null, abort });
    again();
    try {
      const answer = await get("/api/sessions", { state: "closed", limit: PAGE, ...state.question, before: state.next }, { signal: abort.signal });
      state.rows = state.rows.concat(answer.data);
      state.next = answer.next ?? undefined;
    } catch (error) {
      if (isAbort(error)) return; // another question took its place
      state.error = error instanceof ApiError ? error : new ApiError(-1, String(error));
    }
    state.busy = false;
    again();
  }

  useEffect(() => {
    Object.assign(state, { rows: [], next: undefined, question: questionOf(params, now()), error: null, busy: false });
    if (isBadRange(state.question)) again();
    else load();
    return () => state.abort?.abort();
  }, [key, round]);
  return { ...state, more: () => { if (!state.busy) load(); }, begin };
}

/** @param {{params: Record<string, string>}} props */
export default function History({ params }) {
  const pages = usePages(params), { rows, next, busy, error, question } = pages;
  const isBad = question !== null && isBadRange(question);
  const isFiltered = TEXTS.some((name) => params[name]);
  const change = (changes) => setParams({ ...params, ...changes });
  const sums = useMemo(() => sumsOf(rows), [rows]);
  const save = (ending, type, text) => download(fileName("history", ending), type, text);

  return h("section.panel.sheet.fill.history", { "aria-label": t("h.title"), "data-test": "history" },
    h("div.tools",
      h("h1", t("h.title")), h("p.small.lead", t("h.lead")),
      h("div.push.tool-buttons",
        h("button", { type: "button", "data-test": "history-refresh", disabled: busy, onClick: pages.begin }, t("h.refresh")),
        h("button", { type: "button", "data-test": "history-csv", disabled: rows.length === 0, title: t("h.exportHint"),
          onClick: () => save("csv", "text/csv", csv(SESSION_COLUMNS, rows)) }, t("h.csv")),
        h("button", { type: "button", "data-test": "history-jsonl", disabled: rows.length === 0, title: t("h.exportHint"),
          onClick: () => save("jsonl", "application/x-ndjson", jsonLines(rows)) }, t("h.jsonl")))),
    h(Filters, { params, change, isFiltered }),
    isBad ? h("p.note.note-bad.inset", { role: "alert", "data-test": "history-bad-range" }, t("h.badRange")) : null,
    h(Table, {
      test: "history", label: t("h.title"), columns: columns(rows), rows, rowKey: (row) => row.id, narrowRow, narrowHeight: 62, busy,
      rowClass: (row) => isChild(row) ? "is-child" : row.protocol === "TUNNEL" ? "is-parent" : "",
      onOpen: (row) => go("sessions/" + row.id, { at: millis(row.endTime) || "" }),
      onEnd: () => { if (next !== undefined && !busy && !error) pages.more(); },
      empty: error || isBad ? " " : isFiltered ? t("h.emptyFilter") : t("h.empty"),
      footer: h(Foot, { error, busy, next, rows, more: pages.more }),
    }),
    h("p.sums.small", { "data-test": "history-sums", role: "status", "data-more": next === undefined ? null : "true" },
      rows.length === 0 ? null : [t(next === undefined ? "h.sum" : "h.sumMore", { n: rows.length }), " · ",
        h("span", { key: "sums", title: exact(sums.up) + " / " + exact(sums.down), "data-up": sums.up, "data-down": sums.down, "data-test": "history-sum-bytes" },
          t("h.sumBytes", { up: bytes(sums.up), down: bytes(sums.down) })),
        sums.children > 0 ? h("span.dim", { key: "children" }, " · ", t("h.sumChildren", { n: sums.children })) : null]));
}

function Filters({ params, change, isFiltered }) {
  const range = params.range in RANGES || params.range === "custom" ? params.range : DEFAULT_RANGE;
  const field = (name, extra) => h(TextFilter, { key: name, label: t("h." + name), value: params[name] || "", test: "history-" + name, onChange: (value) => change({ [name]: value }), ...extra });
  const setRange = (name) => change(name === "custom"
    ? { range: name, from: params.from || new Date(now() - HOUR).toISOString(), to: params.to || "" } : { range: name, from: "", to: "" });
  return h(FilterPanel, { test: "history-filters", set: TEXTS.filter((name) => name !== "q" && params[name]).length }, (toggle) => [
    h("div.query-line.query-scroll", { key: "range" },
      h(Segments, { label: t("h.range"), value: range, test: "history-range", onChange: setRange, options: [...Object.keys(RANGES), "custom"].map((name) => [name, t("h.range." + name)]) })),
    range === "custom" ? h("div.query-line", { key: "times" }, ["from", "to"].map((name) => h("label.query-field.query-time", { key: name }, h("span.query-name", t("h." + name)), h("input", {
      type: "datetime-local", step: 1, value: localValue(params[name]), "data-test": "history-" + name,
      onChange: (event) => change({ [name]: event.target.value ? new Date(event.target.value).toISOString() : "" }),
    })))) : null,
    h("div.query-line", { key: "texts" },
      field("q", { search: true, hint: t("h.q.hint"), class: "query-wide" }), toggle, ...["host", "client", "user"].map((name) => field(name, { class: "query-extra" })),
      h(SelectFilter, { label: t("h.protocol"), value: params.protocol || "", test: "history-protocol", class: "query-kind", onChange: (value) => change({ protocol: value }),
        options: [["", t("h.any")], ...FILTER_KINDS.map((name) => [name, filterKindOf(name)])] }),
      isFiltered ? h("button.plain", { type: "button", "data-test": "history-clear", onClick: () => change(Object.fromEntries(TEXTS.map((name) => [name, ""]))) }, t("h.clear")) : null)]);
}

/** An instant as a field for local date and time has it. */
function localValue(time) {
  const ms = Date.parse(time || "");
  return Number.isNaN(ms) ? "" : new Date(ms - new Date(ms).getTimezoneOffset() * MINUTE).toISOString().slice(0, 19);
}

function Foot({ error, busy, next, rows, more }) {
  if (error) {
    return h("div.list-foot", { role: "alert", "data-test": "history-error", "data-status": error.status }, h("p.note.note-bad", errorText(error)),
      h("button", { type: "button", "data-test": "history-again", onClick: more }, t("h.again")));
  }
  if (rows.length === 0) return null;
  return h("div.list-foot", busy ? h("span.small", { role: "status" }, t("h.loading"))
    : next === undefined ? h("span.small", { "data-test": "history-end" }, t("h.end"))
      : h("button", { type: "button", "data-test": "history-more", onClick: more }, t("h.more")));
}

const took = (row) => duration(millis(row.endTime) - millis(row.startTime));

const columns = (rows) => [
  { key: "closed", title: t("h.col.closed"), width: "122px", class: "c-dim", cell: (row) => h("span", { title: exactTime(row.endTime) }, shortTime(row.endTime)) },
  { key: "id", title: t("h.col.id"), width: "86px", minWidth: 800, class: "c-mono", cell: (row) => isChild(row)
    ? h("span", { title: t("h.child", { id: String(row.parentId) }) }, h("span.child-mark", { "aria-hidden": "true" }, "↳ "), String(row.id)) : String(row.id) },
  { key: "to", title: t("h.col.to"), width: "minmax(150px, 1fr)", class: "c-to", cell: (row) => h("span.to", { title: safe(row.url) }, h(Destination, { row })) },
  { key: "kind", title: t("h.col.kind"), width: "124px", minWidth: 1240, class: "c-dim", cell: (row) => row.protocol === "TUNNEL" ? h("span.parent-mark", { title: t("h.parent") }, kindOf(row)) : kindOf(row) },
  { key: "client", title: t("h.col.client"), width: "138px", minWidth: 1010, class: "c-mono", cell: (row) => safe(row.remote) },
  ...(rows.some((row) => row.user) ? [{ key: "user", title: t("h.col.user"), width: "70px", minWidth: 1200, class: "c-dim", cell: (row) => h("span", { title: safe(row.user) }, safe(row.user)) }] : []),
  { key: "took", title: t("h.col.took"), width: "82px", minWidth: 700, num: true, class: "c-dim", cell: took },
  { key: "up", title: t("h.col.up"), width: "70px", num: true, class: "c-up", cell: (row) => h("span", { title: exact(row.up) }, bytes(row.up)) },
  { key: "down", title: t("h.col.down"), width: "74px", num: true, class: "c-down", cell: (row) => h("span", { title: exact(row.down) }, bytes(row.down)) },
  { key: "reason", title: t("h.col.reason"), width: "112px", class: "c-reason", cell: (row) => h("span", { title: endInWords(row), class: row.reason === "COMPLETED" ? "dim" : "" }, endOf(row)) },
  { key: "status", title: t("h.col.status"), width: "50px", minWidth: 860, cell: (row) => row.statusCode ? h(StatusCode, { code: row.statusCode }) : null },
];

function narrowRow(row) {
  return [
    h("div.two-line", { key: "1" }, isChild(row) ? h("span.child-mark", "↳ ") : null, h(Destination, { row })),
    h("div.two-line.small", { key: "2" }, h("span", { title: dateTime(row.endTime) }, shortTime(row.endTime)), h("span.c-up", "↑ " + bytes(row.up)), h("span.c-down", "↓ " + bytes(row.down)),
      h("span.narrow-end", endOf(row), row.statusCode ? " " + row.statusCode : "")),
  ];
}
