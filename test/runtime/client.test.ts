import { connectFake, emptyRuntime, fakeService, processesOf } from '../helpers/fake-runtime';
import { temporaryHome } from '../helpers/home';
import { fetchText } from '../helpers/load';

afterAll(() => emptyRuntime(paths));
const paths = temporaryHome();

describe('RuntimeClient', () => {
  it('creates a service, reaches it, and deletes it', async () => {
    const client = await connectFake(paths);
    const events: string[] = [];

    const status = await client.apply(fakeService(['--version=1']), {
      owner: '/stack',
      intent: 'create',
      onEvent: ({ message }) => events.push(message),
    });

    expect(status).toMatchObject({ name: 'web', phase: 'ready' });
    expect(status.instances.map(({ phase }) => phase)).toEqual(['healthy', 'healthy']);
    expect(await fetchText(status.endpoint!)).toMatch(/^1 web-/);
    expect(events.join('\n')).toMatch(/batch 1 of 1: start web-\w{8}-0, web-\w{8}-1/);
    await client.remove('web');
    expect(await client.services()).toEqual([]);
    expect(processesOf(paths, 'guest')).toEqual([]);
  });
});
