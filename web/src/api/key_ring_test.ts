import { beforeEach, describe, expect, it, vi } from 'vitest';
import { KeyRing } from './key_ring';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});

describe('KeyRing', () => {
  it('asks once, however many requests are refused at the same time', async () => {
    const prompt = vi.fn(async () => 'glyphd_a_b');
    const keys = new KeyRing(prompt);
    expect(await Promise.all([keys.ask(), keys.ask(), keys.ask()])).toEqual([true, true, true]);
    expect(prompt).toHaveBeenCalledTimes(1);
    expect(keys.key).toBe('glyphd_a_b');
  });

  it('asks again after the answer turned out wrong, and says that there was one', async () => {
    const prompt = vi.fn(async (_refused: boolean) => 'glyphd_a_b');
    const keys = new KeyRing(prompt);
    await keys.ask();
    await keys.ask();
    expect(prompt.mock.calls).toEqual([[false], [true]]);
  });

  it('keeps what it had when the question is closed, and tells nobody', async () => {
    const answers = ['glyphd_a_b', null];
    const keys = new KeyRing(async () => answers.shift() ?? null);
    await keys.ask();
    const told = vi.fn();
    keys.addEventListener('change', told);
    expect(await keys.ask()).toBe(false);
    expect(keys.key).toBe('glyphd_a_b');
    expect(told).not.toHaveBeenCalled();
  });

  it('forgets the key when asked to', async () => {
    const answers = ['glyphd_a_b', ''];
    const keys = new KeyRing(async () => answers.shift() ?? null);
    await keys.ask();
    await keys.ask();
    expect(keys.key).toBeNull();
  });
});
