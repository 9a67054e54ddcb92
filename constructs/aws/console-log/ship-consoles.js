const { newLines, readLines } = require('./console-lines');

/** One after the other would take too long for many, all at once would be throttled. */
const AT_ONCE = 8;
/** Of PutLogEvents; the 64 KiB of a console are far below its limit of 1 MiB. */
const MAX_EVENTS = 10_000;

/**
 * Writes what is new on the console of each instance of the groups to a log stream of the instance's name.
 * @param aws the five calls
 * @param shipped text that each stream holds, by instance; empty at first, kept up by this function
 * @param options `groups`: names of Auto Scaling groups; `logGroup`; `now`: ms
 * @throws when all others are done, where one or more instances failed
 */
async function shipConsoles(aws, shipped, options) {
  const instances = await findInstances(aws, options.groups);
  for (const id of [...shipped.keys()]) if (!instances.some((one) => one.id === id)) shipped.delete(id);
  const failures = [];
  for (let first = 0; first < instances.length; first += AT_ONCE) {
    const some = instances.slice(first, first + AT_ONCE).map(async (instance) => {
      try {
        await shipConsole(aws, shipped, instance, options);
      } catch (error) {
        failures.push(`${instance.id}: ${error.message}`);
      }
    });
    await Promise.all(some);
  }
  if (failures.length > 0) throw new Error(`consoles that could not be logged: ${failures.join('; ')}`);
}

/** Those that have just ended too: their last words are still there, for an hour or so. */
async function findInstances(aws, groups) {
  const Filters = [{ Name: 'tag:aws:autoscaling:groupName', Values: groups }];
  const found = [];
  let NextToken;
  do {
    const page = await aws.describeInstances({ Filters, NextToken });
    for (const { Instances = [] } of page.Reservations ?? []) {
      for (const { InstanceId, State } of Instances) found.push({ id: InstanceId, state: State?.Name });
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return found.filter(({ state }) => state !== 'pending');
}

async function shipConsole(aws, shipped, { id, state }, { logGroup, now }) {
  const running = state === 'running';
  const output = await readConsole(aws, id, running);
  // A line that is still being written comes whole the next time.
  const lines = readLines(output, running);
  if (lines.length === 0) return;
  const stream = { logGroupName: logGroup, logStreamName: id };
  const before = shipped.get(id) ?? (await readStream(aws, stream));
  const fresh = newLines(lines, before ?? '');
  if (fresh.length > 0) {
    if (before === undefined) await createStream(aws, stream);
    await putLines(aws, stream, fresh, now);
  }
  shipped.set(id, lines.map((line) => `${line}\n`).join(''));
}

/** Only Nitro tells what is on the console now; others what was there when the instance last started or ended. */
async function readConsole(aws, InstanceId, latest) {
  try {
    const { Output = '' } = await aws.getConsoleOutput({ InstanceId, Latest: latest });
    return Buffer.from(Output, 'base64').toString('utf8');
  } catch (error) {
    if (error.name === 'InvalidInstanceID.NotFound') return '';
    if (latest && error.name === 'UnsupportedOperation') return readConsole(aws, InstanceId, false);
    throw error;
  }
}

/** Undefined where there is no such stream. */
async function readStream(aws, stream) {
  try {
    const { events = [] } = await aws.getLogEvents({ ...stream, startFromHead: false, limit: MAX_EVENTS });
    return events.map(({ message }) => `${message}\n`).join('');
  } catch (error) {
    if (error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function createStream(aws, stream) {
  try {
    await aws.createLogStream(stream);
  } catch (error) {
    if (error.name !== 'ResourceAlreadyExistsException') throw error;
  }
}

/** A millisecond apart, so that they stay in order; the last one is now. */
async function putLines(aws, stream, lines, now) {
  const events = lines.map((message, index) => ({ message, timestamp: now - (lines.length - 1 - index) }));
  for (let first = 0; first < events.length; first += MAX_EVENTS) {
    await aws.putLogEvents({ ...stream, logEvents: events.slice(first, first + MAX_EVENTS) });
  }
}

module.exports = { shipConsoles };
