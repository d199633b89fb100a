import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { readOpenApiDocument } from '../../../src/http/openapi/read-document.js';
import { type Schema, withoutReferences } from '../schema.js';

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

export interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: {
    required: boolean;
    content: { 'application/json'?: { schema: Schema }; 'application/octet-stream'?: { schema: Schema } };
  };
  responses: Record<string, { $ref?: string }>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

/** Whether its body is a file, and no JSON. */
export function takesFile({ requestBody }: Operation): boolean {
  return requestBody?.content['application/octet-stream'] !== undefined;
}

/** The document that clients get, and what its schemas say of a value. */
export class DocumentedApi {
  readonly document = JSON.parse(readOpenApiDocument()) as OpenApiDocument;
  readonly #ajv = formats.default(new Ajv.default({ strict: false, allErrors: true }));

  constructor() {
    this.#ajv.addSchema(this.document, 'openapi');
  }

  /** The paths of the document with what its references refer to in their place. */
  get resolvedPaths(): OpenApiDocument['paths'] {
    return withoutReferences(this.document, this.document.paths);
  }

  /** The operation that a method and a path of a request mean, with the values in the path. */
  operation(method: string, path: string): { operation: Operation; pointer: string; params: string[] } | undefined {
    for (const [template, methods] of Object.entries(this.document.paths)) {
      const params = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '([^/]+)')}$`, 's').exec(path)?.slice(1);
      const operation = methods[method.toLowerCase()];
      if (params === undefined || operation === undefined) continue;
      return { operation, pointer: `/paths/${pointerPart(template)}/${method.toLowerCase()}`, params };
    }
    return undefined;
  }

  /** What is wrong with a value by the schema at a JSON pointer into the document; null: nothing. */
  faults(pointer: string, value: unknown): string | null {
    const validate = this.#ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` });
    return validate(value) ? null : this.#ajv.errorsText(validate.errors);
  }
}

function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
