// The marks of a reading in reading order, and where each lies on the shown picture.

import type { Alternative, Box, Glyph, Reading } from '../api/types';

export interface Mark {
  label: string; // "?" where the glyph is unreadable, as in the text
  line: number;
  glyph: Glyph;
}

export function marksOf(reading: Reading): Mark[] {
  return reading.lines.flatMap((line, index) =>
    line.glyphs.map((glyph) => ({ label: glyph.label ?? '?', line: index, glyph })),
  );
}

// What the glyph may be, most likely first.
export function candidates(glyph: Glyph): Alternative[] {
  const own = glyph.label === null ? [] : [{ label: glyph.label, confidence: glyph.confidence }];
  return [...own, ...glyph.alternatives];
}

// The mark that most deserves a look.
export function leastSure(marks: Mark[]): number {
  let least = 0;
  marks.forEach((mark, index) => {
    if (doubt(mark) > doubt(marks[least] as Mark)) least = index;
  });
  return least;
}

function doubt(mark: Mark): number {
  return mark.glyph.label === null ? 1 : 1 - mark.glyph.confidence;
}

export interface PlacedBox {
  left: string;
  top: string;
  width: string;
  height: string;
}

// In per cent of the picture, so that it holds at every size the picture is shown at.
export function placeBox(box: Box, picture: { width: number; height: number }): PlacedBox {
  return {
    left: part(box.x, picture.width),
    top: part(box.y, picture.height),
    width: part(box.width, picture.width),
    height: part(box.height, picture.height),
  };
}

function part(value: number, whole: number): string {
  return `${((100 * value) / Math.max(whole, 1)).toFixed(3)}%`;
}
