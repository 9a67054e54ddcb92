import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReattachedPlugin, serveReattached } from '../../lib/plugin';
import { toyProvider } from './fixtures/toy-provider';
import { ADDRESS, describeWithTerraform, Workspace } from './helpers/terraform';

const NO_CHANGES = /No changes\. Your infrastructure matches the configuration/;

describeWithTerraform('a provider that terraform reattaches to', () => {
  let plugin: ReattachedPlugin;
  let work: Workspace;

  beforeAll(async () => {
    plugin = await serveReattached(() => toyProvider, { address: ADDRESS });
  });
  afterAll(() => plugin.close());
  beforeEach(() => {
    work = new Workspace(plugin.environment);
  });
  afterEach(() => work.remove());

  test('creates every kind of value, and then has nothing to change', async () => {
    work.write(`
      resource "toy_thing" "a" {
        name     = "alpha"
        ratio    = 0.1
        huge     = 123456789012345678901234567890.5
        on       = false
        tags     = { a = "b", "c d" = "" }
        labels   = ["y", "x", "y"]
        steps    = []
        place    = { city = "Ghent", floor = null }
        anything = { deep = [1, 9007199254740993, "two", null, true] }
        note     = "a secret note"
        secret   = "hush-hush"
        disks    = [{ gb = 5 }, { gb = 6, kind = "hdd" }]
      }
      resource "toy_stone" "s" {
        name = "of-\${toy_thing.a.revision}"
      }
      data "toy_shelf" "all" {
        depends_on = [toy_stone.s]
      }
      output "names" {
        value = data.toy_shelf.all.names
      }`);
    const output = await work.apply();
    expect(output).toMatch(/\+ id +\S* = "thing-alpha"/);
    expect(output).toMatch(/\+ note += \(sensitive value\)/);
    expect(output).toMatch(/\+ secret += \(write-only attribute\)/);
    expect(output).toMatch(/resource "toy_stone" "s" \{[^}]*\+ name +\S* = \(known after apply\)/);
    expect(output).not.toMatch(/hush|secret note/);
    expect(output).toContain('"stone-of-1-grey",\n  "thing-alpha",');
    expect(work.instance('toy_thing')?.attributes).toMatchObject({
      secret: null,
      secret_length: 9,
      zone: 'z1',
    });
    expect(work.stateText).toContain('"huge": 123456789012345678901234567890.5');
    expect(work.stateText).toContain('9007199254740993');
    expect(await work.ok('plan')).toMatch(NO_CHANGES);
  });

  test('updates in place, replaces where it must, and destroys', async () => {
    const write = (name: string, size: number, color: string) =>
      work.write(`
        resource "toy_thing" "a" {
          name = "${name}"
          size = ${size}
        }
        resource "toy_stone" "s" {
          name  = "s"
          color = "${color}"
        }`);
    write('a', 3, 'grey');
    await work.apply();
    write('a', 4, 'grey');
    expect(await work.plannedActions()).toEqual({ 'toy_thing.a': 'update', 'toy_stone.s': 'no-op' });
    await work.apply();
    expect(work.instance('toy_thing')?.attributes).toMatchObject({ size: 4, revision: 2 });
    write('b', 4, 'red');
    expect(await work.plannedActions()).toEqual({
      'toy_thing.a': 'delete+create [["name"]]',
      'toy_stone.s': 'delete+create [["color"]]',
    });
    await work.apply();
    expect(readdirSync(work.things).sort()).toEqual(['stone-s-red', 'thing-b']);
    expect(await work.ok('plan')).toMatch(NO_CHANGES);
    await work.ok('destroy', '-auto-approve');
    expect(readdirSync(work.things)).toEqual([]);
  });

  test('sees what changed outside, and makes again what is gone', async () => {
    work.write('resource "toy_thing" "a" {\n name = "a"\n}\nresource "toy_stone" "s" {\n name = "s"\n}');
    await work.apply();
    writeFileSync(join(work.things, 'thing-a'), '{"size":7}');
    rmSync(join(work.things, 'stone-s-grey'));
    expect(await work.plannedActions()).toEqual({ 'toy_thing.a': 'update', 'toy_stone.s': 'create' });
  });

  test('imports, and says why it cannot', async () => {
    work.write('resource "toy_thing" "a" {\n name = "a"\n}');
    const refused = await work.run('import', 'toy_thing.a', 'thing-a');
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/Error: There is no 'thing-a'.*Use an id such as thing-a\./s);
    await work.apply();
    rmSync(work.statePath);
    await work.ok('import', 'toy_thing.a', 'thing-a');
    expect(await work.ok('plan')).toMatch(NO_CHANGES);
  });

  test('takes over a resource of another type', async () => {
    work.write('resource "toy_thing" "a" {\n name = "a"\n}');
    await work.apply();
    work.write(
      'resource "toy_stone" "s" {\n name = "a"\n}\nmoved {\n from = toy_thing.a\n to = toy_stone.s\n}',
    );
    const output = await work.apply();
    expect(output).toMatch(/toy_thing\.a has moved to toy_stone\.s/);
    expect(output).toMatch(/0 added, 0 changed, 0 destroyed/);
    expect(work.instance('toy_stone')?.attributes).toMatchObject({ id: 'thing-a', color: 'grey' });
  });

  test('reads a state that an older version wrote', async () => {
    work.write('resource "toy_thing" "a" {\n name = "a"\n}');
    await work.apply();
    const old = work.stateText
      .replace('"schema_version": 1', '"schema_version": 0')
      .replace('"name": "a",\n            "note"', '"title": "a",\n            "note"');
    expect(old).toContain('"title": "a"');
    writeFileSync(work.statePath, old);
    expect(await work.ok('plan')).toMatch(NO_CHANGES);
  });

  test('keeps a half-made resource as tainted, so that it is replaced', async () => {
    work.write('resource "toy_thing" "a" {\n name = "a"\n fail = "late"\n}');
    const { code, output } = await work.run('apply', '-auto-approve');
    expect(code).toBe(1);
    expect(output).toMatch(/Error: It broke at the end/);
    expect(work.instance('toy_thing')).toMatchObject({ status: 'tainted', attributes: { id: 'thing-a' } });
    work.write('resource "toy_thing" "a" {\n name = "a"\n}');
    expect(await work.plannedActions()).toEqual({ 'toy_thing.a': 'delete+create' });
    await work.apply();
    expect(await work.ok('plan')).toMatch(NO_CHANGES);
  });

  test('points at the line that is wrong, and says where in it', async () => {
    work.write('resource "toy_thing" "a" {\n  name  = "a"\n  disks = [{ gb = 1 }, { gb = 0.5 }]\n}');
    const { code, output } = await work.run('plan');
    expect(code).toBe(1);
    expect(output).toMatch(/Error: 'disks\[1\]\.gb' is not a whole number: 0\.5/);
    expect(output).toMatch(/on main\.tf line \d+, in resource "toy_thing" "a":\n.*disks = \[/);
    expect(output).toMatch(/At disks\[1\]\.gb\./);
  });

  test('explains its own faults without being taken for a crash', async () => {
    work.write('resource "toy_thing" "a" {\n name = "a"\n fail = "liar"\n}');
    const { output } = await work.run('apply', '-auto-approve');
    expect(output).toMatch(/has another 'size' than was[\s│]+planned/);
    expect(output).toContain('Please report it.');
    expect(output).not.toMatch(/Provider produced inconsistent result|Plugin did not respond/);
  });

  test('warns about, and refuses, a destroy', async () => {
    work.write('resource "toy_thing" "a" {\n name = "a"\n fail = "keep"\n}');
    await work.apply();
    const { code, output } = await work.run('destroy', '-auto-approve');
    expect(code).toBe(1);
    expect(output).toMatch(/Error: This thing must stay/);
    expect(existsSync(join(work.things, 'thing-a'))).toBe(true);
  });
});

describeWithTerraform('a provider that terraform starts', () => {
  let work: Workspace;

  beforeEach(async () => {
    work = new Workspace();
    work.install();
    work.write('resource "toy_thing" "a" {\n name = "a"\n}');
    await work.ok('init');
  });
  afterEach(() => work.remove());

  /** Starts an apply that takes a minute, and waits until the provider is in the middle of it. */
  async function applySlowly() {
    work.write('resource "toy_thing" "a" {\n name = "a"\n delay_ms = 60000\n}');
    const terraform = work.start('apply', '-auto-approve');
    const ended = new Promise<number | null>((resolve) => terraform.on('close', resolve));
    let output = '';
    terraform.stdout?.on('data', (text) => {
      output += text;
    });
    terraform.stderr?.on('data', (text) => {
      output += text;
    });
    while (!existsSync(join(work.things, 'thing-a'))) await sleep(20);
    return { terraform, ended, output: () => output };
  }

  test('is found beside the configuration, works over TLS, and ends with it', async () => {
    await work.apply();
    expect(await work.ok('plan')).toMatch(NO_CHANGES);
    await work.ok('destroy', '-auto-approve');
    expect(readdirSync(work.things)).toEqual([]);
    expect(work.providers()).toEqual([]);
  });

  test('ends its work early on Ctrl-C, and what it made is known', async () => {
    const { terraform, ended, output } = await applySlowly();
    process.kill(-(terraform.pid as number), 'SIGINT');
    expect(await ended).toBe(1);
    expect(output()).toMatch(/Error: Interrupted/);
    expect(output()).not.toMatch(/Plugin did not respond/);
    expect(work.instance('toy_thing')).toMatchObject({ status: 'tainted', attributes: { id: 'thing-a' } });
    expect(work.providers()).toEqual([]);
  });

  test('does not outlive a terraform that was killed', async () => {
    const { terraform, ended } = await applySlowly();
    expect(work.providers()).toHaveLength(1);
    terraform.kill('SIGKILL');
    await ended;
    while (work.providers().length > 0) await sleep(50);
  });
});
