/* Short messages that go by themselves, and the question before something that cannot be undone. */
import { h, useEffect, useReducer, useRef, useState } from "./dom.js";
import { t } from "./i18n.js";

const TOAST_MS = 6000;
let toasts = [], question = null, ids = 0, again = () => {};

/** @param {"good"|"bad"|"info"} [kind] */
export function toast(text, kind = "info") {
  const item = { id: ++ids, text, kind };
  toasts = [...toasts.slice(-3), item];
  setTimeout(() => drop(item), TOAST_MS);
  again();
}

function drop(item) {
  toasts = toasts.filter((other) => other !== item);
  again();
}

/**
 * Asks, in a modal dialog; Escape and a click beside it mean no.
 *
 * @param {{title: string, text?: string, action: string, danger?: boolean, input?: {label: string, maxLength?: number}}} what
 * @returns {Promise<null|{input: string}>} null for no
 */
export function confirm(what) {
  question?.answer(null);
  return new Promise((resolve) => {
    question = { ...what, id: ++ids, answer: (value) => { question = null; again(); resolve(value); } };
    again();
  });
}

/** Where they appear; the shell has it once. */
export function Overlays() {
  const [, render] = useReducer((n) => n + 1, 0);
  useEffect(() => { again = render; }, []);
  return [
    h("div.toasts", { role: "status", "aria-live": "polite", "data-test": "toasts" }, toasts.map((item) =>
      h("div.toast", { key: item.id, "data-kind": item.kind, "data-test": "toast" }, h("span", item.text),
        h("button.plain", { type: "button", "aria-label": t("dismiss"), onClick: () => drop(item) }, "×")))),
    question ? h(Question, { key: question.id, question }) : null,
  ];
}

function Question({ question }) {
  const dialog = useRef(null), [input, setInput] = useState("");
  useEffect(() => {
    const { current: element } = dialog;
    element.showModal(); // the browser keeps the focus within, and makes the rest inert
    return () => element.close(); // gives the focus back, which it does not when it is only taken away
  }, []);
  return h("dialog.dialog", {
    ref: dialog, "aria-labelledby": "question-title", "data-test": "confirm",
    onCancel: (event) => { event.preventDefault(); question.answer(null); },
    onClick: (event) => { if (event.target === dialog.current) question.answer(null); },
  }, h("form", { method: "dialog", onSubmit: (event) => { event.preventDefault(); question.answer({ input: input.trim() }); } },
    h("h2#question-title", question.title),
    question.text ? h("p", question.text) : null,
    question.input ? h("label.field", h("span", question.input.label), h("input", {
      type: "text", value: input, maxLength: question.input.maxLength || 200, "data-test": "confirm-input", spellcheck: false,
      onInput: (event) => setInput(event.target.value),
    })) : null,
    h("div.dialog-actions",
      h("button", { type: "button", "data-test": "confirm-cancel", onClick: () => question.answer(null) }, t("cancel")),
      h("button", { type: "submit", class: question.danger ? "danger" : "primary", "data-test": "confirm-ok" }, question.action))));
}

/** A modal panel with a title and a button that closes it. */
export function Sheet({ title, test, onClose, children }) {
  const dialog = useRef(null);
  useEffect(() => {
    const { current: element } = dialog;
    element.showModal();
    return () => element.close();
  }, []);
  return h("dialog.dialog", {
    ref: dialog, "aria-label": title, "data-test": test,
    onClose, onClick: (event) => { if (event.target === dialog.current) onClose(); },
  }, h("header.dialog-head", h("h2", title), h("button.plain", { type: "button", "aria-label": t("close.panel"), onClick: onClose }, "×")), children);
}
