// Runs tasks in order, a few at a time, so that fifty dropped files neither wait for each other
// one by one nor all fight for the line.

export class Lanes {
  private running = 0;
  private readonly waiting: (() => Promise<void>)[] = [];

  constructor(private readonly width: number) {}

  add(task: () => Promise<void>): void {
    this.waiting.push(task);
    this.startNext();
  }

  private startNext(): void {
    if (this.running >= this.width) return;
    const task = this.waiting.shift();
    if (!task) return;
    this.running++;
    void task().finally(() => {
      this.running--;
      this.startNext();
    });
  }
}
