import { walk } from './walk.js';

const { BASE_URL = 'http://127.0.0.1:3000', TOKEN } = process.env;
if (!TOKEN) throw new Error('Set TOKEN to a bearer token: npm run --silent token -- --sub user_123');

await walk(BASE_URL, TOKEN, console.log);
