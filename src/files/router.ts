import { reading, transacting, uploading } from '../procedure/scope.js';
import { customerProcedure, router } from '../procedure/trpc.js';
import { deleteFile } from './delete-file.js';
import { getFile } from './get-file.js';
import { deleteFileOutput, getFileInput, getFileOutput, uploadFileInput, uploadFileOutput } from './schemas.js';
import { uploadFile } from './upload-file.js';

export const filesRouter = router({
  upload: customerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/support/files',
        operationId: 'uploadFile',
        summary: 'Upload File',
        description:
          'Store a file, to be attached to a ticket, message or note by its id within 24 hours. The body is the file itself, whatever its Content-Type; over tRPC there is no such body.',
        tags: ['Files'],
        successDescription: 'The file is stored, and yours alone',
      },
      takesFile: true,
      invalid: 'Invalid file',
      errors: ['FILE_INFECTED'],
    })
    .input(uploadFileInput)
    .output(uploadFileOutput)
    .mutation(uploading(uploadFile)),

  get: customerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/support/files/{fileId}',
        operationId: 'getFile',
        summary: 'Get File',
        description: 'What is known of a file, with an address where its bytes can be read for 5 minutes.',
        tags: ['Files'],
        successDescription: 'The file',
      },
      missing: 'File not found',
      errors: ['NOT_FOUND'],
    })
    .input(getFileInput)
    .output(getFileOutput)
    .query(reading(getFile)),

  delete: customerProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/support/files/{fileId}',
        operationId: 'deleteFile',
        summary: 'Delete File',
        description:
          'Remove a file for good: one that you have uploaded, or for the desk any that is attached. Nobody can read it from then on, and its bytes are removed within a minute.',
        tags: ['Files'],
        successDescription: 'The file is gone',
      },
      missing: 'File not found',
      errors: ['NOT_FOUND'],
    })
    .input(getFileInput)
    .output(deleteFileOutput)
    .mutation(transacting(deleteFile)),
});
