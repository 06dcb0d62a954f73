// Reed-Solomon codes over the field of 256 elements that QR codes use (x^8 + x^4 + x^3 + x^2 + 1).

const POWERS = new Uint8Array(510);
const LOGS = new Uint8Array(256);
for (let n = 0, value = 1; n < 255; n += 1) {
  POWERS[n] = value;
  POWERS[n + 255] = value;
  LOGS[value] = n;
  value = (value << 1) ^ (value & 128 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? POWERS[LOGS[a] + LOGS[b]] : 0);
const over = (a, b) => (a ? POWERS[(LOGS[a] + 255 - LOGS[b]) % 255] : 0);
// Coefficients from the lowest power up.
const valueAt = (polynomial, x) => polynomial.reduceRight((sum, one) => times(sum, x) ^ one, 0);

// -> the block with up to half of its check words' number of errors put right, or null where there are more.
export function correct(block, check) {
  const syndromes = [];
  for (let n = 0; n < check; n += 1) syndromes.push(block.reduce((sum, word) => times(sum, POWERS[n]) ^ word, 0));
  if (syndromes.every((one) => one === 0)) return block;
  const locator = shortest(syndromes);
  const errors = locator.length - 1;
  if (errors * 2 > check) return null;
  const evaluator = syndromes.map((_one, n) =>
    locator.slice(0, n + 1).reduce((sum, factor, m) => sum ^ times(factor, syndromes[n - m]), 0)).slice(0, errors);
  // Of the derivative only odd powers are left: in this field twice anything is nothing.
  const derived = locator.slice(1).map((one, n) => (n % 2 ? 0 : one));
  const fixed = [...block];
  let found = 0;
  for (let place = 0; place < block.length; place += 1) {
    const inverse = POWERS[(255 - place) % 255];
    if (valueAt(locator, inverse) !== 0) continue;
    const below = valueAt(derived, inverse);
    if (!below) return null;
    fixed[block.length - 1 - place] ^= times(POWERS[place], over(valueAt(evaluator, inverse), below));
    found += 1;
  }
  return found === errors ? fixed : null;
}

// Berlekamp and Massey: the shortest recurrence that gives the syndromes.
function shortest(syndromes) {
  let [current, before, last, gap, length] = [[1], [1], 1, 1, 0];
  syndromes.forEach((syndrome, n) => {
    let off = syndrome;
    for (let m = 1; m <= length; m += 1) off ^= times(current[m] ?? 0, syndromes[n - m]);
    if (!off) { gap += 1; return; }
    const factor = over(off, last);
    const next = [...current];
    before.forEach((one, m) => { next[m + gap] = (next[m + gap] ?? 0) ^ times(factor, one); });
    for (let m = 0; m < next.length; m += 1) next[m] ??= 0;
    if (2 * length <= n) {
      [before, last, length, gap] = [current, off, n + 1 - length, 1];
    } else {
      gap += 1;
    }
    current = next;
  });
  return Array.from({ length: length + 1 }, (_none, n) => current[n] ?? 0);
}
