// The ways a picture file comes in: dropped anywhere, pasted anywhere, chosen, photographed.

import { byId } from '../dom';

export function takeFiles(onFiles: (files: File[]) => void): void {
  takeChosen(byId('file-input'), byId('choose'), onFiles);
  takeChosen(byId('camera-input'), byId('photograph'), onFiles);
  // On a desktop it would only be a second way to choose a file.
  byId('photograph').hidden = navigator.maxTouchPoints === 0;
  takePasted(onFiles);
  takeDropped(onFiles);
}

function takeChosen(
  input: HTMLInputElement,
  opener: HTMLElement,
  onFiles: (files: File[]) => void,
): void {
  opener.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])]);
    input.value = ''; // so that choosing the same file again is noticed
  });
}

function takePasted(onFiles: (files: File[]) => void): void {
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return; // text into a field: not ours
    event.preventDefault();
    onFiles(files);
  });
}

function takeDropped(onFiles: (files: File[]) => void): void {
  const veil = byId('drop-veil');
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) veil.hidden = true; // out of the window
  });
  document.addEventListener('drop', (event) => {
    veil.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}
