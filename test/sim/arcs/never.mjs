/**
 * Arcs of the machines that no run is asked to take, each with the reason. An arc that is neither here nor in taken.json fails `--floors`. `from`, `event`
 * and `to` are regular expressions over the whole name; what is left out is any.
 */

/** @type {readonly { machine?: string, from?: string, event?: string, to?: string, because: string }[]} */
export const NEVER = [
  // What no user, client or operator of the plans does.
  {
    machine: 'rmNode',
    event: 'DECOMMISSION|GRACEFUL_DECOMMISSION|RECOMMISSION',
    because: 'no plan refreshes the list of nodes',
  },
  { machine: 'rmNode', from: 'DECOMMISSION.*', because: 'no plan refreshes the list of nodes' },
  { machine: 'rmNode', to: 'DECOMMISSION.*', because: 'no plan refreshes the list of nodes' },
  {
    machine: 'rmNode',
    event: 'RESOURCE_UPDATE|UPDATE_CONTAINER',
    because: 'no plan changes the size of a node or container',
  },
  { machine: 'rmNode', event: 'SIGNAL_CONTAINER', because: 'no client of a plan signals a container' },
  {
    machine: 'rmNode',
    event: 'SHUTDOWN',
    because: 'no operator of a plan stops a NodeManager for good; one that ends by itself is started again',
  },
  {
    machine: 'rmContainer',
    event: 'ACQUIRE_UPDATED_CONTAINER|NM_DONE_CHANGE_RESOURCE',
    because: 'no AppMaster of a plan changes a container',
  },
  {
    machine: 'container',
    from: 'RELAUNCHING|REINITIALIZING.*|PAUS.*|RESUMING',
    because: 'no AppMaster of a plan starts a container anew, and none pauses one',
  },
  {
    machine: 'container',
    event:
      'REINITIALIZE_CONTAINER|ROLLBACK_REINIT|PAUSE_CONTAINER|RECOVER_PAUSED_CONTAINER|RESUME_CONTAINER|CONTAINER_(PAUSED|RESUMED)|UPDATE_CONTAINER_TOKEN',
    because: 'no AppMaster of a plan starts a container anew, and none pauses or changes one',
  },
  { machine: 'container', to: 'RELAUNCHING', because: 'no launch of a plan has a policy of retries' },
  {
    machine: 'container',
    from: 'RUNNING',
    event: 'CONTAINER_EXITED_WITH_FAILURE',
    to: 'SCHEDULED',
    because: 'no launch of a plan has a policy of retries',
  },
  {
    machine: 'container',
    from: 'RUNNING',
    event: 'RESOURCE_.*',
    because: 'nothing is localized for a running container',
  },
  { machine: 'rmAppAttempt', from: 'LAUNCHED_UNMANAGED_SAVING', because: 'no AppMaster of a plan is unmanaged' },
  { machine: 'rmAppAttempt', to: 'LAUNCHED_UNMANAGED_SAVING', because: 'no AppMaster of a plan is unmanaged' },
  {
    machine: 'rmApp',
    event: 'APP_REJECTED',
    because: 'no plan submits what is refused: the client service refuses it before there is a machine',
  },
  {
    machine: 'taskAttempt',
    event: 'TA_FAILMSG_BY_CLIENT',
    because: 'clients of the plans talk to the ResourceManager, not to the AppMaster',
  },
  { machine: 'taskAttempt', event: 'TA_PREEMPTED', because: 'nothing preempts at the fifo scheduler' },
  {
    machine: 'job',
    event: 'JOB_KILL',
    because: 'clients of the plans kill at the ResourceManager, which ends the AppMaster',
  },
  {
    machine: 'job',
    from: 'KILL_(WAIT|ABORT)|KILLED',
    because: 'clients of the plans kill at the ResourceManager, which ends the AppMaster',
  },
  {
    machine: 'job',
    to: 'KILL_(WAIT|ABORT)|KILLED',
    because: 'clients of the plans kill at the ResourceManager, which ends the AppMaster',
  },
  {
    machine: 'task',
    from: 'KILL_WAIT|KILLED',
    because:
      'tasks are killed with their job by a client of the AppMaster, and the plans have none; else only where the job ends by an error',
  },
  {
    machine: 'task',
    event: 'T_KILL',
    because: 'tasks are killed with their job by a client of the AppMaster, and the plans have none',
  },
  // What the world of the simulation does not have.
  { machine: 'rmContainer', from: 'RESERVED', because: 'the fifo scheduler reserves nothing' },
  { machine: 'rmContainer', to: 'RESERVED', because: 'the fifo scheduler reserves nothing' },
  { machine: 'rmContainer', event: 'RESERVED', because: 'the fifo scheduler reserves nothing' },
  {
    machine: 'rmContainer',
    from: 'NEW',
    event: 'KILL|ACQUIRED',
    because: 'a container is allocated in the turn in which it is made',
  },
  { machine: 'application', event: 'APPLICATION_LOG_HANDLING_FAILED', because: 'logs are not aggregated in the plans' },
  {
    machine: 'localizedResource',
    from: 'INIT',
    event: 'RECOVERED',
    because: 'a resource that was localized is begun in its state when a NodeManager starts again',
  },
  {
    machine: 'rmNode',
    from: 'NEW',
    to: 'UNHEALTHY',
    because: 'a NodeManager whose disks are full does not start',
  },
  {
    machine: 'rmNode',
    from: 'UNHEALTHY',
    because: 'a full disk has room again within ten seconds: little else falls into that time',
  },
  { machine: 'rmApp', event: 'APP_SAVE_FAILED', because: 'a ResourceManager whose store fails ends' },
  // What ends an AppMaster or a ResourceManager in the state in which it is.
  {
    machine: 'job',
    event: 'INTERNAL_ERROR',
    because: 'the AppMaster must lose its ResourceManager in just this state',
  },
  { machine: 'job', from: 'ERROR|REBOOT', because: 'the AppMaster ends with it' },
  { machine: 'job', event: 'JOB_AM_REBOOT', because: 'the AppMaster must be told to start anew in just this state' },
  { machine: 'job', event: 'JOB_(INIT|SETUP)_FAILED', because: 'the shared file system of the plans has no faults' },
  // Attempts of the plans fail as often as they may: a job never fails by its tasks.
  {
    machine: 'job',
    from: 'FAIL_(WAIT|ABORT)|FAILED',
    because: 'jobs of the plans may fail a hundred times: none fails by its tasks',
  },
  {
    machine: 'job',
    to: 'FAIL_(WAIT|ABORT)|FAILED',
    because: 'jobs of the plans may fail a hundred times: none fails by its tasks',
  },
  { machine: 'task', from: 'FAILED', because: 'tasks of the plans may fail a hundred times' },
  { machine: 'task', to: 'FAILED', because: 'tasks of the plans may fail a hundred times' },
  // What needs more than chance: one moment, in which something else must just not have happened yet.
  {
    machine: 'rmApp',
    from: 'NEW',
    event: 'RECOVER',
    to: 'FINAL_SAVING',
    because: "needs a death between the storing of an attempt's end and of its application's, one turn apart",
  },
  {
    machine: 'rmApp',
    from: 'NEW|NEW_SAVING|SUBMITTED',
    event: 'KILL',
    because: 'clients kill what was acknowledged, which is further',
  },
  {
    machine: 'rmApp',
    event: 'ATTEMPT_(FINISHED|KILLED)',
    because: 'an attempt that finishes has unregistered, and one is killed with its application, which is further then',
  },
  {
    machine: 'rmAppAttempt',
    from: 'NEW|SUBMITTED|ALLOCATED_SAVING|FINAL_SAVING',
    because: 'left within the turn in which it is entered, or the next',
  },
  {
    machine: 'rmContainer',
    from: 'ALLOCATED',
    event: 'EXPIRE',
    because: 'an AppMaster that does not fetch it for so long is given up first',
  },
  { machine: 'application', from: 'INITING', because: 'left within the turn in which it is entered, or the next' },
  {
    machine: 'container',
    from: 'NEW',
    event: 'INIT_CONTAINER',
    because: 'the resources of the plans have well-formed names',
  },
  { machine: 'task', event: 'T_RECOVER', because: 'no task of the plans has been killed before' },
  {
    machine: 'task',
    from: 'SCHEDULED',
    event: 'T_ATTEMPT_SUCCEEDED',
    because: 'an attempt that was taken over must succeed before its launch is known',
  },
  {
    machine: 'taskAttempt',
    from: '(SUCCESS|FAIL)_(FINISHING_CONTAINER|CONTAINER_CLEANUP)',
    because: 'the child ends at once: something must come between its last word and its end',
  },
  {
    machine: 'taskAttempt',
    event: 'TA_CONTAINER_CLEANED',
    because: 'a container is cleaned up unasked only where its launch was given up meanwhile',
  },
  { machine: 'taskAttempt', from: 'NEW|ASSIGNED|COMMIT_PENDING', because: 'left within a few milliseconds' },
];

/** A late event, which must be harmless and no more: an arc from a state to itself. The tests of the machines go through all of them. */
export const LATE = 'two things must cross within one turn; that it is harmless is for the tests of the machines';

/** Why this arc (`machine from event>to`) is on no list; undefined: it should be. */
export function whyNever(arc) {
  const [, machine = '', from = '', event = '', to = ''] = /^(\S+) (\S+) (\S+)>(\S+)$/.exec(arc) ?? [];
  const fits = (pattern, name) => pattern === undefined || new RegExp(`^(?:${pattern})$`).test(name);
  const rule = NEVER.find(
    (one) => fits(one.machine, machine) && fits(one.from, from) && fits(one.event, event) && fits(one.to, to),
  );
  return rule?.because ?? (from === to ? LATE : undefined);
}
