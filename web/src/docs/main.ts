// Shows /openapi.json for reading.

import { byId, el } from '../dom';
import { Document, type JsonObject } from './openapi';
import { methodTag, operationView } from './operation_view';
import { prose } from './prose';

import '../styles/base.css';
import '../styles/docs.css';

async function load(): Promise<Document> {
  const response = await fetch('openapi.json');
  if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
  return new Document((await response.json()) as JsonObject);
}

function show(description: Document): void {
  const operations = description.operations();
  byId('operations').replaceChildren(
    el('h1', {}, description.title, ' ', el('span', { class: 'version' }, description.version)),
    ...prose(description.description),
    ...operations.map((operation) => operationView(description, operation)),
  );
  const links = operations.map((operation) =>
    el(
      'li',
      {},
      el(
        'a',
        { href: `#${operation.id}` },
        methodTag(operation.method),
        el('span', {}, operation.summary || operation.path),
      ),
    ),
  );
  byId('contents').replaceChildren(el('ul', {}, ...links));
  // The browser looked for the anchor before it was there.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

load().then(show, (error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  byId('operations').replaceChildren(
    el('p', { role: 'alert' }, `The description could not be loaded: ${reason}`),
  );
});
