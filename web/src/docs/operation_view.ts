// One operation for reading: what it does, what goes in, what comes out, and a curl line.

import { el } from '../dom';
import {
  curlExample,
  object,
  text,
  type Document,
  type JsonObject,
  type Operation,
} from './openapi';
import { inline, prose } from './prose';

export function operationView(document: Document, operation: Operation): HTMLElement {
  const view = el(
    'section',
    { class: 'operation', id: operation.id, 'aria-labelledby': `${operation.id}-title` },
    el('h2', { id: `${operation.id}-title` }, operation.summary || operation.path),
    el('p', { class: 'route' }, methodTag(operation.method), el('code', {}, operation.path)),
    ...prose(operation.description),
    el(
      'pre',
      { tabindex: 0, 'aria-label': 'Example' },
      el('code', {}, curlExample(operation, location.origin)),
    ),
  );
  if (operation.parameters.length > 0)
    view.append(el('h3', {}, 'Parameters'), parameterTable(document, operation));
  if (operation.bodies.length > 0)
    view.append(el('h3', {}, 'Body'), ...bodyParts(document, operation));
  view.append(el('h3', {}, 'Answers'), answerList(document, operation));
  return view;
}

export function methodTag(method: string): HTMLElement {
  return el('span', { class: `method method-${method.toLowerCase()}` }, method);
}

function parameterTable(document: Document, operation: Operation): HTMLElement {
  const rows = operation.parameters.map((parameter) =>
    el(
      'tr',
      {},
      el(
        'th',
        { scope: 'row' },
        el('code', {}, text(parameter['name'])),
        requiredMark(parameter['required'] === true),
      ),
      el(
        'td',
        {},
        document.typeOf(parameter['schema']),
        el('span', { class: 'fine' }, ` in ${text(parameter['in'])}`),
      ),
      el('td', {}, ...inline(text(parameter['description']))),
    ),
  );
  return table(['Name', 'Type', 'Meaning'], rows);
}

function bodyParts(document: Document, operation: Operation): HTMLElement[] {
  return [
    ...prose(operation.bodyDescription),
    ...operation.bodies.map(([type, content]) => contentView(document, type, content, 'in')),
  ];
}

function answerList(document: Document, operation: Operation): HTMLElement {
  const answers = el('div', { class: 'answers' });
  for (const [status, answer] of operation.answers) {
    answers.append(
      el(
        'p',
        {},
        el('strong', { class: 'status' }, status),
        ' ',
        ...inline(text(answer['description'])),
      ),
    );
    for (const [type, content] of Object.entries(object(answer['content']))) {
      answers.append(contentView(document, type, object(content), 'out'));
    }
  }
  return answers;
}

function contentView(
  document: Document,
  type: string,
  content: JsonObject,
  direction: 'in' | 'out',
): HTMLElement {
  const rows = document.schemaRows(content['schema']);
  if (rows.length === 0) return el('p', { class: 'content-type' }, el('code', {}, type));
  const details = el('details', { class: 'content-type', open: direction === 'in' });
  details.append(el('summary', {}, el('code', {}, type), ` ${document.typeOf(content['schema'])}`));
  const body = rows.map((row) => {
    // Who sends must know what is required; who receives is told of nearly everything.
    const required = requiredMark(row.required && direction === 'in');
    const name = el('th', { scope: 'row' }, el('code', {}, row.name), required);
    name.style.paddingInlineStart = `${row.depth * 1.1 + 0.5}rem`;
    return el('tr', {}, name, el('td', {}, row.type), el('td', {}, ...inline(row.description)));
  });
  details.append(table(['Member', 'Type', 'Meaning'], body));
  return details;
}

function requiredMark(required: boolean): HTMLElement | string {
  return required ? el('span', { class: 'required' }, ' required') : '';
}

function table(headings: string[], rows: HTMLElement[]): HTMLElement {
  const head = el('tr', {}, ...headings.map((heading) => el('th', { scope: 'col' }, heading)));
  // Scrolls by itself on narrow screens; focusable, so that the keyboard can scroll it too.
  return el(
    'div',
    { class: 'table', tabindex: 0, role: 'group', 'aria-label': headings.join(', ') },
    el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows)),
  );
}
