/** One instance of the service: answers over HTTP, and leaves word of where. `/break` makes it unhealthy, as an instance may become. */
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { CONTAINER_ID, NM_HOST, REGISTRY } = process.env;
let healthy = true;
const server = createServer((call, response) => {
  if (call.url === '/break') healthy = false;
  if (call.url === '/health') return void response.writeHead(healthy ? 200 : 500).end();
  response.end(`${CONTAINER_ID} at your service\n`);
});
server.listen(0, () => {
  const file = `${REGISTRY}/${CONTAINER_ID}`;
  writeFileSync(`${file}.new`, `${NM_HOST}:${server.address().port}`);
  renameSync(`${file}.new`, file);
});
