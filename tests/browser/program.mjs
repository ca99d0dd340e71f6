// Starts the real program on a free port with a data folder of its own, and stops it again.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kReadyWithin = 30_000;

export function programPath() {
  const path = process.env.GLYPHD_BIN;
  if (!path)
    throw new Error('set GLYPHD_BIN to the glyphd to be tested, e.g. build/release/glyphd');
  return path;
}

export async function startProgram(extraArguments = []) {
  const data = await mkdtemp(join(tmpdir(), 'glyphd-browser-'));
  const port = await freePort();
  const child = spawn(
    programPath(),
    ['serve', '--host', '127.0.0.1', '--port', String(port), '--data', data, ...extraArguments],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const address = `http://127.0.0.1:${port}`;
  await waitUntilReady(address, child, () => log);
  return { address, data, stop: () => stop(child, exited, data) };
}

async function waitUntilReady(address, child, log) {
  const deadline = Date.now() + kReadyWithin;
  while (Date.now() < deadline && child.exitCode === null) {
    const ready = await fetch(`${address}/readyz`).catch(() => null);
    if (ready?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill();
  throw new Error(`glyphd did not become ready (exit code ${child.exitCode}):\n${log()}`);
}

async function stop(child, exited, data) {
  child.kill('SIGTERM');
  const code = await exited;
  await rm(data, { recursive: true, force: true });
  if (code !== 0) throw new Error(`glyphd ended with ${code} after SIGTERM`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
