// Shows a problem in words, with the id under which the server's log knows it.

import type { Problem } from './api/problem';
import { button, el } from './dom';

export interface Remedy {
  label: string;
  act: () => void;
}

export function problemView(problem: Problem, remedies: Remedy[] = []): HTMLElement {
  const view = el('div', { class: 'problem', role: 'alert' });
  view.append(el('p', { class: 'problem-title' }, problem.title));
  if (problem.detail) view.append(el('p', {}, problem.detail));
  if (problem.hint) view.append(el('p', { class: 'problem-hint' }, problem.hint));
  if (problem.requestId) {
    view.append(el('p', { class: 'fine' }, 'Request ', el('code', {}, problem.requestId)));
  }
  for (const remedy of remedies) view.append(button(remedy.label, 'quiet', remedy.act));
  return view;
}
