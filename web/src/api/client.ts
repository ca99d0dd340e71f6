// The one place that talks to the server. Every failure is thrown as a Problem.

import type { KeyRing } from './key_ring';
import { Problem, connectionLost, problemFrom } from './problem';
import type { Layout, Recognition, RecognitionPage } from './types';

// Relative, so that a proxy may put the whole service below a path.
export const kRecognitions = 'api/v1/recognitions';

export interface Upload {
  file: Blob;
  filename: string;
  layout: Layout;
  reference: string;
  // One key for all tries of one upload: trying again after a lost answer keeps one record.
  idempotencyKey: string;
}

export interface UploadProgress {
  sent: number;
  total: number;
}

interface Answer {
  status: number;
  body: string;
  header: (name: string) => string | null;
}

export class ApiClient {
  constructor(private readonly keys: KeyRing) {}

  async list(limit: number, cursor: string | null): Promise<RecognitionPage> {
    const query = new URLSearchParams({ limit: String(limit) });
    if (cursor !== null) query.set('cursor', cursor);
    const response = await this.fetch(`${kRecognitions}?${query}`, {}, 'quietly');
    return (await response.json()) as RecognitionPage;
  }

  async find(id: string): Promise<Recognition> {
    const response = await this.fetch(recordAddress(id), {}, 'asking');
    return (await response.json()) as Recognition;
  }

  async blob(address: string): Promise<Blob> {
    return (await this.fetch(address, {}, 'quietly')).blob();
  }

  // text null: there is no digit. Answers with the record as it is now.
  async correct(id: string, text: string | null): Promise<Recognition> {
    await this.fetch(
      `${recordAddress(id)}/correction`,
      {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ text }),
      },
      'asking',
    );
    return this.find(id);
  }

  async remove(id: string): Promise<void> {
    await this.fetch(recordAddress(id), { method: 'DELETE' }, 'asking');
  }

  async recognize(upload: Upload, onProgress: (p: UploadProgress) => void): Promise<Recognition> {
    const answer = await this.send(upload, onProgress);
    if (answer.status === 401 && (await this.keys.ask())) return this.recognize(upload, onProgress);
    if (answer.status !== 201) throw problemFrom(answer.status, answer.body, answer.header);
    return JSON.parse(answer.body) as Recognition;
  }

  private async fetch(
    address: string,
    init: RequestInit,
    onUnauthorized: 'asking' | 'quietly',
  ): Promise<Response> {
    const headers = { ...init.headers, ...this.authorization() };
    const response = await fetch(address, { ...init, headers }).catch(() => {
      throw connectionLost();
    });
    if (response.ok) return response;
    if (response.status === 401 && onUnauthorized === 'asking' && (await this.keys.ask())) {
      return this.fetch(address, init, onUnauthorized);
    }
    throw problemFrom(response.status, await response.text(), (name) => response.headers.get(name));
  }

  // XMLHttpRequest, because fetch() tells nothing about the progress of an upload.
  private send(upload: Upload, onProgress: (p: UploadProgress) => void): Promise<Answer> {
    return new Promise((resolve, reject: (problem: Problem) => void) => {
      const request = new XMLHttpRequest();
      request.open('POST', kRecognitions);
      request.setRequestHeader('Idempotency-Key', upload.idempotencyKey);
      for (const [name, value] of Object.entries(this.authorization())) {
        request.setRequestHeader(name, value);
      }
      request.upload.onprogress = (event) => onProgress({ sent: event.loaded, total: event.total });
      request.onerror = () => reject(connectionLost());
      request.onload = () =>
        resolve({
          status: request.status,
          body: request.responseText,
          header: (name) => request.getResponseHeader(name),
        });
      request.send(formOf(upload));
    });
  }

  private authorization(): Record<string, string> {
    return this.keys.key === null ? {} : { Authorization: `Bearer ${this.keys.key}` };
  }
}

export function recordAddress(id: string): string {
  return `${kRecognitions}/${encodeURIComponent(id)}`;
}

export function pictureAddress(id: string): string {
  return `${recordAddress(id)}/image`;
}

// crypto.randomUUID() is missing on plain http:// addresses other than localhost.
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function formOf(upload: Upload): FormData {
  const form = new FormData();
  form.set('layout', upload.layout);
  if (upload.reference !== '') form.set('reference', upload.reference);
  form.set('image', upload.file, upload.filename);
  return form;
}
