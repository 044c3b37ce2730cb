import { h, useEffect, useRef, useState } from "./dom.js";
import { t } from "./i18n.js";

/* The fields of a page's filter. What is typed takes effect a moment after the last letter, at once with Enter. */

const SETTLE_MS = 300;

/**
 * All the fields of a page. On a phone those of the class query-extra are behind a button, which says how many of them are set.
 * @param {{test: string, set: number, children: any}} props
 */
export function FilterPanel({ test, set, children }) {
  const [isOpen, setOpen] = useState(false);
  const toggle = h("button.query-toggle", { type: "button", "aria-expanded": String(isOpen), "data-test": test, onClick: () => setOpen(!isOpen) },
    t("h.filters"), set > 0 ? " · " + set : "");
  return h("div.query", { role: "search", class: isOpen ? "is-open" : "" }, children(toggle));
}

/** @param {{label: string, value: string, test: string, hint?: string, onChange: (value: string) => void, search?: boolean, class?: string, inputMode?: string}} props */
export function TextFilter({ label, value, test, hint, onChange, search, class: classes, inputMode }) {
  const [text, setText] = useState(value), timer = useRef(0), latest = useRef(value);
  useEffect(() => {
    if (value !== latest.current) setText(value); // somebody else changed it: a link, the back button, "clear"
    latest.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (next) => {
    clearTimeout(timer.current);
    if (next === latest.current) return;
    latest.current = next;
    onChange(next);
  };
  return h("label.query-field", { class: classes }, h("span.query-name", label), h("input", {
    type: search ? "search" : "text", value: text, placeholder: hint || "", spellcheck: false, autocomplete: "off", autocapitalize: "off", maxLength: 300, inputMode,
    "data-test": test, "data-search": search ? "" : null,
    onInput: (event) => {
      const next = event.target.value;
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => tell(next.trim()), SETTLE_MS);
    },
    onKeyDown: (event) => { if (event.key === "Enter") tell(event.target.value.trim()); },
    onBlur: (event) => tell(event.target.value.trim()),
  }));
}

/** @param {{label: string, value: string, test: string, options: [string, string][], onChange: (value: string) => void, class?: string}} props options: value and text */
export function SelectFilter({ label, value, test, options, onChange, class: classes }) {
  return h("label.query-field.query-extra", { class: classes }, h("span.query-name", label), h("select", { value, "data-test": test, onChange: (event) => onChange(event.target.value) },
    options.map(([name, text]) => h("option", { key: name, value: name, selected: name === value }, text))));
}

/** A few choices side by side, one of which is taken. @param {{label: string, value: string, test: string, options: [string, string][], onChange: (value: string) => void}} props */
export function Segments({ label, value, test, options, onChange }) {
  return h("div.segments", { role: "group", "aria-label": label, "data-test": test }, options.map(([name, text]) =>
    h("button", { key: name, type: "button", "aria-pressed": String(name === value), "data-test": test + "-" + name, onClick: () => onChange(name) }, text)));
}
