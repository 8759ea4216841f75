/** What an AM tells the processes of its tasks by environment, beside what every container gets. Hadoop: MRJobConfig. */

/** Path of the file by which later attempts of the AM make themselves known (umbilical/app-master-address). */
export const AM_ADDRESS_FILE = 'BOBBIN_AM_ADDRESS_FILE';

/** MAP or REDUCE: what the process is started for; it may get ready for such a task before it is told of one. */
export const FIRST_TASK_TYPE = 'BOBBIN_FIRST_TASK_TYPE';
