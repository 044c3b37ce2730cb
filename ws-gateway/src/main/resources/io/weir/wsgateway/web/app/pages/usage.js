/* What each user has moved today and this month, and of its quotas. */
import { get } from "../api.js";
import { h, useMemo, useState } from "../dom.js";
import { bytes, exact, safe } from "../format.js";
import { t } from "../i18n.js";
import { usePolled } from "../polled.js";
import { go, href, setParams } from "../route.js";
import { Table } from "../table.js";

const PAGE = 1000, MOST = 5000, OFTEN_MS = 2000, RARELY_MS = 15_000;
export const WARNED_SHARE = .8;

/** All users up to a bound, page by page. */
async function load(signal) {
  let answer = await get("/api/usage", { limit: PAGE }, { signal });
  const users = answer.data;
  while (answer.next !== undefined && users.length < MOST) {
    answer = await get("/api/usage", { limit: PAGE, after: answer.next }, { signal });
    users.push(...answer.data);
  }
  return { ...answer, users };
}

const KEYS = {
  user: (row) => row.user, day: (row) => row.day.bytes, month: (row) => row.month.bytes, up: (row) => row.sinceStart?.up ?? -1, down: (row) => row.sinceStart?.down ?? -1,
  open: (row) => row.sinceStart?.open ?? -1, refused: (row) => row.sinceStart?.refused ?? -1,
};

export function sortedUsers(users, { key, desc }) {
  const keyOf = KEYS[key] || KEYS.month, sign = desc ? -1 : 1;
  return [...users].sort((a, b) => keyOf(a) < keyOf(b) ? -sign : keyOf(a) > keyOf(b) ? sign : a.user < b.user ? -1 : 1);
}

const isOver = (row) => row.day.exceeded === true || row.month.exceeded === true;

export default function Usage({ params }) {
  const { answer, error } = usePolled(load, ({ users }) => users.length > PAGE ? RARELY_MS : OFTEN_MS);
  const [sort, setSort] = useState({ key: "month", desc: true }), q = (params.q || "").trim().toLowerCase();
  const rows = useMemo(() => sortedUsers((answer?.users || []).filter((row) => !q || row.user.toLowerCase().includes(q)), sort), [answer, sort, q]);
  if (answer && answer.users.length === 0) return h(NoUsers);
  if (!answer && error?.status === 404) return h("section.panel.empty", { "data-test": "usage-missing" }, t("u.replay"));
  const over = (answer?.users || []).filter(isOver).length;
  return h("section.panel.sheet.fill", { "aria-label": t("nav.usage"), "data-test": "usage" },
    h("div.tools", h("h1", t("nav.usage")), h("p.small.lead", answer ? t("u.lead", { day: answer.day, month: answer.month }) : ""),
      h("input.search.push", { type: "search", value: params.q || "", "data-search": "", "data-test": "search", spellcheck: false, autocomplete: "off", placeholder: t("u.search"), "aria-label": t("u.search"),
        onInput: (event) => setParams({ ...params, q: event.target.value }) })),
    h(Table, {
      test: "usage", label: t("nav.usage"), columns: columns(), rows, rowKey: (row) => row.user, rowHeight: 46, narrowRow, narrowHeight: 74, sort, onSort: setSort, question: JSON.stringify([sort, q]), busy: !answer && !error,
      rowClass: (row) => isOver(row) ? "is-over" : "", onOpen: (row) => go("connections", { user: row.user }),
      empty: error && !answer ? safe(error.message) : answer ? t("u.noMatch") : t("loading"),
    }),
    h("footer.table-foot.small", { "data-test": "usage-foot" }, answer ? t("u.shown", { n: answer.total }) : "", over ? h("span.bad", t("u.over", { n: over })) : null,
      answer && answer.users.length < answer.total ? h("span", t("u.more", { n: answer.users.length })) : null,
      h("span.push", error && answer ? h("span.bad", { role: "status" }, t("r.old")) : t("u.since"))));
}

function NoUsers() {
  return h("section.panel.unset", { "data-test": "usage-none" }, h("h1", t("u.none")), h("p", t("u.none.text")),
    h("pre.mono", "proxy:\n  users: users.txt        # weir user add NAME --file users.txt\nlimits:\n  quota-day: 10GiB\n  quotas: [\"anna month=100GiB\"]"));
}

/** How much of a quota is used: a bar with a mark where a warning is given. */
function Use({ use, name }) {
  if (!use.quota) return h("div.use", h("span", { title: exact(use.bytes) }, bytes(use.bytes)));
  const share = use.bytes / use.quota, level = share >= 1 ? "over" : share >= WARNED_SHARE ? "warned" : "good";
  return h("div.use", { title: t("u.tip", { bytes: use.bytes, quota: use.quota }) },
    h("span", bytes(use.bytes), h("span.dim", " / ", bytes(use.quota))),
    h("span.meter", { role: "meter", "aria-label": t("u.meter." + name), "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.min(100, Math.floor(share * 100)), "data-level": level, "data-test": "meter-" + name },
      h("span.meter-fill", { style: { width: Math.min(1, share) * 100 + "%" } }), h("span.meter-mark", { style: { left: WARNED_SHARE * 100 + "%" } })));
}

const figure = (row, name, show) => row.sinceStart ? h("span", { title: exact(row.sinceStart[name]), "data-test": "usage-" + name, "data-value": row.sinceStart[name] }, show(row.sinceStart[name])) : h("span.zero", "–");

const columns = () => [
  { key: "user", title: t("h.col.user"), width: "minmax(140px, 1.5fr)", sort: true, cell: (row) => [h("b", { key: "u", title: safe(row.user) }, safe(row.user)), isOver(row) ? h("span.over-pill", { key: "o", "data-test": "usage-over" }, t("u.isOver")) : null] },
  { key: "day", title: t("u.day"), width: "minmax(104px, 1fr)", sort: true, cell: (row) => h(Use, { use: row.day, name: "day" }) },
  { key: "month", title: t("u.month"), width: "minmax(104px, 1fr)", sort: true, cell: (row) => h(Use, { use: row.month, name: "month" }) },
  { key: "up", title: t("col.up"), width: "84px", sort: true, num: true, class: "up", minWidth: 760, cell: (row) => figure(row, "up", bytes) },
  { key: "down", title: t("col.down"), width: "84px", sort: true, num: true, class: "down", minWidth: 760, cell: (row) => figure(row, "down", bytes) },
  { key: "open", title: t("u.open"), width: "72px", sort: true, num: true, minWidth: 640, cell: (row) => figure(row, "open", exact) },
  { key: "refused", title: t("u.refused"), width: "82px", sort: true, num: true, minWidth: 900, cell: (row) => figure(row, "refused", exact) },
  { key: "links", title: "", width: "92px", minWidth: 1000, cell: (row) => h("a", { href: href("history", { user: row.user, range: "all" }), tabIndex: -1, "data-test": "usage-history", onClick: (event) => event.stopPropagation() }, t("nav.history")) },
];

function narrowRow(row) {
  return [h("div.narrow-line", h("b.clip", safe(row.user)), isOver(row) ? h("span.over-pill", t("u.isOver")) : null, h("span.push.num", row.sinceStart ? t("top.open", { n: row.sinceStart.open }) : "")),
    h("div.use-pair", h(Use, { use: row.day, name: "day" }), h(Use, { use: row.month, name: "month" }))];
}
