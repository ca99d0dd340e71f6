// One record in full: what was read, how sure, from which picture, and the way to correct it.

import { pictureAddress, recordAddress, type ApiClient } from '../api/client';
import type { Recognition } from '../api/types';
import { announce, el } from '../dom';
import {
  age,
  exactTime,
  fileSize,
  milliseconds,
  percent,
  spokenText,
  sureness,
  verdict,
} from '../words';
import { correctionForm } from './correction_form';
import { ReadingView } from './reading_view';

export class AnswerView {
  constructor(
    private readonly place: HTMLElement,
    private readonly api: ApiClient,
    private readonly hasKey: () => boolean,
    private readonly onChanged: (record: Recognition) => void,
  ) {}

  show(record: Recognition): void {
    const reading = new ReadingView(this.api, record);
    const article = el(
      'article',
      { class: 'answer', 'data-id': record.id },
      el('div', { class: 'answer-head' }, reading.digits, verdictLine(record)),
      el('div', { class: 'answer-body' }, reading.figure, reading.details),
      correctionForm(this.api, record, (corrected) => this.showCorrected(corrected)),
      facts(record),
      this.links(record),
    );
    this.place.replaceChildren(article);
  }

  clear(message: string): void {
    this.place.replaceChildren(el('p', { class: 'empty' }, message));
  }

  private showCorrected(record: Recognition): void {
    this.show(record);
    this.place.focus();
    announce(correctionWords(record));
    this.onChanged(record);
  }

  private links(record: Recognition): HTMLElement {
    return el(
      'p',
      { class: 'links' },
      this.link('Record as JSON', recordAddress(record.id)),
      this.link('Original picture', pictureAddress(record.id)),
    );
  }

  private link(label: string, address: string): HTMLElement {
    const link = el('a', { href: address, target: '_blank', rel: 'noopener' }, label);
    link.addEventListener('click', (event) => {
      if (!this.hasKey()) return;
      event.preventDefault();
      void openWithKey(this.api, address);
    });
    return link;
  }
}

// A plain link cannot send the API key.
async function openWithKey(api: ApiClient, address: string): Promise<void> {
  const blob = await api.blob(address).catch(() => null);
  if (blob === null) return announce('The server did not hand it out.');
  const local = URL.createObjectURL(blob);
  window.open(local, '_blank');
  setTimeout(() => URL.revokeObjectURL(local), 60_000);
}

function verdictLine(record: Recognition): HTMLElement {
  const line = el('p', { class: 'verdict' }, el('strong', {}, sureness(record.confidence)));
  if (record.confidence !== null) line.append(el('span', {}, percent(record.confidence)));
  line.append(stateBadge(record));
  return line;
}

// Nothing where there is nothing to do.
export function stateBadge(record: Recognition): HTMLElement | '' {
  if (record.correction) return el('span', { class: 'badge badge-good' }, correctionWords(record));
  if (record.needs_review) return el('span', { class: 'badge badge-review' }, 'Needs review');
  return '';
}

function correctionWords(record: Recognition): string {
  const text = record.correction?.text ?? null;
  return text === null ? 'Corrected: no digit' : `Corrected to ${text.replaceAll('\n', ' / ')}`;
}

export function spokenSummary(record: Recognition): string {
  if (record.confidence === null) return 'No digit found.';
  return `Read ${spokenText(record.text)}. ${verdict(record.confidence)}.`;
}

function facts(record: Recognition): HTMLElement {
  const { image, model } = record;
  const list = el('dl', { class: 'facts' });
  const add = (term: string, value: string | Node) =>
    list.append(el('div', {}, el('dt', {}, term), el('dd', {}, value)));
  if (image.filename) add('File', image.filename);
  add('Picture', `${image.width} × ${image.height}, ${fileSize(image.bytes)}`);
  if (record.reference) add('Reference', record.reference);
  add(
    'Read',
    el(
      'time',
      { datetime: record.created_at, title: exactTime(record.created_at) },
      age(record.created_at),
    ),
  );
  if (record.timing_ms['total'] !== undefined) add('Took', milliseconds(record.timing_ms['total']));
  add('Model', `${model.name} ${model.version}`);
  add('Id', el('code', {}, record.id));
  return list;
}
