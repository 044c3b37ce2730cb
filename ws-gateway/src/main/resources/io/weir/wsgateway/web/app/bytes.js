/*
 * Bytes of a stored body, and what can be made of them to be looked at. Everything here is bounded, as the bytes are a
 * stranger's: what is fetched, and what a compressed body may become.
 */

/**
 * Reads a stream up to a limit and lets go of the rest.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} limit in bytes
 * @returns {Promise<{bytes: Uint8Array, more: boolean}>} more: whether the stream had not ended there
 */
export async function readUpTo(stream, limit) {
  const reader = stream.getReader(), parts = [];
  let length = 0, more = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const part = length + value.length > limit ? value.subarray(0, limit - length) : value;
    parts.push(part);
    length += part.length;
    if (part.length < value.length) {
      more = true;
      reader.cancel().catch(() => {}); // that it could not be cancelled changes nothing here
      break;
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, more };
}

const DECODABLE = { gzip: "gzip", "x-gzip": "gzip", deflate: "deflate" };

/** The names in a Content-Encoding, in the order in which they were applied; "identity" is none. */
export function encodingsOf(value) {
  return (value || "").toLowerCase().split(",").map((name) => name.trim()).filter((name) => name && name !== "identity");
}

/** Whether the page can undo these encodings. Two are the most: more is a bomb, or nonsense. */
export function canDecode(encodings) {
  return encodings.length <= 2 && encodings.every((name) => name in DECODABLE) && typeof DecompressionStream === "function";
}

/**
 * Undoes the encodings, up to a limit of bytes. What is cut off or broken gives what could be read of it.
 * @param {Uint8Array} bytes
 * @param {string[]} encodings as {@link encodingsOf} has them
 * @param {number} limit
 * @returns {Promise<{bytes: Uint8Array, more: boolean, broken: boolean}>}
 */
export async function decode(bytes, encodings, limit) {
  let result = { bytes, more: false, broken: false };
  for (const name of [...encodings].reverse()) {
    const step = await inflate(result.bytes, DECODABLE[name], limit);
    result = { bytes: step.bytes, more: result.more || step.more, broken: result.broken || (step.broken && !result.more) };
  }
  return result;
}

async function inflate(bytes, format, limit) {
  // servers send "deflate" without its zlib head, too: its first byte tells
  const raw = format === "deflate" && bytes.length > 0 && (bytes[0] & 15) !== 8;
  const stream = new DecompressionStream(raw ? "deflate-raw" : format);
  const writer = stream.writable.getWriter();
  let broken = false;
  const fed = writer.write(bytes).then(() => writer.close()).catch(() => { broken = true; });
  const kept = [];
  let length = 0, more = false;
  const reader = stream.readable.getReader();
  try {
    while (length < limit) {
      const { done, value } = await reader.read();
      if (done) break;
      kept.push(value);
      length += value.length;
    }
    more = length >= limit;
  } catch (e) {
    broken = true;
  }
  if (more) reader.cancel().catch(() => {});
  else await fed;
  const whole = new Blob(kept);
  const view = new Uint8Array(await whole.slice(0, limit).arrayBuffer());
  return { bytes: view, more, broken: broken && !more };
}

const MAGIC = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

/** The type of picture that the bytes are, by their own first bytes; SVG has none, so there the header is believed. */
export function imageType(bytes, contentType) {
  for (const [type, magic] of MAGIC) {
    if (magic.every((byte, i) => bytes[i] === byte)) return type;
  }
  const at = (i, text) => [...text].every((c, k) => bytes[i + k] === c.charCodeAt(0));
  if (at(0, "RIFF") && at(8, "WEBP")) return "image/webp";
  return mediaType(contentType) === "image/svg+xml" ? "image/svg+xml" : "";
}

/** The media type of a Content-Type, without its parameters. */
export function mediaType(contentType) {
  return (contentType || "").split(";")[0].trim().toLowerCase();
}

/** As `data:` URL, the one form of picture that the page's policy allows beside its own. */
export function dataUrl(bytes, type) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return "data:" + type + ";base64," + btoa(text);
}

/**
 * The bytes as text in the charset that the header names, or UTF-8; null if they look like no text.
 * @param {Uint8Array} bytes
 * @param {boolean} cut whether the last character may be half there
 */
export function textOf(bytes, contentType, cut) {
  const named = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType || "");
  let decoder;
  try {
    decoder = new TextDecoder(named ? named[1] : "utf-8");
  } catch (e) {
    decoder = new TextDecoder("utf-8");
  }
  const text = decoder.decode(bytes, { stream: cut });
  const sample = text.slice(0, 4096);
  let odd = 0;
  for (const c of sample) if (c === "\ufffd" || (c < " " && !"\t\n\r\f\x1b".includes(c))) odd++;
  return odd * 50 > sample.length ? null : text;
}

/** One line of a hex view: offset, the bytes, and what of them is printable ASCII. */
export function hexLine(bytes, at, width) {
  const row = bytes.subarray(at, at + width);
  const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0"));
  const left = hex.slice(0, width / 2).join(" "), right = hex.slice(width / 2).join(" ");
  const cells = (left + (right ? "  " + right : "")).padEnd(width * 3);
  const ascii = Array.from(row, (byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·").join("");
  return at.toString(16).padStart(6, "0") + "  " + cells + "  " + ascii;
}
