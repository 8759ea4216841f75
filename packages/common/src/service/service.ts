/**
 * Service and CompositeService: what a daemon is made of. Hadoop: service.{AbstractService,CompositeService}.
 * A composite starts its children in the order given and stops those it had started in reverse, also when a later child
 * failed to start. Starting twice is an error; stopping twice, before a start, or in the middle of one, is safe.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

export class CompositeService implements Service {
  private started: Service[] = [];
  private starting: Promise<void> | undefined;
  private stopRequested = false;

  constructor(
    readonly name: string,
    private readonly children: readonly Service[],
    /** Told of each child that fails to stop; the others are stopped all the same. */
    private readonly onStopError: (service: string, error: unknown) => void = () => undefined,
  ) {}

  async start(): Promise<void> {
    if (this.starting) throw new Error(`service '${this.name}' is started already`);
    this.stopRequested = false;
    this.starting = this.startChildren();
    try {
      await this.starting;
    } catch (error) {
      this.starting = undefined;
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.stopRequested = true;
    // A child in the middle of its start is let finish, so that it can be stopped; its failure is the starter's to hear.
    await this.starting?.catch(() => undefined);
    await this.stopStarted();
    this.starting = undefined;
  }

  private async startChildren(): Promise<void> {
    for (const child of this.children) {
      if (this.stopRequested) return;
      try {
        await child.start();
      } catch (error) {
        await this.stopStarted();
        throw error;
      }
      this.started.push(child);
    }
  }

  private async stopStarted(): Promise<void> {
    const toStop = this.started.reverse();
    this.started = [];
    for (const child of toStop) {
      try {
        await child.stop();
      } catch (error) {
        this.onStopError(child.name, error);
      }
    }
  }
}
