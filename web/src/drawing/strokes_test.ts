import { describe, expect, it } from 'vitest';
import { drawStroke, extend, inkWidth, type Ink, type Stroke } from './strokes';

class RecordedInk implements Ink {
  lineWidth = 0;
  readonly starts: [number, number][] = [];
  readonly ends: [number, number][] = [];
  readonly dots: [number, number, number][] = [];
  readonly widths: number[] = [];
  beginPath(): void {}
  moveTo(x: number, y: number): void {
    this.starts.push([x, y]);
  }
  quadraticCurveTo(_cx: number, _cy: number, x: number, y: number): void {
    this.ends.push([x, y]);
  }
  arc(x: number, y: number, radius: number): void {
    this.dots.push([x, y, radius]);
  }
  stroke(): void {
    this.widths.push(this.lineWidth);
  }
  fill(): void {}
}

function strokeOf(...points: [number, number, number?][]): Stroke {
  return {
    width: 0.04,
    points: points.map(([x, y, pressure]) => ({ x, y, pressure: pressure ?? 0.5 })),
  };
}

describe('drawStroke', () => {
  it('leaves a dot where the pen only touched the sheet', () => {
    const ink = new RecordedInk();
    drawStroke(ink, strokeOf([0.5, 0.25]), 100);
    expect(ink.dots).toEqual([[50, 25, 2]]);
  });
  it('draws nothing for a stroke without points', () => {
    const ink = new RecordedInk();
    drawStroke(ink, strokeOf(), 100);
    expect(ink.starts).toEqual([]);
  });
  it('is one unbroken curve from the first point to the last', () => {
    const ink = new RecordedInk();
    drawStroke(ink, strokeOf([0, 0], [0.2, 0.1], [0.4, 0.3], [0.5, 0.9]), 100);
    expect(ink.starts).toEqual([[0, 0]]);
    expect(ink.ends.at(-1)).toEqual([50, 90]);
    expect(ink.widths).toHaveLength(1);
  });
  it('stays unbroken where the pressure changes', () => {
    const ink = new RecordedInk();
    drawStroke(ink, strokeOf([0, 0, 0.1], [0.2, 0.1, 0.3], [0.4, 0.3, 0.7], [0.5, 0.9, 1]), 100);
    expect(ink.starts.slice(1)).toEqual(ink.ends.slice(0, -1));
    expect(ink.widths).toHaveLength(3);
  });
  it('grows thicker under pressure', () => {
    const ink = new RecordedInk();
    drawStroke(ink, strokeOf([0, 0, 0], [0.2, 0, 0], [0.4, 0, 1], [0.6, 0, 1]), 100);
    expect(ink.widths).toEqual([2, 4, 6]);
  });
});

describe('extend', () => {
  it('drops points that do not move the pen', () => {
    const stroke = strokeOf([0.5, 0.5]);
    extend(stroke, { x: 0.5005, y: 0.5, pressure: 0.5 });
    expect(stroke.points).toHaveLength(1);
    extend(stroke, { x: 0.51, y: 0.5, pressure: 0.5 });
    expect(stroke.points).toHaveLength(2);
  });
});

describe('inkWidth', () => {
  it('keeps to the chosen width for devices without pressure', () => {
    expect(inkWidth(strokeOf(), 0.5)).toBeCloseTo(0.04);
  });
  it('is bounded whatever a device reports', () => {
    expect(inkWidth(strokeOf(), 9)).toBeCloseTo(0.06);
    expect(inkWidth(strokeOf(), -1)).toBeCloseTo(0.02);
  });
});
