// Sends pictures and shows each one's way: waiting, sending, reading, read or refused.

import { newIdempotencyKey, type ApiClient, type Upload, type UploadProgress } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { Layout, Recognition } from '../api/types';
import { button, el } from '../dom';
import { problemView } from '../problem_view';
import { verdict } from '../words';
import { Lanes } from './lanes';

export interface UploadOptions {
  layout: Layout;
  reference: string;
}

export class UploadList {
  private readonly lanes = new Lanes(2);

  constructor(
    private readonly place: HTMLElement,
    private readonly api: ApiClient,
    private readonly onRead: (record: Recognition) => void,
    private readonly onOpen: (record: Recognition) => void,
  ) {}

  add(file: Blob, filename: string, options: UploadOptions): void {
    const upload: Upload = { file, filename, ...options, idempotencyKey: newIdempotencyKey() };
    const row = el('li', { class: 'upload' });
    this.place.prepend(row);
    this.enqueue(row, upload);
  }

  private enqueue(row: HTMLElement, upload: Upload): void {
    row.replaceChildren(
      el('span', { class: 'upload-name' }, upload.filename),
      el('span', {}, 'Waiting'),
    );
    this.lanes.add(() => this.send(row, upload));
  }

  private async send(row: HTMLElement, upload: Upload): Promise<void> {
    try {
      const record = await this.api.recognize(upload, progressInto(row, upload));
      row.replaceChildren(...this.readParts(upload, record));
      this.onRead(record);
    } catch (error) {
      row.replaceChildren(...this.refusedParts(row, upload, asProblem(error)));
    }
  }

  private readParts(upload: Upload, record: Recognition): HTMLElement[] {
    const text = record.text === '' ? 'No digit' : record.text.replaceAll('\n', ' / ');
    const open = button(text, 'link upload-text', () => this.onOpen(record));
    open.setAttribute('aria-label', `Show the answer for ${upload.filename}: ${text}`);
    return [
      el('span', { class: 'upload-name' }, upload.filename),
      el(
        'span',
        { class: 'upload-result' },
        open,
        el('span', { class: 'fine' }, verdict(record.confidence)),
      ),
    ];
  }

  private refusedParts(row: HTMLElement, upload: Upload, problem: Problem): HTMLElement[] {
    const again = { label: 'Try again', act: () => this.enqueue(row, upload) };
    const dismiss = { label: 'Dismiss', act: () => row.remove() };
    const retriable = problem.worthRetrying || problem.status === 401 || problem.status === 403;
    return [
      el('span', { class: 'upload-name' }, upload.filename),
      problemView(problem, retriable ? [again, dismiss] : [dismiss]),
    ];
  }
}

function progressInto(row: HTMLElement, upload: Upload): (progress: UploadProgress) => void {
  const label = `Sending ${upload.filename}`;
  const bar = el('progress', { max: 1, 'aria-label': label });
  const words = el('span', { class: 'fine' }, 'Sending');
  row.replaceChildren(
    el('span', { class: 'upload-name' }, upload.filename),
    el('span', { class: 'upload-way' }, bar, words),
  );
  return ({ sent, total }) => {
    bar.value = total > 0 ? sent / total : 0;
    words.textContent = sent < total ? `${Math.floor((100 * sent) / total)} %` : 'Reading';
  };
}
