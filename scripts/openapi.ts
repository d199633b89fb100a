import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/http/openapi/document.js';
import { appRouter } from '../src/router.js';

// Makes the committed openapi.json anew; a test fails while the two differ.
writeFileSync(new URL('../openapi.json', import.meta.url), `${JSON.stringify(openApiDocument(appRouter), null, 2)}\n`);
process.stdout.write('openapi.json is up to date with the router\n');
