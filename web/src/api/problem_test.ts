import { describe, expect, it } from 'vitest';
import { Problem, asProblem, connectionLost, problemFrom } from './problem';

const noHeaders = () => null;

describe('problemFrom', () => {
  it('takes title, detail and request id from problem+json', () => {
    const body =
      '{"title":"Unsupported Media Type","detail":"this is no picture","request_id":"r1"}';
    const problem = problemFrom(415, body, noHeaders);
    expect(problem).toMatchObject({
      title: 'Unsupported Media Type',
      detail: 'this is no picture',
      requestId: 'r1',
    });
    expect(problem.worthRetrying).toBe(false);
  });
  it('still says something when a proxy answered with HTML', () => {
    const problem = problemFrom(502, '<html>bad gateway</html>', noHeaders);
    expect(problem.title).toBe('The server answered with status 502');
    expect(problem.worthRetrying).toBe(true);
  });
  it('falls back to the header for the request id', () => {
    const problem = problemFrom(404, '{}', (name) => (name === 'X-Request-Id' ? 'r2' : null));
    expect(problem.requestId).toBe('r2');
  });
  it('tells when to come back after 503', () => {
    const problem = problemFrom(503, '{}', (name) => (name === 'Retry-After' ? '2' : null));
    expect(problem.hint).toBe('Try again in 2 seconds.');
  });
  it('ignores a Retry-After that is a date', () => {
    const header = (name: string) =>
      name === 'Retry-After' ? 'Wed, 21 Oct 2026 07:28:00 GMT' : null;
    expect(problemFrom(503, '{}', header).hint).toBe('Try again in a moment.');
  });
  it('survives JSON that is no object', () => {
    expect(problemFrom(500, 'null', noHeaders).title).toBe('The server answered with status 500');
    expect(problemFrom(500, '{"title":7}', noHeaders).title).toBe(
      'The server answered with status 500',
    );
  });
});

describe('asProblem', () => {
  it('keeps a problem and words anything else', () => {
    const lost = connectionLost();
    expect(asProblem(lost)).toBe(lost);
    expect(asProblem(new Error('odd'))).toBeInstanceOf(Problem);
    expect(asProblem(new Error('odd')).detail).toBe('odd');
  });
});
