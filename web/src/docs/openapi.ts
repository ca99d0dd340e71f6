// Reads an OpenAPI document: follows references, lists operations, describes schemas, and makes
// a curl line for each operation.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export interface Operation {
  id: string; // stable, for the address
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: JsonObject[];
  bodies: [mediaType: string, content: JsonObject][];
  bodyDescription: string;
  answers: [status: string, answer: JsonObject][];
}

export interface SchemaRow {
  depth: number;
  name: string;
  type: string;
  required: boolean;
  description: string;
}

const kMethods = ['get', 'post', 'put', 'patch', 'delete', 'head'];
const kDeepest = 6; // a schema may refer to itself

export class Document {
  constructor(private readonly root: JsonObject) {}

  get title(): string {
    return text(object(this.root['info'])['title']);
  }

  get version(): string {
    return text(object(this.root['info'])['version']);
  }

  get description(): string {
    return text(object(this.root['info'])['description']);
  }

  operations(): Operation[] {
    return Object.entries(object(this.root['paths'])).flatMap(([path, item]) => {
      const shared = list(object(item)['parameters']);
      return kMethods
        .filter((method) => object(item)[method] !== undefined)
        .map((method) => this.operation(method, path, shared, object(object(item)[method])));
    });
  }

  // The rows of a table that shows a schema, members below their objects.
  schemaRows(schema: Json | undefined, depth = 0): SchemaRow[] {
    if (depth >= kDeepest) return [];
    const resolved = this.resolve(schema);
    if (resolved['items'] !== undefined) return this.schemaRows(resolved['items'], depth);
    const required = list(resolved['required']);
    return Object.entries(this.members(resolved)).flatMap(([name, member]) => [
      {
        depth,
        name,
        type: this.typeOf(member),
        required: required.includes(name),
        description: text(this.resolve(member)['description']),
      },
      ...this.schemaRows(member, depth + 1),
    ]);
  }

  typeOf(schema: Json | undefined): string {
    const resolved = this.resolve(schema);
    const choices = [...list(resolved['oneOf']), ...list(resolved['anyOf'])];
    if (choices.length > 0)
      return [...new Set(choices.map((choice) => this.typeOf(choice)))].join(' or ');
    if (resolved['enum'] !== undefined)
      return list(resolved['enum'])
        .map((v) => JSON.stringify(v))
        .join(' or ');
    if (resolved['const'] !== undefined) return JSON.stringify(resolved['const']);
    if (resolved['items'] !== undefined) return `list of ${this.typeOf(resolved['items'])}`;
    const types = Array.isArray(resolved['type'])
      ? resolved['type'].map(text)
      : [text(resolved['type'])];
    const named = types.filter((type) => type !== '').join(' or ') || 'object';
    const format = text(resolved['format']);
    return format ? `${named} (${format})` : named;
  }

  resolve(value: Json | undefined): JsonObject {
    let current = object(value);
    for (let hops = 0; typeof current['$ref'] === 'string' && hops < kDeepest; hops++) {
      current = object(this.at(current['$ref']));
    }
    return current;
  }

  private operation(method: string, path: string, shared: Json[], node: JsonObject): Operation {
    const body = this.resolve(node['requestBody']);
    return {
      id: `${method}${path}`.replace(/[^a-zA-Z0-9]+/g, '-').replace(/-$/, ''),
      method: method.toUpperCase(),
      path,
      summary: text(node['summary']),
      description: text(node['description']),
      parameters: [...shared, ...list(node['parameters'])].map((p) => this.resolve(p)),
      bodies: Object.entries(object(body['content'])).map(([type, content]) => [
        type,
        object(content),
      ]),
      bodyDescription: text(body['description']),
      answers: Object.entries(object(node['responses'])).map(([status, a]) => [
        status,
        this.resolve(a),
      ]),
    };
  }

  private members(schema: JsonObject): JsonObject {
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((name) => list(schema[name]));
    const inherited = parts.map((part) => this.members(this.resolve(part)));
    return Object.assign({}, ...inherited, object(schema['properties'])) as JsonObject;
  }

  private at(pointer: string): Json | undefined {
    if (!pointer.startsWith('#/')) return undefined;
    const names = pointer
      .slice(2)
      .split('/')
      .map((n) => n.replaceAll('~1', '/').replaceAll('~0', '~'));
    return names.reduce<Json | undefined>((node, name) => object(node)[name], this.root);
  }
}

// A line that works when pasted into a shell beside the running service.
export function curlExample(operation: Operation, origin: string): string {
  const parts = ['curl'];
  if (operation.method !== 'GET' && operation.method !== 'POST')
    parts.push(`-X ${operation.method}`);
  const types = operation.bodies.map(([type]) => type);
  if (types.includes('multipart/form-data')) parts.push('-F image=@digits.png');
  else if (types.includes('application/json')) parts.push(...jsonBody(operation));
  else if (operation.method === 'POST') parts.push('-X POST');
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
  parts.push(`'${origin}${path}'`);
  return parts.join(' ');
}

function jsonBody(operation: Operation): string[] {
  const content = object(operation.bodies.find(([type]) => type === 'application/json')?.[1]);
  const examples = Object.values(object(content['examples'])).map((e) => object(e)['value']);
  const example = content['example'] ??
    object(content['schema'])['example'] ??
    examples[0] ?? { text: '42' };
  return [
    "-H 'Content-Type: application/json'",
    `-d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`,
  ];
}

export function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
