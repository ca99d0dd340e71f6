// Shows the picture of a record: the browser's own decoding where it can, a blank sheet of the
// right proportions where it cannot (HEIC and TIFF in most browsers), so that boxes still fit.

import { pictureAddress, type ApiClient } from './api/client';
import type { Recognition } from './api/types';
import { el } from './dom';

export function pictureView(api: ApiClient, record: Recognition, alt: string): HTMLElement {
  const frame = el('div', { class: 'sheet' });
  frame.style.setProperty('--proportions', String(record.image.width / record.image.height));
  whenSeen(frame, () => void fill(frame, api, record, alt));
  return frame;
}

// Fetched rather than named in `src`, because an <img> cannot send an API key.
async function fill(
  frame: HTMLElement,
  api: ApiClient,
  record: Recognition,
  alt: string,
): Promise<void> {
  const blob = await api.blob(pictureAddress(record.id)).catch(() => null);
  if (blob === null) return showPlaceholder(frame, 'The picture could not be fetched');
  const address = URL.createObjectURL(blob);
  const image = el('img', { alt, draggable: 'false' });
  image.src = address;
  await image
    .decode()
    .then(() => frame.prepend(image))
    .catch(() => showPlaceholder(frame, placeholderText(record.image.media_type)));
  URL.revokeObjectURL(address);
}

function showPlaceholder(frame: HTMLElement, text: string): void {
  frame.classList.add('sheet-blank');
  frame.prepend(el('span', { class: 'sheet-note' }, text));
}

function placeholderText(mediaType: string): string {
  const kind = mediaType.replace(/^image\//, '').toUpperCase();
  return `This browser cannot show ${kind}`;
}

// One observer for all pictures: a long list fetches only what is about to be looked at.
const waiting = new WeakMap<Element, () => void>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      observer.unobserve(entry.target);
      waiting.get(entry.target)?.();
    }
  },
  { rootMargin: '200px' },
);

function whenSeen(element: Element, action: () => void): void {
  waiting.set(element, action);
  observer.observe(element);
}
