import { writeFile } from 'node:fs/promises';
import { NORTH_AMERICAN_AREAS, renderNorthAmericanAreas } from './lib/north-american-areas.js';

/** Writes the time zones of North America's area codes from libphonenumber's data; a test checks them. */
await writeFile(NORTH_AMERICAN_AREAS, await renderNorthAmericanAreas());
