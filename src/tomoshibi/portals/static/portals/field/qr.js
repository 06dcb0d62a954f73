// Reads a QR code (ISO/IEC 18004, versions 1 to 20) in a picture, for phones whose browser has no reader of its own.

import { correct } from "./reedsolomon.js";

const MOST_VERSION = 20;
const PER_BLOCK = {
  1: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28],
  0: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26],
  3: [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30],
  2: [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28],
};
const BLOCKS = {
  1: [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8],
  0: [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16],
  3: [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20],
  2: [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25],
};
// Keys above are the two bits of the format that name the level: 1 L, 0 M, 3 Q, 2 H.
const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

// -> the text of the first code in the picture, or null. picture: { data: RGBA bytes, width, height }.
// For a still picture it pays to look harder; of a camera the next picture comes at once.
export function decode({ data, width, height }, { thorough = true } = {}) {
  const gray = new Uint8Array(width * height);
  for (let at = 0; at < gray.length; at += 1) {
    gray[at] = (data[4 * at] * 77 + data[4 * at + 1] * 151 + data[4 * at + 2] * 28) >> 8;
  }
  for (const part of thorough ? [8, 20, 3] : [8]) {
    const picture = { dark: darkened(gray, width, height, part), width, height };
    for (const corners of triples(finders(picture)).slice(0, thorough ? 10 : 3)) {
      const text = readAt(picture, corners);
      if (text !== null) return text;
    }
  }
  return null;
}

// What is darker than its surroundings: a mean over a window that moves, so that shadows do not matter.
function darkened(gray, width, height, part) {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      row += gray[y * width + x];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  const half = Math.max(8, Math.round(Math.max(width, height) / part / 2));
  const dark = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const top = Math.max(0, y - half);
    const bottom = Math.min(height, y + half + 1);
    for (let x = 0; x < width; x += 1) {
      const left = Math.max(0, x - half);
      const right = Math.min(width, x + half + 1);
      const sum = sums[bottom * (width + 1) + right] - sums[top * (width + 1) + right]
        - sums[bottom * (width + 1) + left] + sums[top * (width + 1) + left];
      dark[y * width + x] = gray[y * width + x] * (bottom - top) * (right - left) < sum * 0.92 ? 1 : 0;
    }
  }
  return dark;
}

const isFinder = (runs) => {
  const total = runs[0] + runs[1] + runs[2] + runs[3] + runs[4];
  if (total < 7) return false;
  const one = total / 7;
  const off = one * 0.6;
  return Math.abs(runs[0] - one) < off && Math.abs(runs[1] - one) < off && Math.abs(runs[2] - 3 * one) < 3 * off
    && Math.abs(runs[3] - one) < off && Math.abs(runs[4] - one) < off;
};

// The three squares in the corners: black and white runs of 1 1 3 1 1, across and down.
function finders(picture) {
  const { dark, width, height } = picture;
  const found = [];
  for (let y = 1; y < height; y += 2) {
    const runs = [0, 0, 0, 0, 0];
    let colour = 0;
    let length = 0;
    for (let x = 0; x <= width; x += 1) {
      const here = x < width ? dark[y * width + x] : 1 - colour;
      if (here === colour) { length += 1; continue; }
      runs.shift();
      runs.push(length);
      if (colour === 1 && isFinder(runs)) note(picture, found, x - runs[4] - runs[3] - runs[2] / 2, y, runs);
      colour = here;
      length = 1;
    }
  }
  return found.filter((one) => one.count > 1).sort((a, b) => b.count - a.count).slice(0, 12);
}

function note(picture, found, x, y, runs) {
  const total = runs.reduce((sum, run) => sum + run, 0);
  const down = crossed(picture, x, y, 0, 1, total);
  if (!down) return;
  const across = crossed(picture, x, down.middle, 1, 0, total);
  if (!across) return;
  const size = (down.size + across.size) / 2;
  const known = found.find((one) => Math.hypot(one.x - across.middle, one.y - down.middle) < one.size / 3);
  if (known) {
    known.x = (known.x * known.count + across.middle) / (known.count + 1);
    known.y = (known.y * known.count + down.middle) / (known.count + 1);
    known.size = (known.size * known.count + size) / (known.count + 1);
    known.count += 1;
  } else {
    found.push({ x: across.middle, y: down.middle, size, count: 1 });
  }
}

// The same five runs from a point in the middle both ways; -> where the middle is, and how long all five are.
function crossed({ dark, width, height }, x, y, dx, dy, most) {
  const startX = Math.round(x);
  const startY = Math.round(y);
  const isDark = (n) => {
    const px = startX + n * dx;
    const py = startY + n * dy;
    return px < 0 || py < 0 || px >= width || py >= height ? -1 : dark[py * width + px];
  };
  if (isDark(0) !== 1) return null;
  const arm = (way) => {
    const runs = [0, 0, 0];
    let n = way;
    for (let colour = 1, at = 0; at < 3; at += 1, colour = 1 - colour) {
      while (isDark(n) === colour && runs[at] <= most) { runs[at] += 1; n += way; }
    }
    return runs;
  };
  const back = arm(-1);
  const ahead = arm(1);
  const runs = [back[2], back[1], back[0] + ahead[0] + 1, ahead[1], ahead[2]];
  if (!isFinder(runs)) return null;
  return { middle: (dx ? startX : startY) + (ahead[0] - back[0]) / 2, size: runs.reduce((sum, run) => sum + run, 0) };
}

// Three squares of one code: alike in size, at the corners of something like half a square; the likeliest first.
function triples(found) {
  const all = [];
  for (let a = 0; a < found.length; a += 1) {
    for (let b = a + 1; b < found.length; b += 1) {
      for (let c = b + 1; c < found.length; c += 1) {
        const three = [found[a], found[b], found[c]];
        const sizes = three.map((one) => one.size);
        if (Math.max(...sizes) > 2 * Math.min(...sizes)) continue;
        const placed = inOrder(three);
        const right = Math.hypot(placed.tr.x - placed.tl.x, placed.tr.y - placed.tl.y);
        const down = Math.hypot(placed.bl.x - placed.tl.x, placed.bl.y - placed.tl.y);
        const across = Math.hypot(placed.bl.x - placed.tr.x, placed.bl.y - placed.tr.y);
        const skew = Math.abs(Math.log(right / down)) + Math.abs(across / Math.hypot(right, down) - 1)
          + Math.max(...sizes) / Math.min(...sizes) - 1;
        if (skew < 1.2) all.push({ placed, skew });
      }
    }
  }
  return all.sort((a, b) => a.skew - b.skew).map((one) => one.placed);
}

function inOrder([a, b, c]) {
  const far = (p, q) => (p.x - q.x) ** 2 + (p.y - q.y) ** 2;
  const [ab, bc, ca] = [far(a, b), far(b, c), far(c, a)];
  const [tl, p, q] = bc >= ab && bc >= ca ? [a, b, c] : ca >= ab && ca >= bc ? [b, a, c] : [c, a, b];
  const turn = (p.x - tl.x) * (q.y - tl.y) - (p.y - tl.y) * (q.x - tl.x);
  return turn > 0 ? { tl, tr: p, bl: q } : { tl, tr: q, bl: p };
}

// How long seven modules are along the line from one square to another.
function seven(picture, from, to) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const reach = (way) => {
    let colour = 1;
    let changes = 0;
    for (let n = 1; n < length; n += 0.5) {
      const here = at(picture, from.x + way * n * dx, from.y + way * n * dy);
      if (here === -1) return n;
      if (here !== colour) { colour = here; changes += 1; }
      if (changes === 3) return n;
    }
    return null;
  };
  const [ahead, back] = [reach(1), reach(-1)];
  return ahead && back ? ahead + back : null;
}

function at({ dark, width, height }, x, y) {
  const px = Math.round(x);
  const py = Math.round(y);
  return px < 0 || py < 0 || px >= width || py >= height ? -1 : dark[py * width + px];
}

function readAt(picture, corners) {
  const { tl, tr, bl } = corners;
  const lengths = [seven(picture, tl, tr), seven(picture, tr, tl), seven(picture, tl, bl), seven(picture, bl, tl)];
  const known = lengths.filter((one) => one !== null);
  const one = known.length ? known.reduce((sum, length) => sum + length, 0) / known.length / 7 : tl.size / 7;
  const sides = (Math.hypot(tr.x - tl.x, tr.y - tl.y) + Math.hypot(bl.x - tl.x, bl.y - tl.y)) / 2;
  const likely = Math.round((sides / one + 7 - 17) / 4);
  for (const version of [likely, likely + 1, likely - 1, likely + 2, likely - 2]) {
    if (version < 1 || version > MOST_VERSION) continue;
    for (const fourth of fourths(picture, corners, 17 + 4 * version)) {
      const text = readGrid(sampled(picture, corners, fourth, 17 + 4 * version), version);
      if (text !== null) return text;
    }
  }
  return null;
}

// The small square near the fourth corner says how the code is tilted; without it the corner is where a flat one has it.
function fourths(picture, { tl, tr, bl }, size) {
  const [ux, uy] = [(tr.x - tl.x) / (size - 7), (tr.y - tl.y) / (size - 7)];
  const [vx, vy] = [(bl.x - tl.x) / (size - 7), (bl.y - tl.y) / (size - 7)];
  const flat = { x: tr.x + bl.x - tl.x, y: tr.y + bl.y - tl.y, module: size - 3.5 };
  if (size < 25) return [flat];
  const [midX, midY] = [tl.x + (size - 10) * (ux + vx), tl.y + (size - 10) * (uy + vy)];
  const found = [];
  for (let down = -9; down <= 9; down += 0.5) {
    for (let right = -9; right <= 9; right += 0.5) {
      const [x, y] = [midX + right * ux + down * vx, midY + right * uy + down * vy];
      let fits = 0;
      for (let n = -2; n <= 2; n += 1) {
        for (let m = -2; m <= 2; m += 1) {
          const wanted = Math.max(Math.abs(n), Math.abs(m)) === 1 ? 0 : 1;
          if (at(picture, x + m * ux + n * vx, y + m * uy + n * vy) === wanted) fits += 1;
        }
      }
      if (fits >= 20) found.push({ x, y, fits, right, down });
    }
  }
  const best = Math.max(0, ...found.map((one) => one.fits));
  const clusters = [];
  for (const one of found.filter((each) => each.fits >= best - 1).sort((a, b) => b.fits - a.fits)) {
    const near = clusters.find((each) => Math.hypot(each.right - one.right, each.down - one.down) < 1.6);
    if (near) {
      near.x = (near.x * near.n + one.x) / (near.n + 1);
      near.y = (near.y * near.n + one.y) / (near.n + 1);
      near.n += 1;
    } else {
      clusters.push({ ...one, n: 1, module: size - 6.5 });
    }
  }
  clusters.sort((a, b) => b.fits - a.fits || Math.hypot(a.right, a.down) - Math.hypot(b.right, b.down));
  return [...clusters.slice(0, 4), flat];
}

// Each module of the code, looked up through the perspective that the four corners show.
function sampled(picture, { tl, tr, bl }, fourth, size) {
  const far = size - 3.5;
  const through = perspective(
    [[3.5, 3.5], [far, 3.5], [3.5, far], [fourth.module, fourth.module]],
    [[tl.x, tl.y], [tr.x, tr.y], [bl.x, bl.y], [fourth.x, fourth.y]],
  );
  const grid = [];
  for (let y = 0; y < size; y += 1) {
    const row = new Uint8Array(size);
    for (let x = 0; x < size; x += 1) {
      const [px, py] = through(x + 0.5, y + 0.5);
      row[x] = at(picture, px, py) === 1 ? 1 : 0;
    }
    grid.push(row);
  }
  return grid;
}

// The perspective that takes four points to four others: eight equations, solved by elimination.
function perspective(from, to) {
  const rows = from.flatMap(([x, y], n) => {
    const [u, v] = to[n];
    return [[x, y, 1, 0, 0, 0, -x * u, -y * u, u], [0, 0, 0, x, y, 1, -x * v, -y * v, v]];
  });
  for (let n = 0; n < 8; n += 1) {
    const pivot = rows.slice(n).reduce((best, row, m) => (Math.abs(row[n]) > Math.abs(rows[best][n]) ? n + m : best), n);
    [rows[n], rows[pivot]] = [rows[pivot], rows[n]];
    for (let m = 0; m < 8; m += 1) {
      if (m === n || !rows[n][n]) continue;
      const times = rows[m][n] / rows[n][n];
      for (let k = n; k < 9; k += 1) rows[m][k] -= times * rows[n][k];
    }
  }
  const [a, b, c, d, e, f, g, h] = rows.map((row, n) => row[8] / row[n]);
  return (x, y) => {
    const below = g * x + h * y + 1;
    return [(a * x + b * y + c) / below, (d * x + e * y + f) / below];
  };
}

function readGrid(grid, version) {
  const format = formatOf(grid);
  if (!format) return null;
  const words = codewords(grid, version, format.mask);
  const bytes = untangled(words, version, format.level);
  return bytes && textOf(bytes, version);
}

// Level and mask stand twice, each with ten bits to correct them by: the nearest of the 32 that there are.
function formatOf(grid) {
  const size = grid.length;
  const first = [];
  for (let n = 0; n < 6; n += 1) first.push(grid[8][n]);
  first.push(grid[8][7], grid[8][8], grid[7][8]);
  for (let n = 5; n >= 0; n -= 1) first.push(grid[n][8]);
  const second = [];
  for (let n = 0; n < 7; n += 1) second.push(grid[size - 1 - n][8]);
  for (let n = 8; n > 0; n -= 1) second.push(grid[8][size - n]);
  let best = null;
  for (let data = 0; data < 32; data += 1) {
    let rest = data << 10;
    for (let bit = 14; bit >= 10; bit -= 1) if (rest & (1 << bit)) rest ^= 0x537 << (bit - 10);
    const code = ((data << 10) | rest) ^ 0x5412;
    for (const seen of [first, second]) {
      const off = seen.reduce((sum, bit, n) => sum + (bit === ((code >> (14 - n)) & 1) ? 0 : 1), 0);
      if (!best || off < best.off) best = { off, level: data >> 3, mask: data & 7 };
    }
  }
  return best.off <= 3 ? best : null;
}

const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function alignments(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  const found = [6];
  for (let place = version * 4 + 10; found.length < count; place -= step) found.splice(1, 0, place);
  return found;
}

// Modules that hold no data: squares, lines between them, format and version.
function fixed(version) {
  const size = 17 + 4 * version;
  const taken = Array.from({ length: size }, () => new Uint8Array(size));
  const fill = (left, top, right, bottom) => {
    for (let y = top; y <= bottom; y += 1) for (let x = left; x <= right; x += 1) taken[y][x] = 1;
  };
  fill(0, 0, 8, 8);
  fill(size - 8, 0, size - 1, 8);
  fill(0, size - 8, 8, size - 1);
  fill(6, 0, 6, size - 1);
  fill(0, 6, size - 1, 6);
  const places = alignments(version);
  const last = places.length - 1;
  places.forEach((y, n) => places.forEach((x, m) => {
    const isCorner = (n === 0 && m === 0) || (n === 0 && m === last) || (n === last && m === 0);
    if (!isCorner) fill(x - 2, y - 2, x + 2, y + 2);
  }));
  if (version >= 7) {
    fill(size - 11, 0, size - 9, 5);
    fill(0, size - 11, 5, size - 9);
  }
  return taken;
}

function codewords(grid, version, mask) {
  const size = grid.length;
  const taken = fixed(version);
  const words = [];
  let held = 0;
  let bits = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let n = 0; n < size; n += 1) {
      const y = up ? size - 1 - n : n;
      for (const x of [right, right - 1]) {
        if (taken[y][x]) continue;
        held = (held << 1) | (grid[y][x] ^ (MASKS[mask](x, y) ? 1 : 0));
        bits += 1;
        if (bits === 8) { words.push(held); held = 0; bits = 0; }
      }
    }
  }
  return words;
}

// Codewords of several blocks lie between each other; -> the data of all blocks, each corrected, or null.
function untangled(words, version, level) {
  const count = BLOCKS[level][version - 1];
  const check = PER_BLOCK[level][version - 1];
  const short = Math.floor(words.length / count);
  const longer = words.length % count;
  const blocks = Array.from({ length: count }, () => []);
  const shortData = short - check;
  let n = 0;
  for (let at = 0; at <= shortData; at += 1) {
    blocks.forEach((block, number) => {
      if (at < shortData || number >= count - longer) { block.push(words[n]); n += 1; }
    });
  }
  for (let at = 0; at < check; at += 1) for (const block of blocks) { block.push(words[n]); n += 1; }
  const data = [];
  for (const block of blocks) {
    const right = correct(block, check);
    if (!right) return null;
    data.push(...right.slice(0, block.length - check));
  }
  return data;
}

function textOf(bytes, version) {
  let place = 0;
  const left = () => bytes.length * 8 - place;
  const take = (count) => {
    let value = 0;
    for (let n = 0; n < count; n += 1, place += 1) value = (value << 1) | ((bytes[place >> 3] >> (7 - (place & 7))) & 1);
    return value;
  };
  const wide = version < 10 ? 0 : 1;
  let text = "";
  const raw = [];
  while (left() >= 4) {
    const mode = take(4);
    if (mode === 0) break;
    if (mode === 1) {
      let count = take([10, 12][wide]);
      for (; count > 0; count -= 3) {
        const digits = Math.min(3, count);
        text += String(take([0, 4, 7, 10][digits])).padStart(digits, "0");
      }
    } else if (mode === 2) {
      let count = take([9, 11][wide]);
      for (; count > 1; count -= 2) {
        const pair = take(11);
        text += ALPHANUMERIC[Math.floor(pair / 45)] + ALPHANUMERIC[pair % 45];
      }
      if (count) text += ALPHANUMERIC[take(6)];
    } else if (mode === 4) {
      const count = take([8, 16][wide]);
      if (count * 8 > left()) return null;
      raw.length = 0;
      for (let n = 0; n < count; n += 1) raw.push(take(8));
      text += new TextDecoder().decode(new Uint8Array(raw));
    } else if (mode === 7) {
      take(8);
    } else {
      return null;
    }
  }
  return text || null;
}
