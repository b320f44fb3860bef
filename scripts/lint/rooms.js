import { dirname, relative, resolve, sep } from 'node:path';

/**
 * The rooms of the house and what each may import besides itself. Imports go one way (docs/architecture.md); whatever
 * is not named here is refused. Rooms that are not named (tests, bench, scripts) may import everything; a test beside
 * its source may use the shared doubles of tests/.
 */
const rooms = {
  app: [],
  renderer: ['app'],
  helper: ['app'],
  lab: ['app'],
  main: ['app', 'lab'],
};

/** Corners of a room that may not import some others: the broker and the web host take ports instead. */
const corners = [
  { from: 'main/broker', not: ['lab', 'main/electron', 'main/web', 'main/connections', 'main/history'] },
  { from: 'main/history', not: ['lab', 'main/electron', 'main/web', 'main/connections', 'main/broker'] },
  { from: 'main/alerts', not: ['lab', 'main/electron', 'main/web', 'main/connections', 'main/broker', 'main/history'] },
  { from: 'main/connections', not: ['main/electron', 'main/web', 'main/broker'] },
  { from: 'main/electron', not: ['lab', 'main/web'] },
  { from: 'main/web', not: ['lab', 'main/electron'] },
];

const inside = (path, folder) => path === folder || path.startsWith(`${folder}/`);

/** Why `importer` may not import `imported`, both relative to the project; null when it may. */
function refusal(importer, imported) {
  const room = importer.split('/')[0];
  const other = imported.split('/')[0];
  // A file at the top, such as package.json, belongs to nobody.
  if (!imported.includes('/')) return null;
  if (other === 'tests' && /\.test\.tsx?$/.test(importer)) return null;
  const allowed = Object.hasOwn(rooms, room) ? rooms[room] : null;
  if (allowed !== null && other !== room && !allowed.includes(other)) {
    return `${room}/ may import only ${['itself', ...allowed].join(', ')}.`;
  }
  const corner = corners.find(({ from, not }) => inside(importer, from) && not.some((one) => inside(imported, one)));
  return corner === undefined ? null : `${corner.from}/ may not import ${imported}.`;
}

/** ESLint rule: relative imports between rooms go one way. */
export const roomsRule = {
  meta: { type: 'problem', schema: [], messages: { refused: '{{why}}' } },
  create(context) {
    const importer = relative(context.cwd, context.filename).split(sep).join('/');
    const check = (node) => {
      const source = node.source?.value;
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const path = relative(context.cwd, resolve(dirname(context.filename), source))
        .split(sep)
        .join('/');
      const why = refusal(importer, path);
      if (why !== null) context.report({ node: node.source, messageId: 'refused', data: { why } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
