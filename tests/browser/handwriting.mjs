// Digits as strokes of a pen, and pictures made of them.

import { deflateSync } from 'node:zlib';

// In parts of a square, x to the right, y down.
export const kDigits = {
  1: [
    [
      [0.5, 0.15],
      [0.5, 0.85],
    ],
  ],
  4: [
    [
      [0.38, 0.15],
      [0.28, 0.52],
      [0.72, 0.52],
    ],
    [
      [0.6, 0.3],
      [0.6, 0.88],
    ],
  ],
  7: [
    [
      [0.26, 0.18],
      [0.74, 0.18],
      [0.6, 0.45],
      [0.45, 0.86],
    ],
  ],
};

// Draws with the mouse on the sheet, the digits side by side.
export async function drawWithMouse(page, digits) {
  const pad = page.locator('#pad');
  await pad.scrollIntoViewIfNeeded();
  const sheet = await pad.boundingBox();
  for (const stroke of strokesOn(sheet, digits)) {
    const [start, ...rest] = stroke;
    await page.mouse.move(...start);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point, { steps: 8 });
    await page.mouse.up();
  }
}

// Draws with a finger: real touch events, which must not scroll the page.
export async function drawWithFinger(page, digits) {
  const sheet = await page.locator('#pad').boundingBox();
  const session = await page.context().newCDPSession(page);
  const touch = (type, point) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: point ? [{ x: point[0], y: point[1] }] : [],
    });
  for (const [start, ...rest] of strokesOn(sheet, digits)) {
    await touch('touchStart', start);
    let from = start;
    for (const to of rest) {
      for (const point of between(from, to, 8)) await touch('touchMove', point);
      from = to;
    }
    await touch('touchEnd', null);
  }
}

export function pngOf(digits) {
  const { width, height, rows } = raster(digits);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits; colour type 0: grey
  const filtered = Buffer.concat(rows.map((row) => Buffer.concat([Buffer.from([0]), row])));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(filtered)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

// Uncompressed grey TIFF: a kind that Chromium cannot show.
export function tiffOf(digits) {
  const { width, height, rows } = raster(digits);
  const fields = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8 + 2 + 9 * 12 + 4],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, width * height],
  ];
  const head = Buffer.alloc(8 + 2 + fields.length * 12 + 4);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(fields.length, 8);
  fields.forEach(([tag, type, value], index) => {
    head.writeUInt16LE(tag, 10 + index * 12);
    head.writeUInt16LE(type, 12 + index * 12);
    head.writeUInt32LE(1, 14 + index * 12);
    head.writeUInt32LE(value, 18 + index * 12);
  });
  return Buffer.concat([head, ...rows]);
}

function strokesOn(sheet, digits) {
  const side = Math.min(sheet.height, sheet.width / digits.length);
  const left = sheet.x + (sheet.width - side * digits.length) / 2;
  const top = sheet.y + (sheet.height - side) / 2;
  return [...digits].flatMap((digit, index) =>
    kDigits[digit].map((stroke) =>
      stroke.map(([x, y]) => [left + (index + x) * side, top + y * side]),
    ),
  );
}

function raster(digits) {
  const side = 100;
  const width = side * digits.length;
  const strokes = strokesOn({ x: 0, y: 0, width, height: side }, digits);
  const rows = Array.from({ length: side }, (_, y) =>
    Buffer.from(Array.from({ length: width }, (_unused, x) => grey(strokes, x, y))),
  );
  return { width, height: side, rows };
}

function grey(strokes, x, y) {
  const distance = Math.min(
    ...strokes.flatMap((s) => s.slice(1).map((end, i) => toSegment(x, y, s[i], end))),
  );
  return Math.round(255 * Math.min(Math.max(distance - 4, 0), 1));
}

function toSegment(x, y, [ax, ay], [bx, by]) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), 1);
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
}

function between([ax, ay], [bx, by], count) {
  return Array.from({ length: count }, (_, i) => {
    const part = (i + 1) / count;
    return [ax + part * (bx - ax), ay + part * (by - ay)];
  });
}

function pngChunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return chunk;
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
