/* Everything that is open, and what closed lately: a tree of tunnels and the exchanges in them. */
import { h, useEffect, useMemo, useReducer, useState } from "../dom.js";
import { exact } from "../format.js";
import { t } from "../i18n.js";
import { go, href, setParams } from "../route.js";
import { Repeated } from "../slices.js";
import { isReplay, store, useStore, useTick } from "../store.js";
import { Table } from "../table.js";
import { SessionView } from "../view.js";
import { askToClose, closingFilter } from "./connections-close.js";
import { COLUMNS, NarrowRow } from "./connections-columns.js";
import { Chips, Filters, Toolbar } from "./connections-tools.js";

export const FIELDS = ["q", "host", "client", "user", "protocol", "state"];
const BUILD_MS = 300; // rather than with each step; and more rarely when there is much to do

/** What is as it was when one comes back from the page of a session. */
const kept = { sort: { key: "id", desc: true }, collapsed: new Set(), place: {} };

export default function Connections({ params }) {
  const view = useMemo(() => new SessionView(store.sessions), []);
  const [sort, setSort] = useState(kept.sort), [collapsed, setCollapsed] = useState(kept.collapsed), [more, setMore] = useState(false);
  Object.assign(kept, { sort, collapsed });
  const [, again] = useReducer((n) => n + 1, 0);
  const work = useMemo(() => new Repeated((wanted) => view.steps(wanted), again, { everyMs: BUILD_MS }), []);
  useEffect(() => () => work.stop(), []);
  useStore(["sessions", "connection", "build"]);
  useTick(500);
  const filter = Object.fromEntries(FIELDS.filter((name) => params[name]).map((name) => [name, params[name]]));
  work.want({ filter, sort, collapsed, key: JSON.stringify([filter, sort, store.sessions.resets]) }, (a, b) => a.key === b.key && a.collapsed === b.collapsed);

  function change(patch) {
    setParams({ ...filter, ...patch });
  }

  function expand(entry, isExpanded) {
    const next = new Set(collapsed);
    if (isExpanded) next.delete(entry.id);
    else next.add(entry.id);
    setCollapsed(next);
  }

  const isFiltered = FIELDS.some((name) => filter[name]);
  const columns = useMemo(() => COLUMNS(expand, collapsed, view), [collapsed, view.hasUsers, view.hasRoutes, t("nav.connections")]);
  return h("section.panel.sheet.fill", { "aria-label": t("nav.connections"), "data-test": "connections" },
    h(Toolbar, { filter, change, view, more, setMore, isNarrowed: closingFilter(filter) !== null, onClose: () => askToClose({ filter: closingFilter(filter), count: view.openMatches }),
      allCollapsed: collapsed.size > 0, onCollapse: () => setCollapsed(collapsed.size ? new Set() : new Set(view.parents)) }),
    more ? h(Filters, { filter, change }) : null,
    h(Chips, { filter, change }),
    h(Table, {
      test: "connections", label: t("nav.connections"), columns, rows: view.rows, rowKey: (entry) => entry.id, memory: kept.place, question: JSON.stringify([filter, sort]), sort, onSort: setSort,
      onOpen: (entry) => go("sessions/" + entry.id, entry.closed ? { at: entry.end } : {}),
      rowClass: (entry) => (entry.closed ? "is-closed " : "") + (entry.isMatch ? "" : "is-context"),
      level: (entry) => entry.isChild && store.sessions.get(entry.row.parentId) ? 2 : 1,
      expanded: (entry) => view.parents.has(entry.id) ? !collapsed.has(entry.id) : undefined, onExpand: expand,
      onKey: (event, entry) => !isReplay() && (event.key === "Delete" || event.key === "x") && !entry.closed && (askToClose({ entry }), true),
      narrowRow: (entry) => h(NarrowRow, { entry }), narrowHeight: 62,
      busy: !store.sessions.position && store.connection.state !== "lost", empty: h(Empty, { isFiltered }),
    }),
    h("footer.table-foot.small", { "data-test": "shown" }, t("connections.shown", { n: view.matched, open: store.sessions.open }),
      h("span.push", t("connections.kept", { closed: exact(store.sessions.closedHeld) }))));
}

function Empty({ isFiltered }) {
  if (!store.sessions.position) return t("connections.unknown");
  return isFiltered ? h("span", t("connections.noMatch"), " ", h("a", { href: href("connections") }, t("connections.clear"))) : t("connections.none");
}
