// Reading labels without a network: the signed text behind the code (RFC 8032, as `fieldwork/signing.py` writes it),
// and the number beside it with its check digit.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const VERSION = 1;
const BODY = 7;
const LENGTH = 114;

function bytesOf(text) {
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    held = (held << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  // Spare bits of the last letter are nought in the one spelling that we write.
  return held ? null : new Uint8Array(bytes);
}

export function tokenIn(text) {
  const last = text.trim().split(/[/?#]/).filter(Boolean).at(-1)?.toUpperCase() ?? "";
  return /^[A-Z2-7]+$/.test(last) && last.length === LENGTH ? last : null;
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// -> { verdict: "genuine" | "forged" | "unknownKey", serial, token }; keys: number -> base64 of 32 bytes.
export async function read(text, keys) {
  const token = tokenIn(text);
  const bytes = token && bytesOf(token);
  if (!bytes || bytes[0] !== VERSION) return { verdict: "forged" };
  const serial = bytes.slice(2, BODY).reduce((number, byte) => number * 256 + byte, 0);
  const given = keys[String(bytes[1])];
  if (!given) return { verdict: "unknownKey", serial, token };
  try {
    const key = await crypto.subtle.importKey("raw", fromBase64(given), { name: "Ed25519" }, false, ["verify"]);
    const ours = await crypto.subtle.verify({ name: "Ed25519" }, key, bytes.slice(BODY), bytes.slice(0, BODY));
    return ours ? { verdict: "genuine", serial, token } : { verdict: "forged" };
  } catch (problem) {
    if (problem.name !== "NotSupportedError") throw problem;
    return { verdict: "unknownKey", serial, token };
  }
}

function checkDigit(body) {
  const sum = [...body].reverse().reduce((total, letter, place) => {
    const term = Number(letter) * (place % 2 ? 1 : 2);
    return total + (term > 9 ? term - 9 : term);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

// The serial behind a number that somebody typed, spaces and full-width digits as they come; null if it does not fit.
export function serialOf(text) {
  const digits = text.normalize("NFKC").replace(/\s/g, "");
  if (!/^\d{2,14}$/.test(digits) || checkDigit(digits.slice(0, -1)) !== digits.at(-1)) return null;
  return Number(digits.slice(0, -1)) || null;
}

export function numberOf(serial) {
  const digits = (String(serial) + checkDigit(String(serial))).padStart(9, "0");
  return `${digits.slice(0, -5)} ${digits.slice(-5, -1)} ${digits.slice(-1)}`;
}
