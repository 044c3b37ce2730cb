/* The rules in force in their order, how often each has decided, and what they would say of a request. */
import { get } from "../api.js";
import { h, useState } from "../dom.js";
import { exact, safe } from "../format.js";
import { t } from "../i18n.js";
import { usePolled } from "../polled.js";
import { setParams } from "../route.js";
import { Table } from "../table.js";
import { RuleTester } from "./rules-test.js";

const OFTEN_MS = 2000, RARELY_MS = 15_000, MANY_RULES = 1000;

export default function Rules({ params }) {
  const { answer, error } = usePolled((signal) => get("/api/rules", null, { signal }), ({ rules }) => rules.length > MANY_RULES ? RARELY_MS : OFTEN_MS);
  const [decided, setDecided] = useState([]);
  const rules = answer?.rules || [], q = (params.q || "").trim().toLowerCase();
  const most = rules.reduce((max, rule) => Math.max(max, rule.hits), 1);
  const rows = rules.map((rule, i) => ({ ...rule, place: i + 1, isRefusal: rule.rule.startsWith("refuse"), share: rule.hits / most }))
    .filter((rule) => !q || (rule.name + "\n" + rule.rule).toLowerCase().includes(q));
  if (answer && rules.length === 0) return h(NoRules);
  if (!answer && error?.status === 404) return h("section.panel.empty", { "data-test": "rules-missing" }, t("r.replay"));
  return h("section.panel.sheet.fill", { "aria-label": t("nav.rules"), "data-test": "rules" },
    h("div.tools", h("h1", t("nav.rules")), h("p.small.lead", t("r.lead")),
      h("input.search.push", { type: "search", value: params.q || "", "data-search": "", "data-test": "search", spellcheck: false, autocomplete: "off", placeholder: t("r.search"), "aria-label": t("r.search"),
        onInput: (event) => setParams({ ...params, q: event.target.value }) })),
    h(RuleTester, { onDecided: setDecided }),
    h(Table, {
      test: "rules", label: t("nav.rules"), columns: columns(), rows, rowKey: (rule) => rule.place, rowHeight: 38, narrowRow, narrowHeight: 62, busy: !answer && !error,
      rowClass: (rule) => (decided.includes(rule.name) ? "is-decided" : rule.hits === 0 ? "is-unused" : ""),
      empty: error && !answer ? safe(error.message) : answer ? t("r.noMatch") : t("loading"),
    }),
    h("footer.table-foot.small", { "data-test": "rules-foot" }, t("r.shown", { n: rules.length }), h("span", t("r.otherwise")),
      error && answer ? h("span.push.bad", { role: "status" }, t("r.old")) : null));
}

function NoRules() {
  return h("section.panel.unset", { "data-test": "rules-none" }, h("h1", t("r.none")), h("p", t("r.none.text")),
    h("pre.mono", "rules:\n  - refuse host=.ads.example name=ads\n  - allow user=anna"), h("p.dim", t("r.none.file"), " ", h("code", "proxy.rules"), " · ", h("code", "weir proxy --rules FILE")));
}

const ActionPill = ({ rule }) => h("span.rule-pill", { "data-refuses": String(rule.isRefusal) }, t(rule.isRefusal ? "r.refuse" : "r.allow"));

const columns = () => [
  { key: "place", title: "#", width: "46px", num: true, class: "c-dim", cell: (rule) => rule.place },
  { key: "name", title: t("r.col.name"), width: "minmax(90px, 170px)", cell: (rule) => h("b", { title: safe(rule.name) }, safe(rule.name)) },
  { key: "action", title: t("r.col.action"), width: "84px", cell: (rule) => h(ActionPill, { rule }) },
  { key: "rule", title: t("r.col.rule"), width: "minmax(160px, 1fr)", class: "mono", tip: (rule) => safe(rule.rule), cell: (rule) => safe(rule.rule) },
  { key: "hits", title: t("r.col.hits"), width: "110px", num: true, cell: (rule) => [
    h("span", { key: "n", "data-test": "rule-hits", class: rule.hits ? "" : "zero" }, exact(rule.hits)),
    h("span.bar", { key: "b", "aria-hidden": "true" }, h("span.bar-down", { style: { width: rule.share * 100 + "%" } }))] },
];

function narrowRow(rule) {
  return [h("div.narrow-line", h("span.dim", rule.place), h("b.clip", safe(rule.name)), h(ActionPill, { rule }), h("span.push.num", { "data-test": "rule-hits" }, exact(rule.hits))),
    h("div.clip.mono", safe(rule.rule))];
}
