/** What tests of an AppMaster import: a ResourceManager and NodeManagers that follow a script, without sockets and processes. */
export { ScriptedRM, type AMRMCall, type Fault, type ScriptedRMOptions } from './scripted-rm.js';
export { ScriptedNMs, type ScriptedStart } from './scripted-nm.js';
export { scriptedAppMaster, type ScriptedAppMaster } from './scripted-app-master.js';
