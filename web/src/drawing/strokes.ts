// Strokes of a pen on a sheet, and how they are drawn smoothly at any size.
//
// Units   x, y and width in parts of the sheet's width, so that a drawing survives a change of
//         the window and is exported at any number of pixels

export interface PenPoint {
  x: number;
  y: number;
  pressure: number; // 0 … 1; 0.5 for a mouse or a finger
}

export interface Stroke {
  width: number;
  points: PenPoint[];
}

// The part of CanvasRenderingContext2D that drawing needs; a test brings its own.
export interface Ink {
  lineWidth: number;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void;
  arc(x: number, y: number, radius: number, start: number, end: number): void;
  stroke(): void;
  fill(): void;
}

// Points closer than this to the last one only add noise to the curve.
const kClosest = 0.002;

export function extend(stroke: Stroke, point: PenPoint): void {
  const last = stroke.points.at(-1);
  if (last && Math.hypot(point.x - last.x, point.y - last.y) < kClosest) return;
  stroke.points.push(point);
}

// A light touch thins a stroke by half, a hard one thickens it by half.
export function inkWidth(stroke: Stroke, pressure: number): number {
  return stroke.width * (0.5 + Math.min(Math.max(pressure, 0), 1));
}

export function drawStroke(ink: Ink, stroke: Stroke, scale: number): void {
  const [first] = stroke.points;
  if (!first) return;
  if (stroke.points.length === 1) return drawDot(ink, stroke, first, scale);
  let from = first;
  let width = 0;
  for (const piece of piecesOf(stroke)) {
    // Pieces of one width are one path: overlapping ends would show as knuckles.
    if (piece.width !== width) {
      if (width > 0) ink.stroke();
      width = piece.width;
      ink.lineWidth = width * scale;
      ink.beginPath();
      ink.moveTo(from.x * scale, from.y * scale);
    }
    const { bend, to } = piece;
    ink.quadraticCurveTo(bend.x * scale, bend.y * scale, to.x * scale, to.y * scale);
    from = to;
  }
  ink.stroke();
}

interface Piece {
  width: number;
  bend: PenPoint;
  to: PenPoint;
}

// Each piece runs between the midpoints of its neighbours and bends towards the point itself:
// quadratic curves that meet without a corner.
function piecesOf(stroke: Stroke): Piece[] {
  const last = stroke.points.length - 1;
  return stroke.points.slice(1).map((point, index) => {
    const bend = stroke.points[index] as PenPoint;
    return {
      width: inkWidth(stroke, (bend.pressure + point.pressure) / 2),
      bend,
      to: index + 1 === last ? point : middle(bend, point),
    };
  });
}

function drawDot(ink: Ink, stroke: Stroke, point: PenPoint, scale: number): void {
  ink.beginPath();
  ink.arc(
    point.x * scale,
    point.y * scale,
    (inkWidth(stroke, point.pressure) * scale) / 2,
    0,
    2 * Math.PI,
  );
  ink.fill();
}

function middle(a: PenPoint, b: PenPoint): PenPoint {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, pressure: (a.pressure + b.pressure) / 2 };
}
