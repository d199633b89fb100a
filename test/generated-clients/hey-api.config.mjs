// What @hey-api/openapi-ts makes of the document at DOCUMENT in the folder OUTPUT. Its client holds what it sends and what
// comes back against its own Zod schemas.

export default {
  input: process.env.DOCUMENT,
  output: process.env.OUTPUT,
  logs: { file: false },
  plugins: ['@hey-api/client-fetch', 'zod', { name: '@hey-api/sdk', validator: true }],
};
