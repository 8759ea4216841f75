/**
 * Service and CompositeService: what a daemon is made of. Hadoop: service.{AbstractService,CompositeService}.
 * A composite starts its children in the order given and stops those it had started in reverse, also when a later child
 * failed to start. Starting twice is an error; stopping twice, or before a start, is safe.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

export class CompositeService implements Service {
  private started: Service[] = [];
  private running = false;

  constructor(
    readonly name: string,
    private readonly children: readonly Service[],
    /** Told of each child that fails to stop; the others are stopped all the same. */
    private readonly onStopError: (service: string, error: unknown) => void = () => undefined,
  ) {}

  async start(): Promise<void> {
    if (this.running) throw new Error(`service '${this.name}' is started already`);
    this.running = true;
    for (const child of this.children) {
      try {
        await child.start();
      } catch (error) {
        await this.stop();
        throw error;
      }
      this.started.push(child);
    }
  }

  async stop(): Promise<void> {
    const toStop = this.started.reverse();
    this.started = [];
    this.running = false;
    for (const child of toStop) {
      try {
        await child.stop();
      } catch (error) {
        this.onStopError(child.name, error);
      }
    }
  }
}
