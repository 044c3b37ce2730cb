/* The cells of the table of connections. `entry` is an Entry of sessions.js. */
import { h, icon } from "../dom.js";
import { bytes, duration, exact, exactTime, rate, safe } from "../format.js";
import { t } from "../i18n.js";
import { now as nodeNow, ticks } from "../now.js";
import { endOf, endInWords, hostOf, kindOf, pathOf } from "../session-words.js";
import { isReplay } from "../store.js";
import { askToClose } from "./connections-close.js";

const CHEVRON = "M9 6l6 6-6 6";

/** Active, or why it ended and with which status. */
export function stateText(row) {
  if (row.status !== "Closed") return t("row.active");
  return row.reason === "COMPLETED" && row.statusCode ? endOf(row) + " " + row.statusCode : endOf(row);
}

export const ageOf = (entry) => (entry.closed ? entry.end : nodeNow()) - entry.start;

export const countsTip = (row, up) => t(up ? "row.upTip" : "row.downTip", {
  payload: exact(up ? row.up : row.down), overhead: exact(up ? row.overheadUp : row.overheadDown), origin: exact(up ? row.originUp : row.originDown) });

const routeTip = (row) => t("row.ruleTip", { rule: row.rule ? safe(row.rule) : t("row.noRule"), way: row.upstream ? safe(row.upstream) : t("row.direct"), version: row.configVersion ?? "–" });

function Destination({ entry, expand, collapsed, view }) {
  const { row } = entry, hasChildren = view.parents.has(entry.id), isOpen = !collapsed.has(entry.id);
  return h("div.destination", { "data-level": entry.isChild ? 2 : 1 },
    hasChildren ? h("button.twist", {
      type: "button", tabIndex: -1, "aria-label": t(isOpen ? "tree.collapse" : "tree.expand"), "data-open": String(isOpen), "data-test": "twist",
      onClick: () => expand(entry, !isOpen),
    }, icon(CHEVRON)) : h("span.twist"),
    h("span.method", safe(row.method) || "–"), h("span.clip", h("bdi.host", hostOf(row)), h("bdi.path", safe(pathOf(row)))));
}

const now = ticks;
const live = (value) => value > 0 ? rate(value) : h("span.zero", "–");

/** The columns; what they show depends on what is collapsed, and on the language. */
export function COLUMNS(expand, collapsed, view) {
  return [
    { key: "id", title: t("col.id"), width: "78px", sort: true, minWidth: 970, class: "mono dim", cell: ({ id }) => id },
    { key: "host", title: t("col.destination"), width: "minmax(150px, 1fr)", sort: true, tip: ({ row }) => safe(row.url),
      cell: (entry) => h(Destination, { entry, expand, collapsed, view }) },
    { key: "kind", title: t("col.kind"), width: "124px", sort: true, minWidth: view.hasUsers && view.hasRoutes ? 1540 : 1300, cell: ({ row }) => kindOf(row) },
    { key: "client", title: t("col.client"), width: "148px", sort: true, minWidth: 1140, class: "mono dim", tip: ({ row }) => safe(row.remote), cell: ({ row }) => safe(row.remote) },
    ...(view.hasUsers ? [{ key: "user", title: t("col.user"), width: "84px", sort: true, minWidth: 820, tip: ({ row }) => safe(row.user), cell: ({ row }) => row.user ? h("b", safe(row.user)) : h("span.zero", "–") }] : []),
    ...(view.hasRoutes ? [{ key: "rule", title: t("col.rule"), width: "108px", sort: true, minWidth: 1240, tip: ({ row }) => routeTip(row), cell: ({ row }) => [row.rule ? safe(row.rule) : h("span.zero", "–"), row.upstream ? h("span.dim", " → ", safe(row.upstream)) : null] }] : []),
    { key: "age", title: t("col.age"), width: "80px", sort: true, num: true, minWidth: 890, tip: ({ row }) => exactTime(row.startTime), cell: (entry) => duration(ageOf(entry)) },
    { key: "up", title: t("col.up"), width: "68px", sort: true, num: true, class: "up", tip: ({ row }) => countsTip(row, true), cell: ({ row }) => bytes(row.up) },
    { key: "down", title: t("col.down"), width: "68px", sort: true, num: true, class: "down", tip: ({ row }) => countsTip(row, false), cell: ({ row }) => bytes(row.down) },
    { key: "rateUp", title: t("col.rateUp"), width: "88px", sort: true, num: true, minWidth: 790, class: "up", cell: (entry) => live(entry.up(now())) },
    { key: "rateDown", title: t("col.rateDown"), width: "88px", sort: true, num: true, minWidth: 790, class: "down", cell: (entry) => live(entry.down(now())) },
    { key: "state", title: t("col.state"), width: "minmax(136px, .34fr)", sort: true, tip: ({ row }) => row.endTime ? endInWords(row) + " " + exactTime(row.endTime) : "",
      cell: ({ row }) => [h("span.dot.row-dot"), h("span", { "data-test": "row-state" }, stateText(row))] },
    { key: "act", title: "", width: "52px", class: "act", cell: (entry) => entry.closed ? null : h(CloseButton, { entry }) },
  ];
}

const CloseButton = ({ entry }) => isReplay() ? null : h("button.row-button", {
  type: "button", tabIndex: -1, "data-test": "close-one", "aria-label": t("close.one", { id: String(entry.id) }), onClick: () => askToClose({ entry }),
}, t("close.short"));

/** Two lines, on a phone. */
export function NarrowRow({ entry }) {
  const { row } = entry;
  return [
    h("div.narrow-line", { "data-level": entry.isChild ? 2 : 1 }, h("span.dot.row-dot"), h("span.method", safe(row.method) || "–"),
      h("span.clip", h("bdi.host", hostOf(row)), h("bdi.path", safe(pathOf(row)))), entry.closed ? null : h(CloseButton, { entry })),
    h("div.narrow-line.small", { "data-level": entry.isChild ? 2 : 1 }, h("span.up", "↑ ", bytes(row.up)), h("span.down", "↓ ", bytes(row.down)),
      h("span.push", entry.closed ? stateText(row) : entry.down(now()) + entry.up(now()) > 0 ? rate(entry.down(now()) + entry.up(now())) : duration(ageOf(entry)))),
  ];
}
