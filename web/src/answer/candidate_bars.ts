// Bars for what one glyph may be, most likely first.

import type { Alternative } from '../api/types';
import { el } from '../dom';
import { percent } from '../words';
import { candidates, type Mark } from './marks';

export function candidateBars(mark: Mark, position: number, count: number): HTMLElement {
  const heading = count === 1 ? 'What it could be' : `Digit ${position + 1} of ${count}`;
  const view = el('div', { class: 'candidates' }, el('h3', {}, heading));
  if (mark.glyph.reason) view.append(el('p', { class: 'fine' }, mark.glyph.reason));
  const list = el('ol', { class: 'bars' });
  candidates(mark.glyph).forEach((candidate) => list.append(bar(candidate)));
  view.append(list);
  return view;
}

function bar(candidate: Alternative): HTMLElement {
  const fill = el('span', { class: 'bar-fill' });
  // A bar of no width at all would look like a missing one.
  fill.style.width = `${Math.max(candidate.confidence * 100, 0.5)}%`;
  return el(
    'li',
    {},
    el('span', { class: 'bar-label' }, candidate.label),
    el('span', { class: 'bar', 'aria-hidden': 'true' }, fill),
    el('span', { class: 'bar-value' }, percent(candidate.confidence)),
  );
}
