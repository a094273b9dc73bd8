import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { NORTH_AMERICAN_AREAS, renderNorthAmericanAreas } from '../../scripts/lib/north-american-areas.js';
import { zonesByArea } from '../../src/lib/phone-areas.js';
import { isTimeZone } from '../../src/lib/zone.js';

describe('area codes', () => {
  it('of North America are what the script writes (otherwise run `npm run generate:phone-areas`)', async () => {
    expect(await readFile(NORTH_AMERICAN_AREAS, 'utf8')).toBe(await renderNorthAmericanAreas());
  });

  it.each([
    ['+1212', ['America/New_York']],
    ['+1850', ['America/Chicago', 'America/New_York']],
    ['+1907', ['America/Adak', 'America/Anchorage', 'America/Juneau', 'Pacific/Honolulu']],
    ['+5511', ['America/Sao_Paulo']],
    ['+5592', ['America/Manaus']],
  ])('%s lies in %j', (area, zones) => {
    expect(zonesByArea.get(area)).toEqual(zones);
  });

  it('lie in time zones that Node knows', () => {
    const zones = [...new Set([...zonesByArea.values()].flat())];
    expect(zones.filter((zone) => !isTimeZone(zone))).toEqual([]);
  });
});
