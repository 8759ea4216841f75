/** NodeLogs: the log files of containers over a NodeManager's web server. Hadoop: LogWebService, LogToolUtils. */
import { encodeToken, TOKEN_HEADER, type ApplicationId, type CallCredentials, type ContainerId } from '@bobbin/common';
import { CommandError } from '../errors.js';

export interface LogFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** As the node writes it. */
  readonly modifiedAt: string;
}

interface LogsAnswer {
  readonly containerLogsInfo?: readonly {
    readonly containerLogInfo?: readonly {
      readonly fileName: string;
      readonly fileSize: string;
      readonly lastModifiedTime: string;
    }[];
  }[];
}

const TIMEOUT_MS = 30_000;

export class NodeLogs {
  constructor(private readonly credentials: () => CallCredentials) {}

  /** Containers of an application that have logs there. Rejects where the node does not answer, or refuses. */
  async containersOf(node: string, applicationId: ApplicationId): Promise<readonly ContainerId[]> {
    const response = await this.get(node, `/apps/${applicationId}/containers-with-logs`);
    return ((await answered(response)) as { readonly containers: readonly ContainerId[] }).containers;
  }

  /** `undefined` where the node knows nothing of the container. Rejects where it does not answer, or refuses. */
  async list(node: string, containerId: ContainerId): Promise<readonly LogFile[] | undefined> {
    const response = await this.get(node, `/containers/${containerId}/logs`);
    if (response.status === 404) return undefined;
    const answer = (await answered(response)) as LogsAnswer;
    return (answer.containerLogsInfo ?? []).flatMap(({ containerLogInfo = [] }) =>
      containerLogInfo.map(({ fileName, fileSize, lastModifiedTime }) => ({
        name: fileName,
        sizeBytes: Number(fileSize),
        modifiedAt: lastModifiedTime,
      })),
    );
  }

  /** A file as text: its first `size` bytes, its last ones where negative, or all of it. */
  async read(node: string, containerId: ContainerId, file: string, size: number | undefined): Promise<string> {
    const query = size === undefined ? '' : `?size=${size}`;
    const response = await this.get(node, `/containers/${containerId}/logs/${encodeURIComponent(file)}${query}`);
    if (!response.ok) await answered(response);
    return response.text();
  }

  /** The bytes of a file from `start` on. */
  async readFrom(node: string, containerId: ContainerId, file: string, start: number): Promise<Buffer> {
    const path = `/containers/${containerId}/logs/${encodeURIComponent(file)}?start=${start}`;
    const response = await this.get(node, path);
    if (!response.ok) await answered(response);
    return Buffer.from(await response.arrayBuffer());
  }

  private get(node: string, path: string): Promise<Response> {
    const credentials = this.credentials();
    const headers: Record<string, string> =
      'token' in credentials ? { [TOKEN_HEADER]: encodeToken(credentials.token).toString('base64') } : {};
    return fetch(`http://${node}/ws/v1/node${path}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}

/** The body as JSON; throws CommandError with the node's own words where it refuses. */
async function answered(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as unknown;
  const said = /"message"\s*:\s*"([^"]*)"/.exec(text)?.[1];
  throw new CommandError(said ?? `${response.status} ${response.statusText}`);
}
