import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface ExactRequest {
  method?: string;
  path: string;
  /** As they go on the wire, in order, a name as often as it stands here. */
  headers?: readonly (readonly [name: string, value: string])[];
  /** Sent as JSON. */
  body?: object;
}

export interface ExactAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const agent = new Agent({ keepAlive: true });

/** A request that no fetch would send: headers twice, in any case, with any value. */
export function exactRequest(
  url: string,
  { method = 'GET', path, headers = [], body }: ExactRequest,
): Promise<ExactAnswer> {
  const { hostname, port, host } = new URL(url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = [
    ['host', host],
    ...headers,
    ...(text === undefined
      ? []
      : [
          ['content-type', 'application/json'],
          ['content-length', String(Buffer.byteLength(text))],
        ]),
  ];
  return new Promise((resolve, reject) => {
    // An array of names and values is sent as it stands; @types/node knows objects only.
    const options = { hostname, port, method, path, agent, headers: all.flat() as never };
    request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() }),
      );
      answer.on('error', reject);
    })
      .on('error', reject)
      .end(text);
  });
}
