// Puts the page together.

import { AnswerView, spokenSummary } from './answer/answer_view';
import { ApiClient } from './api/client';
import { KeyRing } from './api/key_ring';
import { asProblem } from './api/problem';
import type { Layout, Recognition } from './api/types';
import { promptForKey } from './dialogs';
import { announce, byId } from './dom';
import { DrawingPad } from './drawing/pad';
import { HistoryView } from './history/history_view';
import { problemView } from './problem_view';
import { takeFiles } from './uploads/intake';
import { UploadList, type UploadOptions } from './uploads/upload_list';

import './styles/base.css';
import './styles/page.css';

const keys = new KeyRing(promptForKey);
const api = new ApiClient(keys);
const place = byId('answer-place');
const answer = new AnswerView(
  place,
  api,
  () => keys.key !== null,
  (record) => history_.put(record),
);
const history_ = new HistoryView(api, keys, open, closeIfShown);
const uploads = new UploadList(byId('uploads'), api, showNew, open);

startDrawing();
startKeyButton();
takeFiles((files) => {
  for (const file of files) uploads.add(file, file.name || 'pasted picture', options());
});
window.addEventListener('hashchange', () => void openFromAddress());
void history_.reload();
void openFromAddress();

function options(): UploadOptions {
  const layout = document.querySelector<HTMLInputElement>('input[name=layout]:checked');
  return {
    layout: (layout?.value ?? 'auto') as Layout,
    reference: byId<HTMLInputElement>('reference').value.trim(),
  };
}

// The address names the shown record, so that it can be kept, shared and reloaded.
function showNew(record: Recognition): void {
  history.replaceState(null, '', `#${record.id}`);
  answer.show(record);
  history_.put(record);
  announce(spokenSummary(record));
  bringIntoView();
}

// Chosen by a person, so the browser's way back leads to the one before.
function open(record: Recognition): void {
  history.pushState(null, '', `#${record.id}`);
  answer.show(record);
  place.focus({ preventScroll: true });
  bringIntoView();
}

async function openFromAddress(): Promise<void> {
  const id = location.hash.slice(1);
  if (!/^[0-9a-f-]{36}$/.test(id)) return;
  try {
    answer.show(await api.find(id));
  } catch (error) {
    place.replaceChildren(problemView(asProblem(error)));
  }
}

function closeIfShown(id: string): void {
  if (place.querySelector('article')?.dataset['id'] !== id) return;
  history.replaceState(null, '', location.pathname + location.search);
  answer.clear('That one is deleted. The next answer appears here.');
}

function bringIntoView(): void {
  const { top, bottom } = place.getBoundingClientRect();
  if (top >= 0 && bottom <= window.innerHeight) return;
  if (top >= 0 && top < window.innerHeight / 3) return;
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  byId('answer-section').scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' });
}

function startDrawing(): void {
  const pad = new DrawingPad(byId('pad'));
  const read = byId<HTMLButtonElement>('read-drawing');
  const undo = byId<HTMLButtonElement>('undo');
  const clear = byId<HTMLButtonElement>('clear');
  const showState = () => {
    for (const control of [read, undo, clear]) control.disabled = pad.empty;
    byId('pad-hint').hidden = !pad.empty;
  };
  pad.addEventListener('change', showState);
  showState();
  undo.addEventListener('click', () => pad.undo());
  clear.addEventListener('click', () => pad.clear());
  read.addEventListener(
    'click',
    () => void pad.toPng().then((png) => uploads.add(png, 'drawing.png', options())),
  );
  document.querySelectorAll<HTMLInputElement>('input[name=pen]').forEach((pen) => {
    pen.addEventListener('change', () => (pad.strokeWidth = Number(pen.value)));
  });
  document.addEventListener('keydown', (event) => {
    const typing = (event.target as Element).closest(
      'input[type=text], input:not([type]), textarea',
    );
    if (typing || event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    pad.undo();
  });
}

function startKeyButton(): void {
  const keyButton = byId<HTMLButtonElement>('key-button');
  const show = () => (keyButton.hidden = keys.key === null);
  keyButton.addEventListener('click', () => void keys.ask());
  keys.addEventListener('change', show);
  show();
}
