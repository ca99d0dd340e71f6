import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  // Relative, so that the page also works behind a proxy that adds a path prefix.
  base: './',
  build: {
    target: 'es2022',
    // Nothing becomes a data: address or an inline script: the server's
    // Content-Security-Policy allows neither for scripts, styles and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: page('index.html'), docs: page('docs.html') } },
  },
  server: {
    // `npm run dev` beside a running `glyphd serve`.
    proxy: { '/api': 'http://127.0.0.1:8000', '/openapi.json': 'http://127.0.0.1:8000' },
  },
  test: { include: ['src/**/*_test.ts'] },
});
