// What went wrong with a request, ready to be shown: the server's own RFC 9457 problem, or that
// no answer came at all.

import { seconds } from '../words';

export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer came
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | null = null,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail ? `${title}: ${detail}` : title);
  }

  // Whether the very same request may succeed a little later.
  get worthRetrying(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  get hint(): string {
    if (this.status === 0) return 'Check the connection, then try again. Nothing is kept twice.';
    if (this.retryAfterSeconds !== null) return `Try again in ${seconds(this.retryAfterSeconds)}.`;
    if (this.status === 503) return 'Try again in a moment.';
    if (this.status === 401) return 'Enter an API key to go on.';
    if (this.status === 403) return 'This needs an API key with a wider scope.';
    return '';
  }
}

export function connectionLost(): Problem {
  return new Problem(
    0,
    'No answer from the server',
    'It could not be reached, or the connection broke.',
  );
}

export function problemFrom(
  status: number,
  body: string,
  header: (name: string) => string | null,
): Problem {
  const members = parseObject(body);
  return new Problem(
    status,
    textMember(members, 'title') ?? `The server answered with status ${status}`,
    textMember(members, 'detail') ?? '',
    textMember(members, 'request_id') ?? header('X-Request-Id'),
    parseRetryAfter(header('Retry-After')),
  );
}

// Everything that can be thrown becomes something that can be shown.
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(-1, 'The page failed', error instanceof Error ? error.message : String(error));
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // a proxy in between may answer with HTML
  }
}

function textMember(members: Record<string, unknown>, name: string): string | null {
  const value = members[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function parseRetryAfter(value: string | null): number | null {
  if (value === null || !/^\d{1,6}$/.test(value.trim())) return null;
  return Number(value);
}
