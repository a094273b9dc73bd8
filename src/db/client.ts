import pg from 'pg';
import { arrayLiteral } from './array-literal.js';

type Query = (...given: unknown[]) => unknown;

/** The driver's connection, to which arrays go as texts that are ready: see `arrayLiteral`. */
export class Client extends pg.Client {
  // The driver overloads it in ten ways; all that is changed here are the values of a text.
  override query = ((...given: unknown[]) => {
    const [statement, values, ...rest] = given;
    const own = super.query.bind(this) as Query;
    if (typeof statement !== 'string' || !Array.isArray(values)) return own(...given);
    return own(statement, values.map(withoutArray), ...rest);
  }) as pg.Client['query'];
}

function withoutArray(value: unknown): unknown {
  return Array.isArray(value) ? (arrayLiteral(value) ?? value) : value;
}
