import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type Done = (error?: Error) => void;
type Step = (request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Adds a hook that waits for nothing; what it throws is the answer. An `async` one would cost each request a promise and a
 * round of the microtask queue, and there are a dozen.
 */
export function addStep(app: FastifyInstance, hook: 'onRequest' | 'onSend' | 'onResponse', step: Step): void {
  if (hook === 'onSend') {
    app.addHook(hook, (request, reply, _payload, done) => {
      step(request, reply);
      done();
    });
    return;
  }
  app.addHook(hook, (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    step(request, reply);
    done();
  });
}

/** Ends a hook once `use` has had the value: at once where it is there already. */
export function endWith<T>(value: T | Promise<T>, use: (value: T) => void, done: Done): void {
  if (value instanceof Promise) {
    value.then(use).then(() => done(), done);
    return;
  }
  use(value);
  done();
}
