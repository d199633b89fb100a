import { createSupportClient } from 'support-api/client';

// Your app has a sign-in that knows the token; this page takes it from its address, `#token=…`, which no server sees.
const address = new URLSearchParams(location.hash.slice(1));
const token = address.get('token') ?? '';

export const serverUrl = address.get('api') ?? 'http://127.0.0.1:3000';
/** Your sign-in knows this too. The server alone says whether the token is good. */
export const user: string = JSON.parse(atob(token.split('.')[1] ?? 'e30')).sub ?? 'nobody';
export const client = createSupportClient({ url: serverUrl, token });
