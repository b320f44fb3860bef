import { describe, expect, it } from 'vitest';

import { TestClient, useHelper } from './harness.ts';

const fixture = useHelper();

describe('a session', () => {
  it('begins with init and nothing else', async () => {
    const stream = await fixture.lab.helper();
    const client = new TestClient(stream);
    expect(await client.refused('devices.list', {})).toMatchObject({ code: 'not-initialised' });
    const answer = await client.init();
    expect(answer).toMatchObject({ protocol: 1, helper: { uid: 0 } });
    expect(answer.capabilities).toContain('plan');
    expect(await client.refused('init', { protocol: 99, client: { name: 't', version: '0' } })).toMatchObject({
      code: 'protocol-mismatch',
    });
  });

  it('survives frames that are none, unknown verbs and wrong parameters', async () => {
    const stream = await fixture.lab.helper();
    const client = new TestClient(stream);
    await client.init();
    const lines: string[] = [];
    stream.on('data', (chunk: string) => lines.push(chunk));
    stream.write('nonsense\n{"jsonrpc":"2.0","id":77,"method":"format.disk","params":{}}\n');
    stream.write('{"jsonrpc":"2.0","id":78,"method":"target.status","params":{"name":"../../etc"}}\n');
    stream.write(
      '{"jsonrpc":"2.0","id":79,"method":"plan","params":{"intent":{"action":"create","main":"/dev/sda"}}}\n',
    );
    // Requests are answered in their own time: this one is asked when the others are.
    expect((await client.call('targets.list', {})).targets).toEqual([]);
    const text = lines.join('');
    expect(text).toContain('-32700');
    expect(text).toMatch(/"id":77,"error":\{"code":-32601/);
    expect(text).toMatch(/"id":78,"error":\{"code":-32602/);
    expect(text).toMatch(/"id":79,"error":\{"code":-32602/);
  });

  it('is ended by a line that is longer than any request', async () => {
    const stream = await fixture.lab.helper();
    const client = new TestClient(stream);
    await client.init();
    const told = new Promise<string>((resolve) => {
      stream.on('data', (chunk: string) => {
        if (chunk.includes('frame-too-large')) resolve(chunk);
      });
    });
    stream.write('x'.repeat(4 * 1024 * 1024 + 8));
    expect(await told).toContain('frame-too-large');
    stream.write('\n');
    const next = new TestClient(stream);
    expect(await next.refused('targets.list', {})).toMatchObject({ code: 'not-initialised' });
  });

  it('tells what the machine has', async () => {
    const client = await fixture.connect();
    const report = await client.call('machine.inspect', {});
    await fixture.createPair();
    expect(report).toMatchObject({ architecture: 'x64', secureBoot: 'off' });
    expect(report.tools.find(({ name }) => name === 'dmsetup')?.version).toMatch(/1\.02/);
    const loaded = await client.call('machine.inspect', {});
    expect(loaded.module).toEqual({
      state: 'loaded',
      targetVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    });
    expect(loaded.problems.filter(({ blocking }) => blocking)).toEqual([]);
  });
});

describe('following', () => {
  it('tells a move, a block that cannot be read, and a pair that comes and goes', async () => {
    const client = await fixture.connect();
    await client.call('events.follow', {});
    expect(await client.note('targets.changed')).toEqual({ targets: [] });
    await fixture.createPair();
    await client.note('targets.changed', ({ targets }) => targets.length === 1);
    await client.note('target.changed', ({ events }) => events.length === 0);

    await client.call('target.remap', { name: 'disk', block: 3, blockCount: 1 });
    const moved = await client.note('target.changed', ({ events }) => events.some(({ type }) => type === 'remap'));
    expect(moved).toMatchObject({
      name: 'disk',
      gap: false,
      status: { spareUsed: 1 },
      events: [{ type: 'remap', block: 3 }],
    });

    fixture.disk('main').faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 800, count: 8 }] });
    await fixture.lab.faultsSettled();
    await fixture.lab.exec('/bin/dd', [
      'if=/dev/mapper/disk',
      'of=/dev/null',
      'bs=4096',
      'skip=100',
      'count=1',
      'iflag=direct',
    ]);
    const pending = await client.note('target.changed', ({ events }) => events.some(({ type }) => type === 'pending'));
    expect(pending.events).toMatchObject([{ type: 'pending', block: 100 }]);
    await client.note('target.changed', ({ status }) => status.pending === 1);

    // By someone else's hand.
    const before = client.notes.length;
    await fixture.sh('dmsetup remove --retry disk');
    await client.note('targets.changed', ({ targets }) => targets.length === 0, before);
    const numbers = client.notes
      .flatMap((note) => (note.name === 'target.changed' ? note.params.events : []))
      .map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it('sees a pair that somebody else makes', async () => {
    const client = await fixture.connect();
    await fixture.createPair();
    await fixture.do({ action: 'deactivate', name: 'disk' });
    await client.call('events.follow', {});
    const [main, spare] = [fixture.ref('main').devno, fixture.ref('spare').devno];
    await fixture.sh(`dmsetup create byhand --table "0 65536 remap ${main} ${spare} 8"`);
    const { targets } = await client.note('targets.changed', (params) => params.targets.length === 1);
    expect(targets[0]?.name).toBe('byhand');
  });
});

describe('the end of the stream', () => {
  it('ends the process and the programs that wait for it', async () => {
    await fixture.connect();
    await fixture.createPair();
    const script = `
      mkfifo /tmp/requests
      node /usr/lib/lab/helper.cjs --stdio < /tmp/requests > /tmp/answers 2> /tmp/log & helper=$!
      exec 3> /tmp/requests
      echo '{"jsonrpc":"2.0","id":1,"method":"init","params":{"protocol":1,"client":{"name":"t","version":"0"}}}' >&3
      echo '{"jsonrpc":"2.0","id":2,"method":"events.follow","params":{}}' >&3
      waits() {
        for comm in $(grep -lx dmsetup /proc/[0-9]*/comm 2>/dev/null); do
          tr '\\0' ' ' < "\${comm%comm}cmdline" | grep -o 'wait .*' || true
        done
      }
      until waits | grep -q .; do sleep 0.05; done
      exec 3>&-
      wait $helper
      echo "exit $?"
      waits
      rm /tmp/requests`;
    expect(await fixture.sh(script)).toBe('exit 0\n');
    expect(await fixture.sh('cat /tmp/answers')).toContain('"method":"target.changed"');
  });

  it('is a refusal for arguments that it does not know', async () => {
    for (const args of ['--what', '--virtio-port', '--stdio more']) {
      const { code, stderr } = await fixture.lab.exec('/bin/sh', [
        '-c',
        `node /usr/lib/lab/helper.cjs ${args} < /dev/null`,
      ]);
      expect([code, stderr.split('\n')[0]]).toEqual([2, 'usage: helper [--stdio | --virtio-port <name> | --version]']);
    }
    expect(await fixture.sh('node /usr/lib/lab/helper.cjs --version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('is not needed to refuse a change without rights', async () => {
    await fixture.connect();
    await fixture.createPair();
    const script = `
      cp /usr/lib/lab/helper.cjs /tmp/helper.cjs; chmod 755 /tmp/helper.cjs
      printf '%s\\n' '{"jsonrpc":"2.0","id":1,"method":"init","params":{"protocol":1,"client":{"name":"t","version":"0"}}}' \\
        '{"jsonrpc":"2.0","id":2,"method":"target.remap","params":{"name":"disk","block":1,"blockCount":1}}' > /tmp/in
      node -e "
        const { spawn } = require('node:child_process');
        const child = spawn(process.execPath, ['/tmp/helper.cjs'], { uid: 65534, gid: 65534, stdio: ['pipe', 'pipe', 'inherit'] });
        child.stdin.write(require('node:fs').readFileSync('/tmp/in'));
        let text = '';
        child.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\\"id\\":2')) { console.log(text); child.stdin.end(); } });
      "`;
    expect(await fixture.sh(script)).toContain('permission-refused');
    expect(await fixture.client.call('target.status', { name: 'disk' })).toMatchObject({ spareUsed: 0 });
  });
});
