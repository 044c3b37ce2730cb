/* Asks the rules in force about a request that somebody could make. Nothing is looked up, counted or sent. */
import { post } from "../api.js";
import { h, useRef, useState } from "../dom.js";
import { safe } from "../format.js";
import { t } from "../i18n.js";

const FIELDS = ["user", "client", "method", "listener", "address"];
const LINES = 100; // of an explanation; the last one says what decides
const FORMS = { user: "anna", client: "192.0.2.7", method: "GET", listener: "", address: "203.0.113.5" };

/** @param {{onDecided: (names: string[]) => void}} props hears the names of the rules that decide */
export function RuleTester({ onDecided }) {
  const [answer, setAnswer] = useState(null), [busy, setBusy] = useState(false), [more, setMore] = useState(false), form = useRef(null);

  async function ask(event) {
    event.preventDefault();
    const fields = new FormData(form.current), question = { url: String(fields.get("url")).trim() };
    if (!question.url) return;
    for (const name of FIELDS) if (String(fields.get(name) || "").trim()) question[name] = String(fields.get(name)).trim();
    if (fields.get("intercepted")) question.intercepted = true;
    setBusy(true);
    let next;
    try {
      next = await post("/api/rules/test", question);
    } catch (e) {
      next = { error: e.status ? safe(e.message) : t("unreachable") };
    }
    setBusy(false);
    setAnswer(next);
    onDecided((next.verdicts || []).map((verdict) => verdict.rule));
  }

  const clear = () => { setAnswer(null); onDecided([]); };
  const field = (name, props) => h("label.query-field", { key: name, ...props }, h("span.query-name", t("r." + name)), h("input", {
    type: "text", name, spellcheck: false, autocomplete: "off", autocapitalize: "off", maxLength: 300, placeholder: FORMS[name], "data-test": "rule-" + name }));
  return h("div.rule-test",
    h("form.query", { ref: form, onSubmit: ask, "aria-label": t("r.test"), class: more ? "is-open" : "" },
      h("div.query-line",
        h("label.query-field.query-wide", h("span.query-name", t("r.url")), h("input", { type: "text", name: "url", required: true, spellcheck: false, autocomplete: "off", autocapitalize: "off", maxLength: 2000,
          placeholder: "https://www.example.com/", "data-test": "rule-url" })),
        field("user", { class: "query-extra" }), field("client", { class: "query-extra" }),
        more ? [field("method", { class: "query-short" }), field("listener"), field("address"),
          h("label.query-check", { key: "intercepted" }, h("input", { type: "checkbox", name: "intercepted", "data-test": "rule-intercepted" }), t("r.intercepted"))] : null,
        h("button.primary", { type: "submit", disabled: busy, "data-test": "rule-ask" }, t("r.ask")),
        h("button.quiet", { type: "button", "aria-expanded": String(more), "data-test": "rule-more", onClick: () => setMore(!more) }, t(more ? "r.less" : "r.more")))),
    answer ? h("div.rule-answer", { role: "status", "data-test": "rule-answer", "data-decision": answer.decision || "error" },
      h("button.plain", { type: "button", "aria-label": t("close.panel"), "data-test": "rule-answer-close", onClick: clear }, "×"),
      answer.error ? h("p.bad", answer.error) : answer.verdicts.map((verdict) => h(Verdict, { key: verdict.asked, verdict }))) : null);
}

function Verdict({ verdict }) {
  const { explanation } = verdict, shown = explanation.slice(-LINES), before = explanation.length - shown.length;
  return h("div.rule-verdict", { "data-decision": verdict.decision },
    h("p", h("span.rule-pill", { "data-refuses": String(verdict.decision === "refused") }, t("r.decision." + verdict.decision)), " ",
      t("r.asked." + verdict.asked), " · ", h("b", { "data-test": "rule-decides" }, safe(verdict.rule)), verdict.action ? h("span.dim", " · ", safe(verdict.action)) : null),
    before > 0 ? h("p.small", t("r.before", { n: before })) : null,
    h("ol.rule-why", { start: before + 1, "data-test": "rule-why" }, shown.map((line, i) => h("li.mono", { key: i, "data-decides": i === shown.length - 1 ? "true" : null }, safe(line)))));
}
