// The two questions the page asks: "really delete?" and "which API key?".

import { byId } from './dom';

export async function confirmDelete(what: string): Promise<boolean> {
  byId('delete-what').textContent = what;
  return (await open(byId('delete-dialog'))) === 'delete';
}

// '' forgets the key; null leaves everything as it was.
export async function promptForKey(refused: boolean): Promise<string | null> {
  const field = byId<HTMLInputElement>('key-field');
  field.value = '';
  byId('key-forget').hidden = !refused;
  const choice = await open(byId('key-dialog'));
  if (choice === 'forget') return '';
  const entered = field.value.trim();
  field.value = '';
  return choice === 'save' && entered !== '' ? entered : null;
}

// Answers with the value of the button that closed it; '' after Escape.
function open(dialog: HTMLDialogElement): Promise<string> {
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
  });
}
