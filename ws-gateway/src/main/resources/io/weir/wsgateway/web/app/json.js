/*
 * Lays JSON out in lines without understanding it, so that nothing in it changes: numbers keep their digits (an id over
 * 2^53 would not survive JSON.parse), keys that come twice stay two, and a text that was cut off is laid out up to there.
 */

const MAX_INDENT = 40;

/** Whether a text begins as JSON objects and arrays do, and no quote or bracket of its start is out of place. */
export function looksLikeJson(text) {
  return /^\s*(\{\s*("|\}|$)|\[\s*(["{[\]\-\dtfn]|$))/.test(text.slice(0, 1024));
}

/**
 * @param {string} text JSON, whole or its beginning
 * @returns {string} the same tokens, one member or element a line
 */
export function layOut(text) {
  const out = [];
  let depth = 0, i = 0;
  const newLine = () => out.push("\n", "  ".repeat(Math.max(0, Math.min(depth, MAX_INDENT))));
  while (i < text.length) {
    const c = text[i];
    if (c === '"') {
      const end = endOfString(text, i);
      out.push(text.slice(i, end));
      i = end;
    } else if (c === "{" || c === "[") {
      const close = /^\s*[}\]]/.exec(text.slice(i + 1, i + 33));
      out.push(c);
      if (close) {
        out.push(close[0].trim());
        i += close[0].length;
      } else {
        depth++;
        newLine();
      }
      i++;
    } else if (c === "}" || c === "]") {
      depth--;
      newLine();
      out.push(c);
      i++;
    } else if (c === ",") {
      out.push(c);
      newLine();
      i++;
    } else if (c === ":") {
      out.push(": ");
      i++;
    } else {
      if (!/\s/.test(c)) out.push(c);
      i++;
    }
  }
  return out.join("");
}

function endOfString(text, start) {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}
