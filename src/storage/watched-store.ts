import type { FileStore } from './file-store.js';

export type StoreOperation = 'put' | 'read' | 'remove' | 'list';

/** The same store, which tells of each failure of its own. */
export function watchStore(store: FileStore, onFailure: (operation: StoreOperation) => void): FileStore {
  const watched =
    <Args extends unknown[], Result>(operation: StoreOperation, work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        return await work(...args);
      } catch (error) {
        onFailure(operation);
        throw error;
      }
    };
  return {
    incoming: store.incoming,
    isLocal: store.isLocal,
    put: watched('put', (...[fileId, file]: Parameters<FileStore['put']>) => store.put(fileId, file)),
    read: watched('read', (...[fileId, range]: Parameters<FileStore['read']>) => store.read(fileId, range)),
    remove: watched('remove', (fileId: string) => store.remove(fileId)),
    async *list() {
      try {
        yield* store.list();
      } catch (error) {
        onFailure('list');
        throw error;
      }
    },
    linkTo: store.linkTo,
  };
}
