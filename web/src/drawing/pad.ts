// The sheet to draw on: pointer events in, a PNG out.

import { drawStroke, extend, type PenPoint, type Stroke } from './strokes';

// Enough for any digit; a sheet of full screen resolution would only cost the server time.
const kExportWidth = 400;

export class DrawingPad extends EventTarget {
  strokeWidth = 0.035;

  private readonly context: CanvasRenderingContext2D;
  private strokes: Stroke[] = [];
  private current: { pointer: number; stroke: Stroke } | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    super();
    this.context = canvas.getContext('2d') as CanvasRenderingContext2D;
    canvas.addEventListener('pointerdown', (event) => this.begin(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.end(event));
    canvas.addEventListener('pointercancel', (event) => this.end(event));
    // Or a quick stroke counts as a fling, which swallows the next tap, and a long one as the
    // gesture that selects text.
    canvas.addEventListener('touchstart', (event) => event.preventDefault(), { passive: false });
    new ResizeObserver(() => this.fitToScreen()).observe(canvas);
    window
      .matchMedia('(prefers-color-scheme: dark)')
      .addEventListener('change', () => this.redraw());
  }

  get empty(): boolean {
    return this.strokes.length === 0;
  }

  undo(): void {
    this.strokes.pop();
    this.changed();
  }

  clear(): void {
    this.strokes = [];
    this.changed();
  }

  // Black on white whatever the theme shows.
  toPng(): Promise<Blob> {
    const sheet = document.createElement('canvas');
    sheet.width = kExportWidth;
    sheet.height = Math.round((kExportWidth * this.canvas.height) / this.canvas.width);
    const context = sheet.getContext('2d') as CanvasRenderingContext2D;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, sheet.width, sheet.height);
    paint(context, this.strokes, kExportWidth, '#000');
    return new Promise((resolve, reject) => {
      const done = (blob: Blob | null) =>
        blob ? resolve(blob) : reject(new Error('the browser could not make a PNG of the drawing'));
      sheet.toBlob(done, 'image/png');
    });
  }

  private begin(event: PointerEvent): void {
    if (this.current || event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    const stroke: Stroke = { width: this.strokeWidth, points: [this.pointOf(event)] };
    this.strokes.push(stroke);
    this.current = { pointer: event.pointerId, stroke };
    this.changed();
  }

  private move(event: PointerEvent): void {
    if (this.current?.pointer !== event.pointerId) return;
    // The browser merges moves between two frames; the merged ones make the curve smooth.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) {
      extend(this.current.stroke, this.pointOf(move));
    }
    this.redraw();
  }

  private end(event: PointerEvent): void {
    if (this.current?.pointer === event.pointerId) this.current = null;
  }

  private pointOf(event: PointerEvent): PenPoint {
    const sheet = this.canvas.getBoundingClientRect();
    return {
      x: (event.clientX - sheet.left) / sheet.width,
      y: (event.clientY - sheet.top) / sheet.width,
      pressure: event.pointerType === 'pen' ? event.pressure : 0.5,
    };
  }

  private fitToScreen(): void {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
    this.canvas.height = Math.round(this.canvas.clientHeight * ratio);
    this.redraw();
  }

  private changed(): void {
    this.redraw();
    this.dispatchEvent(new Event('change'));
  }

  private redraw(): void {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    paint(this.context, this.strokes, this.canvas.width, getComputedStyle(this.canvas).color);
  }
}

function paint(
  context: CanvasRenderingContext2D,
  strokes: Stroke[],
  width: number,
  color: string,
): void {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) drawStroke(context, stroke, width);
}
