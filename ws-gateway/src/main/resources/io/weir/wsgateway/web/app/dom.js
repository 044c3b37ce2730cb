/*
 * The one door to Preact. `h` takes a selector, so that markup reads like markup:
 *
 *   h("button.primary", { type: "button", onClick: reload, "data-test": "reload" }, "Reload")
 *   h("p.small", count, " rows")                     // no properties
 *   h(Table, { rows })                               // a component
 *
 * A child is a text, a number, a node, a list of them, or nothing (null, undefined, booleans). Texts become text nodes; nothing
 * here, nor anywhere in the page, is parsed as HTML. `style` takes an object: that is CSSOM, which the policy allows.
 */
import { h as create, isValidElement } from "/lib/preact.js";

export { render, createContext, createRef, Fragment, Component } from "/lib/preact.js";
export { useState, useEffect, useLayoutEffect, useMemo, useCallback, useRef, useContext, useReducer } from "/lib/hooks.js";

const SELECTORS = new Map();

/** "p.small.dim#x" → ["p", "small dim", "x"]; there are few of them, so they are kept. */
function parsed(selector) {
  let parts = SELECTORS.get(selector);
  if (!parts) {
    const [tag, ...classes] = selector.split("#")[0].split(".");
    parts = [tag || "div", classes.join(" "), selector.split("#")[1]];
    SELECTORS.set(selector, parts);
  }
  return parts;
}

function isProps(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !isValidElement(value);
}

/** Makes a node: h(selector or component, properties?, …children). A class in the properties is added to the selector's. */
export function h(type, ...rest) {
  const props = isProps(rest[0]) ? rest.shift() : rest[0] === null || rest[0] === undefined ? (rest.shift(), null) : null;
  if (typeof type !== "string") return create(type, props, ...rest);
  const [tag, classes, id] = parsed(type);
  if (!classes && !id) return create(tag, props, ...rest);
  const all = { ...props };
  if (classes) all.class = all.class ? classes + " " + all.class : classes;
  if (id) all.id = id;
  return create(tag, all, ...rest);
}

/** An icon out of a few strokes in a box of 24 × 24; it takes the colour of the text and says nothing to a screen reader. */
export function icon(path, props) {
  return h("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true", ...props }, h("path", { d: path }));
}
