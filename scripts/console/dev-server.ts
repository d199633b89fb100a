import { createServer } from 'vite';
import { viteConfig } from './vite-config.js';

// `npm run console:dev`: the console from its sources, anew at each change, with the API that `npm start` serves beside it.
const api = process.env.API ?? 'http://127.0.0.1:3000';
const server = await createServer({
  ...viteConfig,
  base: '/console/',
  logLevel: 'info',
  server: { host: '127.0.0.1', port: 5173, proxy: { '/trpc': api, '/support/files': api } },
});
await server.listen();
server.printUrls();
