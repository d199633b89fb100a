import fc from 'fast-check';
import { rarely } from '../../support/arbitraries.js';
import { type OpenApiDocument, type Operation, type Parameter, takesFile } from '../checks/document.js';
import { FuzzRequest } from '../request.js';
import { fileBody, withBody } from './bodies.js';
import { customersHeaders, desksHeaders, type Header } from './headers.js';
import { MEANINGFUL, mistakenJson, validJson } from './json.js';
import { hostileQuery, hostileSegment, queryOf } from './paths.js';

/** Requests for the operations of a document, without references: right, nearly right, or wrong in any place. */
export function restRequests(paths: OpenApiDocument['paths']): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      // What writes can go wrong in more ways.
      weight: method === 'get' ? 1 : 2,
      arbitrary: operationRequests(method.toUpperCase(), path, operation),
    })),
  );
  return fc.oneof(...operations);
}

function operationRequests(method: string, template: string, operation: Operation): fc.Arbitrary<FuzzRequest> {
  const parameters = operation.parameters ?? [];
  const common = template.startsWith('/desk/') ? desksHeaders : customersHeaders;
  return fc
    .record({
      path: pathFor(template),
      query: queryFor(parameters.filter((parameter) => parameter.in === 'query')),
      headers: fc.tuple(common, headersFor(parameters.filter((parameter) => parameter.in === 'header'))),
      body: takesFile(operation) ? fileBody : withBody(operation.requestBody?.content['application/json']?.schema),
    })
    .map(({ path, query, headers, body: { headers: bodyHeaders, ...body } }) => {
      return new FuzzRequest({ method, target: path + query, headers: [...headers.flat(), ...bodyHeaders], ...body });
    });
}

function pathFor(template: string): fc.Arbitrary<string> {
  const segment = (name = '') => rarely(6, hostileSegment, MEANINGFUL[name] ?? fc.constant(name));
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return fc.tuple(...names.map(segment)).map((values) => {
    let next = 0;
    return template.replaceAll(/\{\w+\}/g, () => values[next++] ?? '');
  });
}

/** Each parameter or not, what is required most of the time; now and then with something else beside them. */
function queryFor(parameters: Parameter[]): fc.Arbitrary<string> {
  const pieces = parameters.map(({ name, schema, required }) => {
    const value = rarely(6, mistakenJson(schema), validJson(schema, name)).map(inQuery);
    const piece = fc.tuple(value, fc.boolean()).map(([text, plus]) => {
      const escaped = encodeURIComponent(text.toWellFormed());
      return [`${name}=${plus ? escaped.replaceAll('%20', '+') : escaped}`];
    });
    return rarely(required ? 12 : 2, fc.constant([]), piece);
  });
  const extra = rarely(8, fc.array(hostileQuery, { minLength: 1, maxLength: 2 }), fc.constant([]));
  return fc.tuple(...pieces, extra).map((all) => queryOf(all.flat()));
}

function headersFor(parameters: Parameter[]): fc.Arbitrary<readonly Header[]> {
  const each = parameters.map(({ name, schema }) =>
    fc.oneof(
      fc.constant([]),
      rarely(6, mistakenJson(schema), validJson(schema, name)).map((json) => [
        [name, unquoted(json).replaceAll(/[^\x20-\x7e]/g, '')] as const,
      ]),
    ),
  );
  return fc.tuple(...each).map((all) => all.flat());
}

/** A list's values with commas, one of the forms that are taken; anything else as it is. */
function inQuery(json: string): string {
  if (!json.startsWith('[')) return unquoted(json);
  try {
    return (JSON.parse(json) as unknown[]).map(String).join(',');
  } catch {
    return json;
  }
}

/** A JSON text as one writes it where no JSON is: the string itself. */
function unquoted(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
