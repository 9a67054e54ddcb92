const { shipConsoles } = require('../../../../constructs/aws/console-log/ship-consoles.js') as {
  shipConsoles(aws: FakeAws, shipped: Map<string, string>, options: Options): Promise<void>;
};

interface Options {
  readonly groups: readonly string[];
  readonly logGroup: string;
  readonly now: number;
}

interface Stream {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

const NOW = 1_800_000_000_000;
const OPTIONS: Options = { groups: ['shop-web', 'shop-web-green'], logGroup: '/kiln/shop-web', now: NOW };

/** As AWS answers, with consoles and streams in memory. */
class FakeAws {
  readonly consoles = new Map<string, string>();
  readonly states = new Map<string, string>();
  readonly streams = new Map<string, { message: string; timestamp: number }[]>();
  readonly calls: string[] = [];
  nitro = true;
  broken: string | undefined;

  async describeInstances({ Filters, NextToken }: { Filters: unknown; NextToken?: string }) {
    this.calls.push('describeInstances');
    expect(Filters).toEqual([{ Name: 'tag:aws:autoscaling:groupName', Values: OPTIONS.groups }]);
    const ids = [...this.consoles.keys()];
    const at = Number(NextToken ?? 0);
    const Instances = ids
      .slice(at, at + 2)
      .map((InstanceId) => ({ InstanceId, State: { Name: this.states.get(InstanceId) ?? 'running' } }));
    return {
      Reservations: [{ Instances }, {}],
      ...(at + 2 < ids.length ? { NextToken: `${at + 2}` } : {}),
    };
  }

  async getConsoleOutput({ InstanceId, Latest }: { InstanceId: string; Latest: boolean }) {
    this.calls.push(`getConsoleOutput ${InstanceId}${Latest ? ' latest' : ''}`);
    if (InstanceId === this.broken) throw refusal('RequestLimitExceeded', 'too many');
    if (Latest && !this.nitro) throw refusal('UnsupportedOperation', 'not on this type');
    const text = this.consoles.get(InstanceId);
    if (text === 'gone') throw refusal('InvalidInstanceID.NotFound', 'gone');
    return text === '' ? {} : { Output: Buffer.from(text ?? '').toString('base64') };
  }

  async createLogStream({ logStreamName }: Stream) {
    this.calls.push(`createLogStream ${logStreamName}`);
    if (this.streams.has(logStreamName)) throw refusal('ResourceAlreadyExistsException', 'there');
    this.streams.set(logStreamName, []);
  }

  async getLogEvents({ logStreamName, limit }: Stream & { limit: number }) {
    this.calls.push(`getLogEvents ${logStreamName}`);
    const events = this.streams.get(logStreamName);
    if (!events) throw refusal('ResourceNotFoundException', 'no stream');
    return { events: events.slice(-limit) };
  }

  async putLogEvents({
    logGroupName,
    logStreamName,
    logEvents,
  }: Stream & { logEvents: { message: string; timestamp: number }[] }) {
    this.calls.push(`putLogEvents ${logStreamName} ${logEvents.length}`);
    expect(logGroupName).toBe(OPTIONS.logGroup);
    expect(logEvents.length).toBeLessThanOrEqual(10_000);
    for (const { message } of logEvents) expect(message).not.toBe('');
    this.streams.get(logStreamName)?.push(...logEvents);
  }

  logged(stream: string): string[] | undefined {
    return this.streams.get(stream)?.map(({ message }) => message);
  }
}

function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

let aws: FakeAws;
let shipped: Map<string, string>;
beforeEach(() => {
  aws = new FakeAws();
  shipped = new Map();
});

const run = (now = NOW) => shipConsoles(aws, shipped, { ...OPTIONS, now });

test('each instance of each page gets a stream with the lines of its console', async () => {
  for (const id of ['i-1', 'i-2', 'i-3']) aws.consoles.set(id, `boot ${id}\nready\n`);
  await run();
  expect(aws.logged('i-1')).toEqual(['boot i-1', 'ready']);
  expect(aws.logged('i-3')).toEqual(['boot i-3', 'ready']);
});

test('the next run writes only what is new, and asks CloudWatch nothing that it knows', async () => {
  aws.consoles.set('i-1', 'boot\nready\n');
  await run();
  aws.consoles.set('i-1', 'boot\nready\nserved 1\nserv');
  aws.calls.length = 0;
  await run();
  expect(aws.calls).toEqual(['describeInstances', 'getConsoleOutput i-1 latest', 'putLogEvents i-1 1']);
  await run();
  expect(aws.logged('i-1')).toEqual(['boot', 'ready', 'served 1']);
});

test('a process that knows nothing finds out from the stream what is there', async () => {
  aws.consoles.set('i-1', 'boot\nready\n');
  await run();
  shipped.clear();
  aws.consoles.set('i-1', 'boot\nready\nagain\n');
  await run();
  expect(aws.logged('i-1')).toEqual(['boot', 'ready', 'again']);
  expect(aws.calls.filter((call) => call.startsWith('createLogStream'))).toHaveLength(1);
});

test('lines keep their order: a millisecond apart, the last one now', async () => {
  aws.consoles.set('i-1', 'a\nb\nc\n');
  await run();
  expect(aws.streams.get('i-1')?.map(({ timestamp }) => timestamp)).toEqual([NOW - 2, NOW - 1, NOW]);
});

test('more lines than one call takes go in several', async () => {
  aws.consoles.set('i-1', 'x\n'.repeat(25_000));
  await run();
  expect(aws.calls.slice(-3)).toEqual([
    'putLogEvents i-1 10000',
    'putLogEvents i-1 10000',
    'putLogEvents i-1 5000',
  ]);
});

test('an instance that has ended says its last words, the last line too', async () => {
  aws.consoles.set('i-1', 'boot\npanic: at the di');
  aws.states.set('i-1', 'terminated');
  await run();
  expect(aws.logged('i-1')).toEqual(['boot', 'panic: at the di']);
  expect(aws.calls).toContain('getConsoleOutput i-1');
});

test('where Latest is not known, what there is is taken', async () => {
  aws.nitro = false;
  aws.consoles.set('i-1', 'boot\n');
  await run();
  expect(aws.logged('i-1')).toEqual(['boot']);
});

test.each([
  ['says nothing yet', ''],
  ['is gone', 'gone'],
])('an instance that %s gets no stream', async (_, console) => {
  aws.consoles.set('i-1', console);
  await run();
  expect(aws.streams.size).toBe(0);
});

test('one that is only just launched is not asked', async () => {
  aws.consoles.set('i-1', 'x\n');
  aws.states.set('i-1', 'pending');
  await run();
  expect(aws.calls).toEqual(['describeInstances']);
});

test('a stream that another run has just made is used', async () => {
  aws.consoles.set('i-1', 'boot\n');
  aws.streams.set('i-1', []);
  const seen = aws.getLogEvents.bind(aws);
  aws.getLogEvents = async (input) => {
    await seen(input);
    throw refusal('ResourceNotFoundException', 'not yet seen');
  };
  await run();
  expect(aws.logged('i-1')).toEqual(['boot']);
});

test('one that fails keeps no other from being logged, and is named in the end', async () => {
  aws.consoles.set('i-1', 'x\n');
  aws.consoles.set('i-2', 'y\n');
  aws.broken = 'i-1';
  await expect(run()).rejects.toThrow('consoles that could not be logged: i-1: too many');
  expect(aws.logged('i-2')).toEqual(['y']);
  aws.broken = undefined;
  await run();
  expect(aws.logged('i-1')).toEqual(['x']);
});

test('what is remembered of instances that are no more goes', async () => {
  aws.consoles.set('i-1', 'x\n');
  await run();
  expect([...shipped.keys()]).toEqual(['i-1']);
  aws.consoles.delete('i-1');
  await run();
  expect([...shipped.keys()]).toEqual([]);
});
