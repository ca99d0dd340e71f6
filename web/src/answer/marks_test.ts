import { describe, expect, it } from 'vitest';
import type { Glyph, Reading } from '../api/types';
import { candidates, leastSure, marksOf, placeBox } from './marks';

const box = { x: 10, y: 20, width: 30, height: 40 };

function glyph(label: string | null, confidence: number): Glyph {
  return { label, confidence, box, alternatives: [{ label: '1', confidence: 0.04 }] };
}

function readingOf(...lines: Glyph[][]): Reading {
  return {
    text: '',
    confidence: 0.5,
    needs_review: true,
    lines: lines.map((glyphs) => ({ text: '', confidence: 0.5, glyphs })),
    rejected: [],
  };
}

describe('marksOf', () => {
  it('lists glyphs line by line and writes the unreadable as in the text', () => {
    const marks = marksOf(readingOf([glyph('4', 0.9), glyph(null, 0.3)], [glyph('7', 0.8)]));
    expect(marks.map((mark) => [mark.label, mark.line])).toEqual([
      ['4', 0],
      ['?', 0],
      ['7', 1],
    ]);
  });
});

describe('candidates', () => {
  it('begins with the answer itself', () => {
    expect(candidates(glyph('7', 0.9)).map((c) => c.label)).toEqual(['7', '1']);
  });
  it('has only alternatives for an unreadable glyph', () => {
    expect(candidates(glyph(null, 0.3)).map((c) => c.label)).toEqual(['1']);
  });
});

describe('leastSure', () => {
  it('finds the glyph with the lowest confidence', () => {
    expect(
      leastSure(marksOf(readingOf([glyph('4', 0.9), glyph('2', 0.6), glyph('3', 0.99)]))),
    ).toBe(1);
  });
  it('prefers an unreadable glyph whatever its confidence', () => {
    expect(leastSure(marksOf(readingOf([glyph('4', 0.2), glyph(null, 0.8)])))).toBe(1);
  });
});

describe('placeBox', () => {
  it('is relative to the picture', () => {
    expect(placeBox(box, { width: 100, height: 200 })).toEqual({
      left: '10.000%',
      top: '10.000%',
      width: '30.000%',
      height: '20.000%',
    });
  });
  it('does not divide by nothing', () => {
    expect(placeBox({ x: 0, y: 0, width: 0, height: 0 }, { width: 0, height: 0 }).width).toBe(
      '0.000%',
    );
  });
});
