/**
 * Mutants: planted bugs that the simulation must find, each as a text in a source file and what stands there instead. The first are classics of such systems
 * (simulation.md 3.8), the last ones bugs that the simulation found here, planted again. `within`: seeds in which a bug must show; a mutant whose
 * `sweep` names a scenario is looked for there, since one death placed right shows it at once; `kind`: in plans
 * whose faults are all of that kind; `regression`: in that plan, where it takes more luck.
 */
const rm = (file) => `packages/resourcemanager/src/${file}`;
const nm = (file) => `packages/nodemanager/src/${file}`;
const am = (file) => `packages/mrappmaster/src/${file}`;
const common = (file) => `packages/common/src/${file}`;

export const MUTANTS = [
  {
    name: 'commit-one-turn-late',
    file: rm('rm-core.ts'),
    find: 'dispatcher.onTurnEnd(() => this.options.store.commit());',
    replace: 'dispatcher.onTurnEnd(() => void setImmediate(() => this.options.store.commit()));',
    within: 50,
  },
  {
    name: 'epoch-not-raised',
    file: rm('rm-core.ts'),
    find: 'epoch: state.epoch + 1 }',
    replace: 'epoch: state.epoch }',
    within: 2000,
  },
  {
    name: 'containers-dropped-on-resync',
    file: nm('node-status-updater.ts'),
    find: 'containerStatuses: [...context.containers.values()].map((container) => container.nmStatus()),',
    replace: 'containerStatuses: [],',
    sweep: 'a MapReduce job',
  },
  {
    name: 'expiry-by-wall-clock',
    file: common('service/liveliness-monitor.ts'),
    find: 'this.clock.monotonic()',
    replace: 'this.clock.now()',
    within: 200,
  },
  {
    name: 'release-not-subtracted',
    file: rm('scheduler/fifo/fifo-scheduler.ts'),
    find: 'this.used = subtractResources(this.used, resource);',
    replace: '',
    within: 20,
  },
  {
    name: 'old-key-thrown-away-at-roll',
    file: common('security/rolling-keys.ts'),
    find: 'return [current, previous, next].filter(',
    replace: 'void previous;\n    return [next ?? current].filter(',
    within: 300,
  },
  {
    name: 'exit-codes-lost-while-the-node-manager-was-down',
    file: nm('reacquired-container.ts'),
    find: 'return (await this.numberIn(`${this.pidFile}.exitcode`)) ?? ContainerExitStatus.LOST;',
    replace: 'return ContainerExitStatus.LOST;',
    within: 200,
  },
  {
    name: 'repeated-submission-made-anew',
    file: rm('rm-app-manager.ts'),
    find: 'if (!app) {',
    replace: "if (!app || app.clientState === 'ACCEPTED') {",
    within: 500,
  },
  {
    name: 'commit-granted-to-who-asks',
    file: am('job/task/task.ts'),
    find: 'return this.snapshot.context.commitAttempt === attemptId;',
    replace: 'return attemptId !== undefined;',
    regression: 'two-attempts-of-a-task-end-in-one-millisecond.json',
  },
  {
    name: 'what-a-zombie-took-is-not-told-again',
    file: am('child/yarn-child.ts'),
    find: 'const done = this.last?.attemptId;',
    replace: 'const done = undefined;',
    regression: 'what-a-zombie-acknowledged-is-told-again.json',
  },
  {
    name: 'history-of-earlier-attempts-forgotten',
    file: am('recovery/recover-job.ts'),
    find: 'for (let attempt = 1; attempt < facts.amAttempt; attempt++) {',
    replace: 'for (let attempt = facts.amAttempt; attempt < facts.amAttempt; attempt++) {',
    sweep: 'a MapReduce job',
  },
  {
    name: 'commit-marker-not-believed',
    file: am('commit/commit-markers.ts'),
    find: "if (await this.fs.exists(this.path('COMMIT_SUCCESS'))) return 'SUCCEEDED';",
    replace: "if (await this.fs.exists(this.path('COMMIT_SUCCESS'))) return 'FAILED';",
    sweep: 'a MapReduce job',
  },
  {
    name: 'amrm-keys-not-stored',
    file: rm('security/rm-security.ts'),
    find: 'const stored = storedSecrets.get(AMRM_KEYS) as KeyState | undefined;',
    replace: 'void storedSecrets;\n    const stored = undefined as KeyState | undefined;',
    within: 200,
  },
  {
    name: 'old-attempt-stays-registered',
    file: rm('application-master-service.ts'),
    find: '    this.entries.delete(attemptId);\n    this.touched.delete(attemptId);',
    replace: '    this.touched.delete(attemptId);',
    within: 500,
  },
  {
    name: 'one-of-two-writes-comes-a-turn-later',
    file: rm('rmapp/rm-app.ts'),
    find: '    this.save(state);\n  }\n\n  private save(',
    replace: '    setImmediate(() => this.save(state));\n  }\n\n  private save(',
    within: 200,
  },
  {
    name: 'an-old-response-id-is-a-new-call',
    file: rm('application-master-service.ts'),
    find: 'if (entry.lastResponse && nextId(request.responseId) === entry.responseId) return entry.lastResponse;',
    replace:
      'if (entry.lastResponse && nextId(request.responseId) === entry.responseId) request = { ...request, responseId: entry.responseId };',
    within: 500,
  },
  {
    name: 'the-timer-of-an-allocation-is-left-on',
    file: rm('scheduler/scheduler-service.ts'),
    find: 'unwatchLaunch: (container) => deps.allocationExpirer.unregister(container.id),',
    replace: 'unwatchLaunch: () => undefined,',
    within: 100,
  },
  {
    name: 'a-slow-node-is-given-up',
    file: rm('rm-core.ts'),
    find: 'this.nodeLiveliness = new LivelinessMonitor(clock, conf.nodeExpiryIntervalMs, (nodeId) =>',
    replace: 'this.nodeLiveliness = new LivelinessMonitor(clock, conf.nodeExpiryIntervalMs / 2, (nodeId) =>',
    within: 200,
  },
  {
    name: 'a-torn-last-line-loses-the-history',
    file: am('recovery/recover-job.ts'),
    find: 'if (truncated !== undefined) log.info(',
    replace:
      'if (truncated !== undefined) return { amInfos: [], launchTimeMs: undefined, tasks: new Map() };\n      if (truncated !== undefined) log.info(',
    sweep: 'a MapReduce job',
  },
  {
    name: 'a-given-up-appmaster-commits',
    file: am('commit/committer-event-handler.ts'),
    find: 'return this.inCommitWindow() && !(await this.deps.hasSuccessor());',
    replace: 'return true;',
    within: 1000,
  },
  {
    name: 'a-reason-is-not-given',
    file: rm('scheduler/fifo/fifo-scheduler.ts'),
    find: 'filter((ask) => ask.pending > 0);\n    return asks.sort',
    replace: 'filter((ask) => ask.pending > 1);\n    return asks.sort',
    within: 100,
  },
  // Found here, planted again.
  {
    name: 'application-between-attempts-unknown-to-the-scheduler',
    file: rm('rmapp/rm-app.ts'),
    find: "if (!this.isFinal) dispatcher.dispatch({ domain: 'scheduler', type: 'APP_RECOVERED', applicationId });",
    replace: '',
    within: 500,
  },
  {
    name: 'appmasters-hold-every-core',
    file: rm('scheduler/am-share.ts'),
    find: "return vcores > this.maxFraction * cluster.vcores ? 'vcores' : undefined;",
    replace: "return vcores < 0 ? 'vcores' : undefined;",
    within: 1000,
  },
  {
    name: 'a-reduce-that-hangs-asks-on',
    file: am('child/running-attempt.ts'),
    find: 'if (events.length > 0 || this.isPastShuffle) return events;',
    replace: 'if (events.length > 0) return events;',
    within: 500,
  },
  {
    name: 'the-share-of-an-old-appmaster-is-held-for-ever',
    file: rm('scheduler/fifo/fifo-scheduler.ts'),
    find: 'if (held.amOf !== undefined) this.demands.releaseAMShare(held.amOf);',
    replace: 'if (held.amOf !== undefined) this.demands.releaseAMShare(attempt.attemptId);',
    within: 1000,
  },
  {
    name: 'late-calls-of-a-node-that-left',
    file: rm('rmnode/rm-node.ts'),
    find: 'if (HAS_LEFT.has(before) && LATE_FOR_ONE_THAT_LEFT.has(event.type)) {',
    replace: 'if (HAS_LEFT.has(before) && LATE_FOR_ONE_THAT_LEFT.size === 0) {',
    regression: 'late-calls-of-a-node-that-left.json',
  },
  {
    name: 'a-goodbye-that-nobody-heard-counts-as-told',
    file: 'packages/client/src/amrm/amrm-conversation.ts',
    find: '            throw error;\n          }\n        });\n        if (isUnregistered) return true;',
    replace:
      '            if (isAttemptUnknown(error)) return true;\n            throw error;\n          }\n        });\n        if (isUnregistered) return true;',
    within: 1000,
  },
  {
    name: 'a-superseded-call-is-refused',
    file: rm('errors.ts'),
    find: "code: 'CALL_SUPERSEDED',",
    replace: "code: 'INVALID_APPLICATION_MASTER_REQUEST',",
    within: 500,
  },
  {
    name: 'a-key-that-cannot-be-stored-is-thrown-into-the-air',
    file: rm('security/rm-security.ts'),
    find: '        this.options.onFatal(error);\n        return;',
    replace: '        throw error;',
    within: 1000,
    kind: 'disk-full',
  },
  {
    name: 'a-dead-process-takes-a-task',
    file: am('umbilical/task-attempt-listener.ts'),
    find: 'if (caller.isOver) return { shouldDie: false };',
    replace: '',
    regression: 'a-dead-process-takes-no-task.json',
  },
  {
    name: 'containers-of-an-attempt-still-to-be-added-are-free',
    file: rm('scheduler/fifo/fifo-scheduler.ts'),
    find: ' ?? this.expectAttempt(attemptId)',
    replace: '',
    regression: 'containers-of-an-attempt-still-to-be-added-are-charged.json',
  },
  {
    name: 'an-exit-code-goes-before-it-is-stored',
    file: nm('deletion-service.ts'),
    find: 'this.deps.store.afterCommit(() => this.delete(paths));',
    replace: 'this.delete(paths);',
    regression: 'an-exit-code-stays-until-it-is-stored.json',
  },
];
