// The last recognitions, newest first: small pictures that are fetched when they come into view,
// "more" by cursor, delete after a question.

import type { ApiClient } from '../api/client';
import type { KeyRing } from '../api/key_ring';
import { asProblem } from '../api/problem';
import type { Recognition } from '../api/types';
import { stateBadge } from '../answer/answer_view';
import { confirmDelete } from '../dialogs';
import { announce, button, byId, el } from '../dom';
import { pictureView } from '../picture_view';
import { problemView, type Remedy } from '../problem_view';
import { age, exactTime, verdict } from '../words';

const kPageSize = 12;

export class HistoryView {
  private readonly list = byId('history-list');
  private readonly more = byId<HTMLButtonElement>('history-more');
  private readonly trouble = byId('history-trouble');
  private readonly empty = byId('history-empty');
  private cursor: string | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly keys: KeyRing,
    private readonly onOpen: (record: Recognition) => void,
    private readonly onDeleted: (id: string) => void,
  ) {
    this.more.addEventListener('click', () => void this.loadMore());
    keys.addEventListener('change', () => void this.reload());
  }

  async reload(): Promise<void> {
    this.cursor = null;
    this.list.replaceChildren();
    await this.load();
  }

  // Newest first: a new record comes to the front, a changed one stays where it is.
  put(record: Recognition): void {
    const shown = this.cardOf(record.id);
    if (shown) shown.replaceWith(this.card(record));
    else this.list.prepend(this.card(record));
    this.empty.hidden = true;
  }

  private async loadMore(): Promise<void> {
    const before = this.list.children.length;
    await this.load();
    // The button may be gone now; the keyboard goes on with what it brought.
    this.list.children[before]?.querySelector('button')?.focus();
  }

  private async load(): Promise<void> {
    this.trouble.replaceChildren();
    this.more.disabled = true;
    try {
      const page = await this.api.list(kPageSize, this.cursor);
      this.cursor = page.next_cursor;
      for (const record of page.recognitions) {
        if (!this.cardOf(record.id)) this.list.append(this.card(record));
      }
      this.more.hidden = this.cursor === null;
      this.empty.hidden = this.list.children.length > 0;
    } catch (error) {
      this.showTrouble(error);
    } finally {
      this.more.disabled = false;
    }
  }

  private showTrouble(error: unknown): void {
    const problem = asProblem(error);
    const remedy: Remedy =
      problem.status === 401 || problem.status === 403
        ? { label: 'Enter API key', act: () => void this.keys.ask() }
        : { label: 'Try again', act: () => void this.load() };
    this.empty.hidden = true;
    this.trouble.replaceChildren(problemView(problem, [remedy]));
  }

  private card(record: Recognition): HTMLElement {
    const text = shownText(record);
    const open = el('button', { type: 'button', class: 'card-open' });
    open.append(
      pictureView(this.api, record, ''),
      el('span', { class: 'card-text' }, text),
      el('span', { class: 'fine' }, verdict(record.confidence)),
      stateBadge(record),
    );
    open.addEventListener('click', () => this.onOpen(record));
    const remove = button('Delete', 'card-delete quiet', () => void this.remove(record, text));
    remove.setAttribute('aria-label', `Delete ${text}`);
    const foot = el('div', { class: 'card-foot' }, cardTime(record), remove);
    return el('li', { class: 'card', 'data-id': record.id }, open, foot);
  }

  private async remove(record: Recognition, text: string): Promise<void> {
    if (!(await confirmDelete(`${text} and its picture`))) return;
    const card = this.cardOf(record.id);
    try {
      await this.api.remove(record.id);
      this.focusNeighbour(card);
      card?.remove();
      this.empty.hidden = this.list.children.length > 0;
      announce('Deleted.');
      this.onDeleted(record.id);
    } catch (error) {
      this.trouble.replaceChildren(problemView(asProblem(error)));
    }
  }

  private focusNeighbour(card: Element | null): void {
    const next = card?.nextElementSibling ?? card?.previousElementSibling;
    (next?.querySelector('button') ?? byId('history-title')).focus();
  }

  private cardOf(id: string): Element | null {
    return this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }
}

function shownText(record: Recognition): string {
  const text = record.correction ? (record.correction.text ?? '') : record.text;
  return text === '' ? 'No digit' : text.replaceAll('\n', ' / ');
}

function cardTime(record: Recognition): HTMLElement {
  const when = { datetime: record.created_at, title: exactTime(record.created_at), class: 'fine' };
  return el('time', when, age(record.created_at));
}
