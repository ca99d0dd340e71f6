// The text in large digits and the picture with its boxes; choosing a digit in either one shows
// what else it could be.
//
// Keyboard   the digits are one tab stop; arrows, Home and End move between them

import type { ApiClient } from '../api/client';
import type { Box, Recognition, Rejected } from '../api/types';
import { el } from '../dom';
import { pictureView } from '../picture_view';
import { percent, spokenText } from '../words';
import { candidateBars } from './candidate_bars';
import { leastSure, marksOf, placeBox, type Mark } from './marks';

export class ReadingView {
  readonly digits: HTMLElement;
  readonly figure: HTMLElement;
  readonly details = el('div', { class: 'details', 'aria-live': 'polite' });

  private readonly marks: Mark[];
  private readonly keys: HTMLButtonElement[];
  private readonly boxes: HTMLElement[];

  constructor(
    api: ApiClient,
    private readonly record: Recognition,
  ) {
    this.marks = marksOf(record);
    this.keys = this.marks.map((mark, index) => this.digitButton(mark, index));
    this.boxes = this.marks.map((mark, index) => this.glyphBox(mark, index));
    this.digits = this.layOutDigits();
    this.figure = this.layOutFigure(api);
    if (this.marks.length > 0) this.select(leastSure(this.marks));
  }

  private layOutDigits(): HTMLElement {
    const group = el('div', { class: 'digits', role: 'group', 'aria-label': 'Recognized digits' });
    this.record.lines.forEach((_, line) => {
      const row = el('div', { class: 'digit-line' });
      row.append(...this.keys.filter((_key, index) => this.marks[index]?.line === line));
      group.append(row);
    });
    if (this.keys.length === 0) group.append(el('p', { class: 'nothing' }, 'No digit found'));
    group.addEventListener('keydown', (event) => this.moveByKey(event));
    return group;
  }

  private layOutFigure(api: ApiClient): HTMLElement {
    const alt = this.record.text
      ? `Picture read as ${spokenText(this.record.text)}`
      : 'Picture without a digit';
    const picture = pictureView(api, this.record, alt);
    picture.append(...this.boxes, ...this.record.rejected.map((mark) => this.rejectedBox(mark)));
    const figure = el('figure', { class: 'picture' }, picture);
    if (this.record.rejected.length > 0) figure.append(rejectedList(this.record.rejected));
    return figure;
  }

  private digitButton(mark: Mark, index: number): HTMLButtonElement {
    const name = mark.glyph.label ?? 'Unreadable';
    const label = `${name}, ${percent(mark.glyph.confidence)}`;
    const key = el(
      'button',
      { type: 'button', class: 'digit', 'aria-label': label, tabindex: -1 },
      mark.label,
    );
    key.classList.toggle('doubtful', mark.glyph.label === null || mark.glyph.confidence < 0.9);
    this.selectOn(key, index, ['focus', 'click', 'pointerenter']);
    return key;
  }

  // Boxes repeat the digits for the pointer; the keyboard and screen readers have the digits.
  private glyphBox(mark: Mark, index: number): HTMLElement {
    const box = this.boxAt(mark.glyph.box, 'box');
    this.selectOn(box, index, ['click', 'pointerenter']);
    return box;
  }

  private rejectedBox(mark: Rejected): HTMLElement {
    const box = this.boxAt(mark.box, 'box box-rejected');
    box.title = `Left out: ${mark.reason}`;
    return box;
  }

  private boxAt(box: Box, className: string): HTMLElement {
    const element = el('span', { class: className, 'aria-hidden': 'true' });
    Object.assign(element.style, placeBox(box, this.record.image));
    return element;
  }

  private selectOn(element: HTMLElement, index: number, events: string[]): void {
    for (const event of events) element.addEventListener(event, () => this.select(index));
  }

  private select(index: number): void {
    this.keys.forEach((key, i) => {
      key.tabIndex = i === index ? 0 : -1;
      key.classList.toggle('selected', i === index);
      this.boxes[i]?.classList.toggle('selected', i === index);
    });
    this.details.replaceChildren(
      candidateBars(this.marks[index] as Mark, index, this.marks.length),
    );
  }

  private moveByKey(event: KeyboardEvent): void {
    const at = this.keys.indexOf(document.activeElement as HTMLButtonElement);
    const to = stepTo(event.key, at, this.keys.length);
    if (at < 0 || to === null) return;
    event.preventDefault();
    this.keys[to]?.focus();
  }
}

function stepTo(key: string, at: number, count: number): number | null {
  if (key === 'ArrowRight' || key === 'ArrowDown') return Math.min(at + 1, count - 1);
  if (key === 'ArrowLeft' || key === 'ArrowUp') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return null;
}

function rejectedList(rejected: Rejected[]): HTMLElement {
  const reasons = new Map<string, number>();
  for (const mark of rejected) reasons.set(mark.reason, (reasons.get(mark.reason) ?? 0) + 1);
  const parts = [...reasons].map(([reason, count]) =>
    count === 1 ? reason : `${reason} (${count} marks)`,
  );
  return el('figcaption', { class: 'fine' }, `Left out: ${parts.join('; ')}`);
}
