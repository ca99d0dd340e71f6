// The little of Markdown that API descriptions use: paragraphs, lists, `code` and **strong**.

import { el } from '../dom';

export function prose(source: string): HTMLElement[] {
  return source
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map(block);
}

function block(source: string): HTMLElement {
  const lines = source.split('\n');
  if (!lines.every((line) => /^\s*[-*] /.test(line))) return el('p', {}, ...inline(source));
  const items = lines.map((line) => el('li', {}, ...inline(line.replace(/^\s*[-*] /, ''))));
  return el('ul', { class: 'prose-list' }, ...items);
}

export function inline(source: string): (Node | string)[] {
  return source.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`') && part.length > 2) return el('code', {}, part.slice(1, -1));
    if (part.startsWith('**') && part.length > 4) return el('strong', {}, part.slice(2, -2));
    return part;
  });
}
