import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes';

function tasks(count: number) {
  const finish: ((failed?: boolean) => void)[] = [];
  const started: number[] = [];
  const run = Array.from({ length: count }, (_, index) => () => {
    started.push(index);
    return new Promise<void>((resolve, reject) => {
      finish[index] = (failed) => (failed ? reject(new Error('failed')) : resolve());
    }).catch(() => {});
  });
  return { finish, started, run };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('Lanes', () => {
  it('never runs more tasks at once than it has lanes', async () => {
    const lanes = new Lanes(2);
    const { finish, started, run } = tasks(4);
    run.forEach((task) => lanes.add(task));
    expect(started).toEqual([0, 1]);
    finish[1]?.();
    await settled();
    expect(started).toEqual([0, 1, 2]);
  });
  it('goes on after a task that failed', async () => {
    const lanes = new Lanes(1);
    const { finish, started, run } = tasks(2);
    run.forEach((task) => lanes.add(task));
    finish[0]?.(true);
    await settled();
    expect(started).toEqual([0, 1]);
  });
});
