// The JSON of the API, as /openapi.json states it.

export type Layout = 'auto' | 'digit' | 'line' | 'page';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Alternative {
  label: string;
  confidence: number;
}

export interface Glyph {
  label: string | null; // null: held to be a digit, but unreadable
  confidence: number;
  box: Box;
  alternatives: Alternative[];
  reason?: string | null;
}

export interface Line {
  text: string;
  confidence: number;
  glyphs: Glyph[];
}

export interface Rejected {
  box: Box;
  reason: string;
}

export interface Correction {
  text: string | null; // null: a person says there is no digit
  created_at: string;
}

export interface Reading {
  text: string;
  confidence: number | null; // null: blank
  needs_review: boolean;
  lines: Line[];
  rejected: Rejected[];
}

export interface Recognition extends Reading {
  id: string;
  created_at: string;
  model: { name: string; version: string };
  image: {
    sha256: string;
    filename: string | null;
    media_type: string;
    width: number;
    height: number;
    bytes: number;
  };
  reference: string | null;
  timing_ms: Record<string, number>;
  correction?: Correction | null;
}

export interface RecognitionPage {
  recognitions: Recognition[];
  next_cursor: string | null;
}
