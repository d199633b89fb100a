// What orval makes of the document at DOCUMENT in the folder OUTPUT, for the server at BASE_URL.

const { BASE_URL, DOCUMENT, OUTPUT } = process.env;

const client = (name, output = {}) => ({
  input: DOCUMENT,
  output: { client: name, mode: 'single', target: `${OUTPUT}/${name}.ts`, ...output },
});

module.exports = {
  fetch: client('fetch', { baseUrl: BASE_URL, headers: true }),
  axios: client('axios', { baseUrl: BASE_URL, headers: true }),
  zod: client('zod'),
};
