import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { S3Client } from '../../src/storage/s3/s3-client.js';

// Amazon's own example: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
it('signs an address in which the bucket is in the name of the host as Amazon does', async () => {
  const client = new S3Client({
    endpoint: 'https://s3.amazonaws.com',
    bucket: 'examplebucket',
    region: 'us-east-1',
    pathStyle: false,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  });
  const url = new URL(await client.presign('test.txt', {}, new Date('2013-05-24T00:00:00Z'), 86_400));
  expect(url.origin + url.pathname).toBe('https://examplebucket.s3.amazonaws.com/test.txt');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  });
});

// As Amazon answers: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
it.each([
  [
    'a key that lacks a right',
    403,
    {},
    '<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/support is not authorized to perform: s3:DeleteObject on resource: &quot;arn:aws:s3:::files/a&quot; because no identity-based policy allows the s3:DeleteObject action</Message><HostId>h</HostId></Error>',
    "S3 has answered 403 (AccessDenied) to a DELETE: User: arn:aws:iam::123456789012:user/support is not authorized to perform: s3:DeleteObject on resource: 'arn:aws:s3:::files/a' because no identity-based policy allows the s3:DeleteObject action",
  ],
  [
    'another region',
    301,
    { 'x-amz-bucket-region': 'eu-west-3' },
    '<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint.</Message></Error>',
    'S3 has answered 301 (PermanentRedirect) to a DELETE: The bucket you are attempting to access must be addressed using the specified endpoint. The bucket is in eu-west-3',
  ],
  [
    'a wrong secret',
    403,
    {},
    '<Error><Code>SignatureDoesNotMatch</Code><Message>The signature does not match.</Message><AWSAccessKeyId>the-key</AWSAccessKeyId><SignatureProvided>the-signature</SignatureProvided></Error>',
    'S3 has answered 403 (SignatureDoesNotMatch) to a DELETE: The signature does not match.',
  ],
  ['something that is not S3', 405, {}, '<html>No</html>', 'S3 has answered 405 (no code) to a DELETE'],
])('says what S3 says of %s', async (_what, status, headers, body, message) => {
  const server = createServer((_request, answer) => answer.writeHead(status, headers).end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: 'files',
    region: 'us-east-1',
    pathStyle: true,
    accessKeyId: 'the-key',
    secretAccessKey: 'the-secret',
  });
  await expect(client.send({ method: 'DELETE', key: 'a' })).rejects.toThrow(new Error(message));
  server.close();
  server.closeAllConnections();
});
