/**
 * Demands: the asks that wait, and where each may be served by now. Hadoop: the pending part of scheduler/AppSchedulingInfo.java and the queues of a
 * LeafQueue. An ask is filed under each host, rack or `*` that could serve it; an AM's waits outside until the share of AMs allows it;
 * one that named places reaches further as its patience ends. `takeChanged` gives those that have to look for room themselves.
 */
import { ANY, type ApplicationAttemptId, type Resource } from '@bobbin/common';
import { AMShare } from './am-share.js';
import { compareAsks, type Ask } from './ask.js';
import type { ClusterNodes } from './cluster-nodes.js';
import { Patience, wider } from './patience.js';
import type { SchedulerNode } from './scheduler-node.js';
import { WaitingRoom } from './waiting-room.js';

export interface DemandsOptions {
  /** Chances an ask passes by for the hosts it named; 0 or less: none. */
  readonly nodeLocalityDelay: number;
  /** Part of the cluster's memory, and of its cores, that AMs may hold together, 0..1. */
  readonly maxAMShare: number;
}

export class Demands {
  /** Host, rack or `*` to the asks that may be served there. */
  private readonly rooms = new Map<string, WaitingRoom>();
  private readonly amShare: AMShare;
  private readonly patience: Patience;
  private readonly changed = new Set<Ask>();

  constructor(
    private readonly nodes: ClusterNodes,
    options: DemandsOptions,
  ) {
    this.amShare = new AMShare(options.maxAMShare);
    this.patience = new Patience(options.nodeLocalityDelay);
  }

  /** Takes up a new or changed ask; it must have been taken out (`unfile`) before it changed. */
  take(ask: Ask): void {
    if (ask.pending <= 0) {
      this.forget(ask);
      ask.attempt.drop(ask);
    } else if (ask.attempt.waitsForAM && !this.changed.has(ask) && ask.filedUnder.size === 0) {
      this.amShare.queueUp(ask);
    } else {
      this.lookForRoom(ask);
    }
  }

  /** Lets AMs in as far as their share allows; to be called when the cluster or an AM's part of it has changed. */
  admitAMs(): void {
    for (const ask of this.amShare.admit(this.nodes.total)) this.lookForRoom(ask);
  }

  /** Counts an AM that runs already. */
  holdAMShare(attemptId: ApplicationAttemptId, resource: Resource): void {
    this.amShare.hold(attemptId, resource);
  }

  /** The AM is gone, or will never come. */
  releaseAMShare(attemptId: ApplicationAttemptId): void {
    this.amShare.release(attemptId);
  }

  /** Why an ask for an AM waits outside; undefined for one that does not. */
  whyOutside(ask: Ask): string | undefined {
    return this.amShare.isQueued(ask) ? this.amShare.explain(ask, this.nodes.total) : undefined;
  }

  /** Asks that changed, or may reach further since `nowMs`, in the order of the queue. */
  takeChanged(nowMs: number): readonly Ask[] {
    for (const ask of this.patience.due(nowMs)) {
      ask.waitsSinceMs = undefined;
      ask.reach = wider(ask.reach);
      this.file(ask);
      this.changed.add(ask);
    }
    const asks = [...this.changed].sort(compareAsks);
    this.changed.clear();
    return asks;
  }

  /** The first in the queue that may be served by this node, fits, and that `accepts` takes. */
  first(node: SchedulerNode, free: Resource, accepts: (ask: Ask) => boolean): Ask | undefined {
    let best: Ask | undefined;
    for (const name of [node.host, node.rackName, ANY]) {
      const ask = this.rooms.get(name)?.first(free, accepts);
      if (ask && (!best || compareAsks(ask, best) < 0)) best = ask;
    }
    return best;
  }

  /** It found no room for all it wants: from now on its patience runs. */
  waits(ask: Ask, nowMs: number): void {
    this.patience.start(ask, nowMs, this.nodes.size);
  }

  /** A container was given to it; a local one makes it patient anew. */
  served(ask: Ask, names: readonly string[], local: boolean): void {
    if (local) this.resetPatience(ask);
    if (local || names.some((name) => ask.countAt(name) === 0)) this.file(ask);
    if (ask.pending <= 0) ask.attempt.drop(ask);
  }

  /** When patience next ends; undefined: nobody waits for that. */
  nextWakeMs(): number | undefined {
    return this.patience.nextMs();
  }

  unfile(ask: Ask): void {
    for (const name of [...ask.filedUnder]) this.takeOut(ask, name);
  }

  forget(ask: Ask): void {
    this.unfile(ask);
    this.amShare.withdraw(ask);
    this.changed.delete(ask);
  }

  private lookForRoom(ask: Ask): void {
    this.resetPatience(ask);
    this.file(ask);
    this.changed.add(ask);
  }

  /** Back to waiting for what it named; where nothing of that is in the cluster there is nothing to wait for. */
  private resetPatience(ask: Ask): void {
    ask.waitsSinceMs = undefined;
    const names = this.patience.waitMs(this.nodes.size) === 0 ? [] : ask.localNames();
    if (names.some((name) => this.nodes.hasHost(name))) ask.reach = 'NODE_LOCAL';
    else if (names.some((name) => this.nodes.hasRack(name) && ask.relaxesTo(name))) ask.reach = 'RACK_LOCAL';
    else ask.reach = 'OFF_SWITCH';
  }

  /** Puts the ask into the rooms it may be served from, and out of all others. */
  private file(ask: Ask): void {
    const wanted = new Set<string>();
    if (ask.pending > 0) {
      for (const name of ask.localNames()) {
        if (!this.nodes.hasRack(name) || (ask.reach !== 'NODE_LOCAL' && ask.relaxesTo(name))) wanted.add(name);
      }
      if (ask.reach === 'OFF_SWITCH' && ask.relaxesToAny) wanted.add(ANY);
    }
    for (const name of [...ask.filedUnder]) if (!wanted.has(name)) this.takeOut(ask, name);
    for (const name of wanted) {
      if (ask.filedUnder.has(name)) continue;
      let room = this.rooms.get(name);
      if (!room) this.rooms.set(name, (room = new WaitingRoom()));
      room.add(ask);
      ask.filedUnder.add(name);
    }
  }

  private takeOut(ask: Ask, name: string): void {
    const room = this.rooms.get(name);
    room?.remove(ask);
    if (room?.isEmpty) this.rooms.delete(name);
    ask.filedUnder.delete(name);
  }
}
