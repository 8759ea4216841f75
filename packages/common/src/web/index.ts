/** Public names of web: what the pages of all daemons share. */
export { sendError, sendFault, sendJson } from './answer.js';
export { authenticateWeb, TOKEN_HEADER } from './authenticate-web.js';
export { closeHttp, listenHttp, listenHttpAt } from './http-server.js';
