/** Answered at once, without a token. */
export const LIVENESS = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
