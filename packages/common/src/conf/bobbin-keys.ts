/**
 * Keys every process reads (`hadoop.tmp.dir`, logs) and keys of our own that Hadoop has no name for. A key that starts with
 * `bobbin.` and stands in no table is refused: a typing mistake in it would otherwise pass in silence.
 */
import { duration, oneOf, path, text } from './codec.js';
import { key, optionalKey } from './key.js';

export const commonKeys = {
  tmpDir: key('hadoop.tmp.dir', path, '/tmp/hadoop-${user.name}', 'Below it lies whatever is given no other place.'),
  yarnLogDir: key('yarn.log.dir', path, '${hadoop.tmp.dir}/logs', 'Below it lie logs.'),
  defaultFs: key('fs.defaultFS', text, 'file:///', 'File system of a path without a scheme.'),
} as const;

export const bobbinKeys = {
  logLevel: key(
    'bobbin.log.level',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'info',
    'From which level on a daemon logs.',
  ),
  logFile: optionalKey('bobbin.log.file', path, 'File of the log; absent: the error output.'),
  secretFile: optionalKey(
    'bobbin.security.secret-file',
    path,
    'Secret that RM, NodeManagers and trusted clients share (mode 0600); absent: an open cluster, on loopback only.',
  ),
  readyFile: optionalKey(
    'bobbin.daemon.ready-file',
    path,
    'A daemon writes its addresses there, as JSON, once it serves.',
  ),
  heldCallMs: key(
    'bobbin.rpc.held-call-ms',
    duration('ms', 0),
    '30000',
    'How long a client asks the other side to hold a call that waits for news; 0: ask and come again.',
  ),
  rpcDeadlineMs: key(
    'bobbin.rpc.deadline-ms',
    duration('ms', 1),
    '20000',
    'How long a call that is not held may take.',
  ),
  clientConnectMaxWaitMs: key(
    'bobbin.client.connect.max-wait-ms',
    duration('ms', 0),
    '15000',
    'How long a command keeps calling a ResourceManager that it has not heard yet; one that has answered is waited for longer.',
  ),
} as const;
