import { describe, expect, it } from 'vitest';
import { Document, curlExample, type JsonObject, type Operation } from './openapi';

const root: JsonObject = {
  info: { title: 'glyphd', version: '1' },
  paths: {
    '/things/{id}': {
      parameters: [{ $ref: '#/components/parameters/Id' }],
      get: {
        summary: 'Find one',
        responses: {
          '200': {
            description: 'it',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
        },
      },
      put: {
        requestBody: { content: { 'application/json': { schema: {}, example: { text: "it's" } } } },
        responses: {},
      },
      delete: { responses: { '204': { description: 'gone' } } },
    },
    '/things': {
      post: {
        requestBody: { content: { 'image/*': {}, 'multipart/form-data': {} } },
        responses: {},
      },
    },
  },
  components: {
    parameters: { Id: { name: 'id', in: 'path', required: true } },
    schemas: {
      Thing: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: ['string', 'null'], description: 'what it is called' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
          kind: { enum: ['a', 'b'] },
        },
      },
    },
  },
};

const document = new Document(root);
const operationOf = (method: string): Operation =>
  document.operations().find((o) => o.method === method) as Operation;

describe('Document', () => {
  it('lists operations with the parameters of their path', () => {
    expect(document.operations().map((o) => o.id)).toEqual([
      'get-things-id',
      'put-things-id',
      'delete-things-id',
      'post-things',
    ]);
    expect(operationOf('GET').parameters[0]?.['name']).toBe('id');
  });
  it('describes members and stops at schemas that contain themselves', () => {
    const rows = document.schemaRows({ $ref: '#/components/schemas/Thing' });
    expect(rows[0]).toEqual({
      depth: 0,
      name: 'name',
      type: 'string or null',
      required: true,
      description: 'what it is called',
    });
    expect(rows[1]).toMatchObject({ name: 'parts', type: 'list of object', required: false });
    expect(Math.max(...rows.map((row) => row.depth))).toBe(5);
  });
  it('survives references that lead nowhere or in circles', () => {
    const odd = new Document({ a: { $ref: '#/a' } });
    expect(odd.resolve({ $ref: '#/a' })).toEqual({ $ref: '#/a' });
    expect(odd.resolve({ $ref: '#/nowhere' })).toEqual({});
    expect(odd.operations()).toEqual([]);
  });
});

describe('curlExample', () => {
  it('is a line for a shell', () => {
    expect(curlExample(operationOf('GET'), 'http://h')).toBe("curl 'http://h/things/ID'");
    expect(curlExample(operationOf('DELETE'), 'http://h')).toBe(
      "curl -X DELETE 'http://h/things/ID'",
    );
    expect(curlExample(operationOf('POST'), 'http://h')).toBe(
      "curl -F image=@digits.png 'http://h/things'",
    );
  });
  it('quotes a JSON body', () => {
    expect(curlExample(operationOf('PUT'), 'http://h')).toBe(
      `curl -X PUT -H 'Content-Type: application/json' -d '{"text":"it'\\''s"}' 'http://h/things/ID'`,
    );
  });
});
