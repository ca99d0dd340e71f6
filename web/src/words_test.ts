import { describe, expect, it } from 'vitest';
import { age, fileSize, percent, sureness, spokenText, verdict } from './words';

describe('percent', () => {
  it('never rounds up to certainty', () => {
    expect(percent(0.99996)).toBe('> 99.9\u202f%');
    expect(percent(1)).toBe('100\u202f%');
  });
  it('never rounds down to impossibility', () => {
    expect(percent(0.00001)).toBe('< 0.1\u202f%');
    expect(percent(0)).toBe('0\u202f%');
  });
  it('shows a decimal only where it tells something', () => {
    expect(percent(0.5349)).toBe('53\u202f%');
    expect(percent(0.9934)).toBe('99.3\u202f%');
    expect(percent(0.0049)).toBe('0.5\u202f%');
  });
});

describe('sureness', () => {
  it('is worded by the probability of the whole text', () => {
    expect(sureness(0.99)).toBe('Very sure');
    expect(sureness(0.9)).toBe('Sure');
    expect(sureness(0.899)).toBe('Fairly sure');
    expect(sureness(0.2)).toBe('Little more than a guess');
  });
  it('has words for a blank picture', () => {
    expect(verdict(null)).toBe('Nothing to read');
  });
});

describe('age', () => {
  const now = new Date('2026-03-10T12:00:00Z');
  it('does not speak of the future when clocks differ', () => {
    expect(age('2026-03-10T12:03:00Z', now)).toBe('just now');
  });
  it('grows coarser with time', () => {
    expect(age('2026-03-10T11:58:30Z', now)).toBe('1 min. ago');
    expect(age('2026-03-10T09:10:00Z', now)).toBe('2 hr. ago');
    expect(age('2026-03-05T12:00:00Z', now)).toBe('5 days ago');
    expect(age('2025-12-24T12:00:00Z', now)).toBe('Dec 24, 2025');
  });
});

describe('fileSize', () => {
  it('picks the unit', () => {
    expect(fileSize(999)).toBe('999 bytes');
    expect(fileSize(1536)).toBe('1.5 KiB');
    expect(fileSize(16 * 1024 * 1024)).toBe('16.0 MiB');
  });
});

describe('spokenText', () => {
  it('is read digit by digit and line by line', () => {
    expect(spokenText('42\n7')).toBe('4 2, next line 7');
  });
});
