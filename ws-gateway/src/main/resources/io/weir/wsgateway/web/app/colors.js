/* Colours of the style sheet for what is painted on a canvas, which knows no custom properties. */
let probe = null;
let known = new Map();
const listeners = new Set();

/** @param {string} name such as "--down" @param {number} [alpha] */
export function color(name, alpha = 1) {
  const key = name + alpha;
  if (!known.has(key)) {
    if (!probe) {
      probe = document.createElement("span");
      probe.hidden = true;
      document.body.append(probe);
    }
    probe.style.color = "var(" + name + ")";
    const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g);
    known.set(key, "rgba(" + r + "," + g + "," + b + "," + alpha + ")");
  }
  return known.get(key);
}

/** Calls fn when the colours are other ones. @returns {() => void} how to stop */
export function onColors(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

function changed() {
  known = new Map();
  listeners.forEach((listener) => listener());
}

addEventListener("weir-theme", changed);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
