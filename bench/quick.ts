import { startServices, newDatabase, query } from './support/services.js';
import { startBenchServer } from './support/server.js';
import {
  connectSenders,
  contactList,
  createCampaign,
  isCompleted,
  assertAllSent,
} from './support/campaign.js';
import { measureNoop } from './support/noop.js';
import { cpuSeconds, cpuSecondsOfTree } from './support/process-usage.js';
import { until } from '../src/demo/until.js';
const N = Number(process.argv[2] ?? 20000),
  C = Number(process.argv[3] ?? 500),
  pgq = process.argv[4] === 'postgres';
const s = await startServices();
try {
  const db = await newDatabase(s);
  const backend = pgq
    ? { kind: 'postgres' as const, url: db.url }
    : { kind: 'redis' as const, url: s.redisUrl + '/1' };
  const noop = await measureNoop({ backend, jobs: N, concurrency: C });
  console.log('noop', noop);
  const server = await startBenchServer(
    {
      DATABASE_URL: db.url,
      MESSAGE_CONCURRENCY: String(C),
      ...(process.env['WINDOW'] ? { CAMPAIGN_WINDOW: process.env['WINDOW'] } : {}),
      ...(pgq ? { ENABLE_REDIS: 'false' } : { ENABLE_REDIS: 'true', REDIS_URL: s.redisUrl + '/2' }),
    },
    { receipts: process.env['RECEIPTS'] === '1' },
  );
  try {
    await connectSenders(server.api, 20);
    const list = await contactList(db.url, server.api, N);
    if (process.env['BENCH_STATEMENTS']) {
      await query(db.url, 'create extension if not exists pg_stat_statements');
      await query(db.url, 'select pg_stat_statements_reset()');
    }
    for (let i = 0; i < Number(process.env['ROUNDS'] ?? 2); i++) {
      const id = await createCampaign(server.api, list);
      const a = await server.look();
      const c0 = server.cpu();
      const r0 = cpuSeconds(s.redisPid),
        p0 = cpuSecondsOfTree(s.postgresPid);
      const t0 = performance.now();
      await server.api.post(`/api/campaigns/${id}/start`);
      await until('done', () => isCompleted(server.api, id), { timeoutMs: 600000, everyMs: 50 });
      const secs = (performance.now() - t0) / 1000;
      const b = await server.look();
      await assertAllSent(server.api, id, N);
      console.log({
        perSecond: N / secs,
        ratio: N / secs / noop.jobsPerSecond,
        cpuMicros: ((server.cpu() - c0) * 1e6) / N,
        cpuRatio: ((server.cpu() - c0) * 1e6) / N / noop.cpuMicrosPerJob,
        redisMicros: ((cpuSeconds(s.redisPid) - r0) * 1e6) / N,
        pgMicros: ((cpuSecondsOfTree(s.postgresPid) - p0) * 1e6) / N,
        statements: (b.statements - a.statements) / N,
      });
    }
    for (const r of await query<Record<string, unknown>>(
      db.url,
      'select relname, n_tup_ins ins, n_tup_upd upd, n_tup_hot_upd hot, pg_total_relation_size(relid)/1024 kb, pg_relation_size(relid)/1024 heapkb from pg_stat_user_tables where n_tup_upd + n_tup_ins > 500 order by 3 desc',
    ))
      console.log(Object.values(r).join(' | '));
    if (process.env['BENCH_STATEMENTS']) {
      const rows = await query<Record<string, unknown>>(
        db.url,
        `select calls, round(total_exec_time::numeric) ms, round(total_plan_time::numeric) plan_ms, round(((total_exec_time+total_plan_time)*1000/${N})::numeric,1) us_per_msg, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 130) q from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database()) order by total_exec_time desc limit 26`,
      );
      for (const r of rows) console.log(Object.values(r).join(' | '));
    }
  } finally {
    await server.stop();
  }
} finally {
  await s.stop();
}
