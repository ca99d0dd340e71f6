// Lets a person say what the picture really shows. A correction is undone by correcting again;
// the server keeps every one.

import type { ApiClient } from '../api/client';
import { asProblem } from '../api/problem';
import type { Recognition } from '../api/types';
import { button, el } from '../dom';
import { problemView } from '../problem_view';

export function correctionForm(
  api: ApiClient,
  record: Recognition,
  onCorrected: (record: Recognition) => void,
): HTMLElement {
  const field = textField(record);
  const trouble = el('div', { role: 'presentation' });
  const save = (text: string | null) => void submit(text);
  const buttons = el(
    'div',
    { class: 'buttons' },
    el('button', { type: 'submit', class: 'secondary' }, 'Save'),
    button('No digit here', 'quiet', () => save(null)),
  );
  if (record.correction && record.correction.text !== record.text) {
    buttons.append(
      button('Back to the reading', 'quiet', () => save(record.text === '' ? null : record.text)),
    );
  }
  const form = el(
    'form',
    { class: 'correction' },
    el(
      'label',
      { for: 'correction-text' },
      record.correction ? 'Correct it again' : 'Not right? Correct it',
    ),
    el('div', { class: 'correction-row' }, field, buttons),
    trouble,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (field.value.trim() === '') field.focus();
    else save(field.value.trim());
  });

  async function submit(text: string | null): Promise<void> {
    form.inert = true;
    try {
      onCorrected(await api.correct(record.id, text));
    } catch (error) {
      trouble.replaceChildren(problemView(asProblem(error)));
    } finally {
      form.inert = false;
    }
  }

  return form;
}

function textField(record: Recognition): HTMLTextAreaElement | HTMLInputElement {
  const text = record.correction ? (record.correction.text ?? '') : record.text;
  const attributes = {
    id: 'correction-text',
    autocomplete: 'off',
    inputmode: 'numeric',
    spellcheck: 'false',
    placeholder: 'What it says',
  };
  const several = Math.max(record.lines.length, text.split('\n').length);
  const field =
    several > 1
      ? el('textarea', { ...attributes, rows: Math.min(several, 8) })
      : el('input', attributes);
  field.value = text;
  return field;
}
